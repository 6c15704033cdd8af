"""What became of a plan, step by step and profile by profile."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.moves import Access, access_of
from profiles_management.reconcile.plan import Change, Pending, Plan
from profiles_management.reconcile.stops import Stop
from profiles_management.reconcile.target_errors import WriteError


class Result(StrEnum):
    """How far a change came."""

    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change.

    Attributes:
        why: what it waits for, or what went wrong.
        sent: how many of its writes were answered with success.
        error: what the target raised, None where it raised nothing.
        nameless: `why` without names of people and of objects, which contain them; '' where only
            `why` says it.
    """

    change: Change
    result: Result
    why: str = ""
    sent: int = 0
    nameless: str = ""
    error: WriteError | None = None

    def __str__(self) -> str:
        return f"{self.change.profile}: {self.change.target}: {self.why_and_remedy}"

    @property
    def remedy(self) -> str:
        """What to check or to do about the error; '' where nothing is known."""
        if self.error is None:
            return ""
        return self.error.remedy

    @property
    def why_and_remedy(self) -> str:
        """`why`, and after it what to check or to do."""
        if not self.remedy:
            return self.why
        return f"{self.why.removesuffix('.')}. {self.remedy}"

    @property
    def why_nameless(self) -> str:
        """`why` for statuses, logs and Events: without names of people and of objects."""
        return self.nameless or f"{self.change.target.kind}: the report of the run has the reason"


def _is_any(_: Change) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Report:
    """A plan and what became of it.

    Attributes:
        outcomes: one for each change of the plan, in its order.
        waiting: what the plan called pending and still is.
        interrupted: whether the program was asked to end before all changes were tried.
        stopped: why the run had to stop writing before all changes were tried, '' where it had not
            to.
        stops: why changes were held back; the plan is without them.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    waiting: tuple[Pending, ...] = ()
    interrupted: bool = False
    stopped: str = ""
    stops: tuple[Stop, ...] = ()

    def having(self, result: Result) -> tuple[Outcome, ...]:
        """Return the outcomes of one kind."""
        return tuple(outcome for outcome in self.outcomes if outcome.result is result)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """What went wrong."""
        return self.having(Result.FAILED)

    @property
    def pending(self) -> tuple[Pending, ...]:
        """Everything that the next run has to finish, with what it waits for."""
        late = self.having(Result.PENDING)
        return (*self.waiting, *(Pending(outcome.change.profile, outcome.why) for outcome in late))

    @property
    def unrevoked(self) -> tuple[Outcome, ...]:
        """Changes that take access away and are not done, although nothing went wrong."""
        left = (*self.having(Result.PENDING), *self.having(Result.NOT_TRIED))
        return tuple(outcome for outcome in left if outcome.change.takes)

    @property
    def errors(self) -> tuple[str, ...]:
        """One message for each profile that was refused and each change that went wrong."""
        return (*map(str, self.plan.refused), *map(str, self.failed))

    @property
    def access(self) -> Access:
        """How much access was moved; what is not done is not counted."""
        done = [outcome.change for outcome in self.having(Result.DONE)]
        return access_of(done, self.plan.existing)

    @property
    def writes(self) -> int:
        """How many writes were answered with success."""
        return sum(outcome.sent for outcome in self.outcomes)

    def profiles(
        self, *, named: bool = True, counts: Callable[[Change], bool] = _is_any
    ) -> dict[str, tuple[Result, str]]:
        """Return, by profile with changes, refusal or delay, the worst that became of it and why.

        Args:
            named: whether the reasons may name people.
            counts: whether a change counts.
        """
        worst: dict[str, tuple[Result, str]] = {}
        counted = [outcome for outcome in self.outcomes if counts(outcome.change)]
        for profile, result, why in self._became(counted, named=named):
            known = worst.setdefault(profile, (result, why))
            if _BADNESS[result] > _BADNESS[known[0]]:
                worst[profile] = (result, why)
        return worst

    def _became(
        self, outcomes: Iterable[Outcome], *, named: bool
    ) -> Iterator[tuple[str, Result, str]]:
        """Yield what became of profiles and why, the most telling of equally bad endings first."""
        for problem in reversed(self.plan.refused):
            yield problem.where.profile, Result.FAILED, _why_refused(problem, named=named)
        for waiting in self.waiting:
            yield waiting.profile, Result.PENDING, waiting.what
        for outcome in outcomes:
            yield outcome.change.profile, outcome.result, _why(outcome, named=named)

    @property
    def exit_code(self) -> int:
        """1 for an error or an interruption, 4 for unfinished changes, 0 for a match."""
        if self.plan.refused or self.failed or self.interrupted:
            return 1
        if self.pending or self.having(Result.NOT_TRIED):
            return 4
        return 0


def _why_refused(problem: Problem, *, named: bool) -> str:
    if named or problem.names_nobody:
        return str(problem)
    return problem.what_nameless


def _why(outcome: Outcome, *, named: bool) -> str:
    if named or not outcome.why:
        return outcome.why
    return outcome.why_nameless


_BADNESS = {Result.DONE: 0, Result.PENDING: 1, Result.NOT_TRIED: 2, Result.FAILED: 3}
