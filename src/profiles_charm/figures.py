"""What is measured of a run: figures with names, for metrics, dashboard and alert rules. Pure.

docs/reference/metrics.md lists them. A charm lives for one hook, so each is a gauge of the last
run; none adds up.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from profiles_charm import sources
from profiles_charm.git_source import GIT
from profiles_charm.run import Run
from profiles_management import Report
from profiles_management.sources import Gathered

_PREFIX = "profiles_management_"


class Figure(NamedTuple):
    """One value; `unit` is that of UCUM, as OpenTelemetry wants it, '' for a bare number."""

    name: str
    description: str
    value: float
    unit: str = ""
    labels: Mapping[str, str] = {}


def of(run: Run) -> tuple[Figure, ...]:
    """Return every figure of a run. What a run that did not come to its end cannot tell is left out, never 0."""
    return tuple(one._replace(name=f"{_PREFIX}{one.name}") for one in _figures(run))


def _figures(run: Run) -> Iterator[Figure]:
    yield Figure(
        "run_success", "1 for a run with nothing refused or failed, else 0", int(run.is_good)
    )
    yield Figure("run_duration_seconds", "How long the run took", round(run.seconds, 3), "s")
    yield Figure("run_requests", "Requests sent to the Kubernetes API", run.requests)
    if run.is_good:
        when = "When the last good run ended, in seconds since 1970"
        yield Figure("last_success_timestamp_seconds", when, round(run.now.timestamp(), 3), "s")
    if run.gathered is not None:
        yield from _of_sources(run.gathered)
    if isinstance(run.outcome, Report):
        yield Figure(
            "contributors", "Contributors that the document gives access to", run.contributors
        )
        yield from _of_report(run.outcome)


def _of_sources(gathered: Gathered) -> Iterator[Figure]:
    configured = [reading for reading in gathered.readings if reading.source.is_configured]
    for reading in sorted(configured, key=lambda reading: reading.name):
        yield Figure(
            "source_ready",
            "1 for a source that can be read, else 0",
            int(not reading.is_frozen),
            labels={"source": reading.name},
        )
    if commit := sources.commit(gathered):
        labels = {"source": GIT, "commit": commit}
        yield Figure("source_commit", "The commit in force", 1, labels=labels)


def _of_report(report: Report) -> Iterator[Figure]:
    plan = report.plan
    yield Figure("profiles", "Profiles that the document defines", plan.profiles)
    yield Figure(
        "profiles_refused", "Profiles left alone", len({one.where.profile for one in plan.refused})
    )
    failed, pending = (
        {one.change.profile for one in report.failed},
        {one.profile for one in report.pending},
    )
    yield Figure("profiles_failed", "Profiles in which a change failed", len(failed))
    yield Figure("profiles_pending", "Profiles that wait for somebody else", len(pending))
    yield Figure(
        "warnings", "What somebody should know though nothing is stopped by it", len(plan.warnings)
    )
    yield Figure("run_writes", "Writes that were answered with success", report.writes)
    yield Figure(
        "run_access_lost", "Pairs of person and profile that lost access", plan.access.lost
    )
    yield Figure(
        "run_access_gained", "Pairs of person and profile that gained access", plan.access.gained
    )
    numbers = Counter(
        (one.change.action.name.lower(), one.result.name.lower()) for one in report.outcomes
    )
    for (action, result), number in sorted(numbers.items()):
        yield Figure(
            "run_changes",
            "Changes by action and result",
            number,
            labels={"action": action, "result": result},
        )
