"""A change of a plan on its way: how far it is, and what it waits for."""

from dataclasses import dataclass

from profiles_management.reconcile.plan import Change, Condition, Write
from profiles_management.reconcile.report import Result


@dataclass(slots=True)
class Job:
    """A change on its way.

    Attributes:
        writes, settles: those of the change, or what is left of them after a conflict.
        sent: how many of its writes are through.
        settled: how many of its conditions were seen to hold.
        late: whether it takes access away and somebody was quicker each time.
        held: whether it gives access and waits for one that is late.
        conflict: whether somebody else wrote at the same moment, and it was not yet planned again
            for that.
        resumed: how often it was planned again.
        written: the writes that were through when it was planned again.
    """

    change: Change
    writes: tuple[Write, ...]
    settles: tuple[Condition, ...]
    sent: int = 0
    settled: int = 0
    result: Result | None = None
    why: str = ""
    nameless: str = ""
    late: bool = False
    held: bool = False
    conflict: bool = False
    resumed: int = 0
    written: tuple[Write, ...] = ()

    @property
    def waits_for(self) -> Condition | None:
        """What must hold before it goes on; None once it is through."""
        if self.sent < len(self.writes):
            return self.writes[self.sent].after
        return next(iter(self.settles[self.settled :]), None)

    @property
    def is_broken(self) -> bool:
        """Whether it ended so that its profile sits out what comes later."""
        # By a conflict, one person keeps nobody else from anything.
        return self.result is Result.FAILED or (
            self.result is Result.PENDING and self.change.person is None
        )

    @property
    def is_behind(self) -> bool:
        """Whether it was not tried because of another change of its profile."""
        return self.held or self.result is Result.NOT_TRIED

    @property
    def came_first(self) -> str:
        """Why others of its profile are not tried where it is broken."""
        return f"{self.change.target} came first and did not succeed"

    @property
    def waits_for_end(self) -> str:
        """Why grants of its profile wait where it is late."""
        return f"waits until access by {self.change.target} is taken away"

    @property
    def writes_done(self) -> int:
        """How many writes were answered with success."""
        return len(self.written) + self.sent

    def resume(self, rest: Change) -> None:
        """Begin again with what is left of the change."""
        self.written += self.writes[: self.sent]
        self.writes, self.settles = rest.writes, rest.settled
        self.sent = self.settled = 0
        self.result, self.why, self.nameless = None, "", ""
        self.late = self.held = self.conflict = False
