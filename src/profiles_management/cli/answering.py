"""Answers to sources after an apply: what became of their documents."""

from collections.abc import Iterator
from datetime import datetime

from profiles_management.cli.session import Session
from profiles_management.pmr.problems import Interrupted, ProfilesError
from profiles_management.reconcile.report import Report
from profiles_management.sources import (
    AnsweringSource,
    Gathered,
    Reading,
    SourceReport,
    applied_report,
    report_for,
    unfinished_reason,
)


def answer(session: Session, outcome: Report | ProfilesError) -> None:
    """Answer each source after an apply. The command ends with 1 if one could not be answered.

    Args:
        outcome: the report of the apply, or the error that ended it.
    """
    gathered = session.gathered
    if gathered is None or isinstance(outcome, Interrupted):
        return
    is_folder = session.description is not None and session.description.kind == "folder"
    now = session.clock.now()
    for reading, source in _asking(gathered):
        if is_folder:
            session.note(f"{source.label} gets no answer: only an apply to a cluster has one.")
            continue
        try:
            source.answer(_report(reading, gathered, outcome, now))
        except ProfilesError as error:
            session.unanswered += (Reading(source, error=error),)


def _report(
    reading: Reading, gathered: Gathered, outcome: Report | ProfilesError, now: datetime
) -> SourceReport:
    """Return the report for a source.

    After a run without a report, nothing is known of anybody. It then has no revision, so that
    nothing that is known from an earlier run is replaced.
    """
    if applied_report(outcome) is None and not reading.problem:
        return SourceReport(problem=unfinished_reason(outcome))
    return report_for(reading, gathered, outcome, now=now)


def report_unanswered(session: Session) -> None:
    """Print which sources could not be answered, and why."""
    for reading in session.unanswered:
        then = "Access is as reported. The next apply answers again."
        session.report_source(reading, then)


def _asking(gathered: Gathered) -> Iterator[tuple[Reading, AnsweringSource]]:
    for reading in gathered.readings:
        if isinstance(reading.source, AnsweringSource):
            yield reading, reading.source
