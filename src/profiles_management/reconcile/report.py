"""What became of a plan, step by step and profile by profile."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from profiles_management.reconcile import nameless
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

    @property
    def why_nameless(self) -> str:
        """`why` for statuses, logs and Events: without names of people and of objects."""
        return self.nameless or f"{self.change.target.kind}: the report of the run says why"


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
        late = tuple(Pending(one.change.profile, one.why) for one in self.having(Result.PENDING))
        return self.waiting + late

    @property
    def unrevoked(self) -> tuple[Outcome, ...]:
        """Changes that take access away and are not done, although nothing went wrong."""
        left = (Result.PENDING, Result.NOT_TRIED)
        return tuple(
            outcome for outcome in self.outcomes if outcome.result in left and outcome.change.takes
        )

    @property
    def errors(self) -> tuple[str, ...]:
        """One message for each profile that was refused and each change that went wrong."""
        broken = (f"{one.change.profile}: {one.change.target}: {one.why}" for one in self.failed)
        return tuple(str(problem) for problem in self.plan.refused) + tuple(broken)

    @property
    def access(self) -> Access:
        """How much access was moved; what is not done is not counted."""
        done = [outcome.change for outcome in self.having(Result.DONE)]
        return access_of(done, self.plan.existing)

    @property
    def writes(self) -> int:
        """How many writes were answered with success."""
        return sum(outcome.sent for outcome in self.outcomes)

    def profiles(self, *, named: bool = True) -> dict[str, tuple[Result, str]]:
        """Return, by profile with changes, refusal or delay, the worst that became of it and why.

        Args:
            named: whether the reasons may name people.
        """
        worst: dict[str, tuple[Result, str]] = {}
        for profile, result, why in self._became(named=named):
            known, _ = worst.get(profile, (None, ""))
            if known is None or _WORSE[result] > _WORSE[known]:
                worst[profile] = (result, why)
        return worst

    def _became(self, *, named: bool) -> Iterator[tuple[str, Result, str]]:
        """Yield what became of profiles and why; the first of equally bad endings counts."""
        for problem in reversed(self.plan.refused):
            free = named or nameless.is_free(problem)
            why = str(problem) if free else nameless.problem(problem)
            yield problem.where.profile, Result.FAILED, why
        for waiting in self.waiting:
            yield waiting.profile, Result.PENDING, waiting.what
        for outcome in self.outcomes:
            free = named or not outcome.why
            why = outcome.why if free else outcome.why_nameless
            yield outcome.change.profile, outcome.result, why

    @property
    def exit_code(self) -> int:
        """1 for an error or an interruption, 4 for unfinished changes, 0 for a match."""
        if self.plan.refused or self.failed or self.interrupted:
            return 1
        return 4 if self.pending or self.having(Result.NOT_TRIED) else 0


_WORSE = {Result.DONE: 0, Result.PENDING: 1, Result.NOT_TRIED: 2, Result.FAILED: 3}
