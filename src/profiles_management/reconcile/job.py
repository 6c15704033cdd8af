"""The changes of a plan while they are carried out: how far each is, and what it waits for."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from profiles_management.reconcile.plan import Change, Condition, Phase, Write
from profiles_management.reconcile.report import Outcome, Result
from profiles_management.reconcile.target_errors import WriteError


@dataclass(slots=True)
class Job:
    """A change while it is carried out.

    Attributes:
        writes, settles: those of the change, or what is left of them after a conflict.
        sent: how many of `writes` succeeded.
        settled: how many of `settles` were seen to hold.
        result: how the change ended, None before that.
        why, nameless, error: as those of an Outcome.
        late: whether it takes access away and somebody else changed the object at each attempt.
        held: whether it gives access and waits for a change that is late.
        conflict: whether somebody else wrote at the same moment, and it was not planned again
            since.
        resumed: how often it was planned again.
        written: the writes that succeeded before it was planned again.
    """

    change: Change
    writes: tuple[Write, ...]
    settles: tuple[Condition, ...]
    sent: int = 0
    settled: int = 0
    result: Result | None = None
    why: str = ""
    nameless: str = ""
    error: WriteError | None = None
    late: bool = False
    held: bool = False
    conflict: bool = False
    resumed: int = 0
    written: tuple[Write, ...] = ()

    @classmethod
    def of(cls, change: Change) -> "Job":
        """Return the job of a change that is not begun."""
        return cls(change, change.writes, change.settled)

    # how far it is

    @property
    def has_writes_left(self) -> bool:
        """Whether not all of its writes succeeded."""
        return self.sent < len(self.writes)

    @property
    def waits_for(self) -> Condition | None:
        """What must hold before it goes on; None where nothing must."""
        if self.sent < len(self.writes):
            return self.writes[self.sent].after
        return next(iter(self.settles[self.settled :]), None)

    @property
    def is_open(self) -> bool:
        """Whether it is neither at its end nor put off."""
        return self.result is None and not self.late and not self.held

    @property
    def is_broken(self) -> bool:
        """Whether it ended so that no later change of its profile is tried.

        A conflict about one person's access stops nobody else's.
        """
        if self.result is Result.PENDING:
            return self.change.person is None
        return self.result is Result.FAILED

    @property
    def is_behind(self) -> bool:
        """Whether it was not tried because of another change of its profile."""
        return self.held or self.result is Result.NOT_TRIED

    @property
    def standing(self) -> Result | None:
        """How the change ends if the run ends now; None where it is open."""
        if self.late:
            return Result.PENDING
        if self.held:
            return Result.NOT_TRIED
        return self.result

    @property
    def refused(self) -> tuple[Write, ...]:
        """The write that met a conflict, as a tuple of one; empty where none did."""
        return self.writes[self.sent : self.sent + 1] if self.conflict else ()

    @property
    def all_written(self) -> tuple[Write, ...]:
        """Every write that succeeded, those before it was planned again too."""
        return self.written + self.writes[: self.sent]

    @property
    def writes_done(self) -> int:
        """How many writes succeeded."""
        return len(self.written) + self.sent

    # why others wait for it

    @property
    def came_first(self) -> str:
        """Why later changes of its profile are not tried where it is broken."""
        return f"depends on {self.change.target}, which did not succeed"

    @property
    def waits_for_end(self) -> str:
        """Why grants of its profile wait where it is late."""
        return f"waits until access by {self.change.target} is revoked"

    # what happens to it

    def begin(self) -> None:
        """Forget why the last attempt did not succeed."""
        self.late = self.held = self.conflict = False
        self.error = None

    def hold(self, why: str) -> None:
        """Put it off until a revocation of its profile is done."""
        self.held, self.why, self.nameless = True, why, "an earlier revocation is pending"

    def settle(self, met: Collection[Condition]) -> None:
        """Count the conditions that hold."""
        while self.waits_for in met:
            self.settled += 1

    def resume(self, rest: Change) -> None:
        """Begin again with what is left of the change."""
        self.written = self.all_written
        self.writes, self.settles = rest.writes, rest.settled
        self.sent = self.settled = 0
        self.result, self.why, self.nameless = None, "", ""
        self.begin()

    def outcome(self, result: Result, why: str = "", nameless: str = "") -> Outcome:
        """Return what became of the change."""
        return Outcome(self.change, result, why, self.writes_done, nameless, self.error)


class Jobs:
    """The jobs of a plan, in its order, by how far they are."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self._all = [Job.of(change) for change in changes]

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._all)

    def where(self, test: Callable[[Job], bool]) -> list[Job]:
        """Return those that pass a test."""
        return [job for job in self._all if test(job)]

    @property
    def grants(self) -> list[Job]:
        """Those of the last phase, before which everything else is tried."""
        return self.where(lambda job: job.change.phase is Phase.GRANT)

    @property
    def before_grants(self) -> list[Job]:
        """Those of the phases before the last."""
        return self.where(lambda job: job.change.phase is not Phase.GRANT)

    @property
    def open(self) -> list[Job]:
        """Those that are neither at their end nor put off."""
        return [job for job in self._all if job.is_open]

    @property
    def late(self) -> list[Job]:
        """Those that take access away and met a conflict at each attempt."""
        return self.where(lambda job: job.late)

    @property
    def held(self) -> list[Job]:
        """Those that give access and wait for one that is late."""
        return self.where(lambda job: job.held)

    @property
    def conflicting(self) -> list[Job]:
        """Those that met a conflict and were not planned again since."""
        return self.where(lambda job: job.conflict)

    @property
    def has_unfinished(self) -> bool:
        """Whether one is not at its end."""
        return any(job.result is None for job in self._all)

    @property
    def broken(self) -> list[Job]:
        """Those that ended so that no later change of their profile is tried."""
        return self.where(lambda job: job.is_broken)
