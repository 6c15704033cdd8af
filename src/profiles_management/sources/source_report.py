"""The report of a run for one source: the state of each profile of its document. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from profiles_management.pmr.classes import Addition
from profiles_management.pmr.merge_conflicts import OF_WHOLE_ENTRIES
from profiles_management.pmr.problems import BrakeError, Problem, ProfilesError, StoppedError
from profiles_management.reconcile.plan import Change, Person
from profiles_management.reconcile.report import Report, Result
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources.gathering import Gathered, Reading
from profiles_management.sources.refused_people import refused_people
from profiles_management.sources.source import (
    AnsweringSource,
    CatalogueProfile,
    ProfileState,
    RefusedPerson,
    SourceReport,
    State,
)

_STATES: dict[Result, State] = {
    Result.DONE: "applied",
    Result.PENDING: "pending",
    Result.NOT_TRIED: "pending",
    Result.FAILED: "failed",
}


_STAYS: Final = "people of this source still have access there"


def report_for(
    reading: Reading, gathered: Gathered, outcome: Report | ProfilesError, *, now: datetime
) -> SourceReport:
    """Return the report of a run for one source.

    Args:
        outcome: the report of the run, or the error that ended it.
        now: the end of the run, with a zone.
    """
    run = _Run(reading, gathered, outcome)
    return SourceReport(
        profiles=run.states(),
        problem=reading.problem,
        revision=reading.revision,
        refused=tuple(sorted(run.refused_people(now))),
        catalogue=run.catalogue(),
    )


@dataclass(frozen=True)
class _Run:
    """A run from the point of view of one source."""

    reading: Reading
    gathered: Gathered
    outcome: Report | ProfilesError

    def states(self) -> dict[str, ProfileState]:
        report = applied_report(self.outcome)
        if report is None:
            names = {*self.names(), *self.unknown()}
            return dict.fromkeys(sorted(names), self.unfinished()) | dict(self.refused())
        states = dict(self.left(report)) | dict(self.reported(report))
        stopped = dict.fromkeys(self.held_back(report), self.unfinished())
        return states | stopped | dict(self.refused())

    def names(self) -> list[str]:
        """Return the names of the profiles that the document defines or adds to."""
        pmr = self.reading.pmr
        if pmr is None:
            return []
        return sorted({*pmr.profiles, *pmr.additions})

    def unknown(self) -> Iterator[str]:
        """Yield the profiles in which people may still be whom the document no longer names.

        Only a source that knows the open profiles gets their names. Others add to profiles that
        they know from elsewhere, and are told of those of their document.
        """
        if not self.wants_catalogue:
            return
        for reading in self.gathered.readings:
            if reading.pmr is not None:
                yield from (profile.name for profile in reading.pmr.in_order() if profile.open)

    def reported(self, report: Report) -> Iterator[tuple[str, ProfileState]]:
        """Yield the state of each profile of the document as the report has it.

        What became of the changes of other sources, and why, is not for a source that adds
        contributors to their profile.
        """
        whole = report.profiles(named=False)
        added = report.profiles(named=False, counts=self.is_own)
        for name in self.names():
            if self.is_addition(name):
                result, _ = added.get(name, (Result.DONE, ""))
                yield name, (_STATES[result], "")
            else:
                result, why = whole.get(name, (Result.DONE, ""))
                yield name, (_STATES[result], why)

    def is_addition(self, name: str) -> bool:
        """Return whether the document only adds contributors to a profile."""
        pmr = self.reading.pmr
        return pmr is not None and name in pmr.additions

    def is_own(self, change: Change) -> bool:
        """Return whether a change is about people whom the source adds, or added before."""
        added = self.added.get(change.profile, frozenset())
        return change.source == self.reading.name or change.person in added

    @cached_property
    def added(self) -> Mapping[str, frozenset[Person]]:
        """The people whom the document adds, by profile."""
        pmr = self.reading.pmr
        if pmr is None:
            return {}
        return {name: _people(addition) for name, addition in pmr.additions.items()}

    def left(self, report: Report) -> Iterator[tuple[str, ProfileState]]:
        """Yield the profiles in which people of the source still are, by the plan or after it.

        Those that the document names have another state, which replaces this one.
        """
        for name in sorted(report.plan.remaining.get(self.reading.name, ())):
            yield name, ("pending", _STAYS)
        for change in report.plan.held:
            if self.is_about_its_people(change, report):
                yield change.profile, self.unfinished()
        for outcome in report.outcomes:
            is_done = outcome.result is Result.DONE
            if not is_done and self.is_about_its_people(outcome.change, report):
                yield outcome.change.profile, (_STATES[outcome.result], _STAYS)

    def is_about_its_people(self, change: Change, report: Report) -> bool:
        """Return whether the source decides a change, or gave the access that it ends."""
        source = self.reading.name
        given = report.plan.given.get(source, frozenset())
        return change.source == source or (change.profile, change.person) in given

    def held_back(self, report: Report) -> Iterator[str]:
        """Yield the profiles whose changes wait for an administrator."""
        names = {*self.names()}
        for change in report.plan.held:
            if change.profile not in names:
                continue
            if self.is_own(change) or not self.is_addition(change.profile):
                yield change.profile

    @property
    def wants_catalogue(self) -> bool:
        """Whether the source asks for the open profiles."""
        source = self.reading.source
        return isinstance(source, AnsweringSource) and source.wants_catalogue

    def refused(self) -> Iterator[tuple[str, ProfileState]]:
        """Yield the profiles in which another source decides against all that this one wants."""
        for problem in self.gathered.pmr.origins.refused:
            if problem.where.file == self.reading.name and problem.code in OF_WHOLE_ENTRIES:
                yield problem.where.profile, ("failed", _public(problem))

    def refused_people(self, now: datetime) -> Iterator[RefusedPerson]:
        """Yield people of the document who get no access, although the rest is applied."""
        frozen = [reading.name for reading in self.gathered.frozen]
        return refused_people(self.reading.name, self.gathered.pmr.origins, frozen=frozen, now=now)

    def catalogue(self) -> tuple[CatalogueProfile, ...] | None:
        """Return the open profiles, None if the source does not want them or they are not known."""
        report = applied_report(self.outcome)
        if not self.wants_catalogue:
            return None
        if report is None or report.plan.frozen or self.gathered.frozen:
            return None
        if self.gathered.pmr.origins.conflicts:
            return None
        # Few sources ask.
        from profiles_management.sources.catalogue import catalogue  # noqa: PLC0415

        return catalogue(self.reading, self.gathered)

    def unfinished(self) -> ProfileState:
        """Return that changes are missing, and why."""
        return "pending", unfinished_reason(self.outcome)


def unfinished_reason(outcome: Report | ProfilesError) -> str:
    """Return why a run did not finish, in words that say nothing of our own settings."""
    match outcome:
        case BrakeError():
            return "the brake stopped the run; an administrator has to allow it"
        case StoppedError():
            return "the run was stopped; an administrator has to allow it"
        case TargetError():
            return outcome.brief
        case _:
            return "the run did not finish"


def _people(addition: Addition) -> frozenset[Person]:
    """Return whom an addition names."""
    return frozenset(Person(person.kind, person.name) for person in addition.contributors)


def _public(problem: Problem) -> str:
    return str(problem) if problem.names_nobody else problem.what_nameless


def applied_report(outcome: Report | ProfilesError) -> Report | None:
    """Return the report of what was applied, also if the rest was stopped; None for nothing.

    Args:
        outcome: the report of the run, or the error that ended it.
    """
    result = outcome.report if isinstance(outcome, StoppedError) else outcome
    if isinstance(result, Report):
        return result
    return None
