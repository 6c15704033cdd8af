"""The protocol of a target: what the engine asks of a cluster, of a folder, or of a service."""

from collections.abc import Collection
from typing import Protocol

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Condition, Write


class TargetDescription(Protocol):
    """Which target it is, for people; `str` of it is one printable line."""

    @property
    def label(self) -> str:
        """What it is, in a word, such as `Folder`."""
        ...


class WriteTarget(Protocol):
    """What the executor asks of a target: to send writes, and to look whether conditions hold."""

    @property
    def description(self) -> TargetDescription:
        """Which target it is."""
        ...

    def send(self, write: Write, *, deadline: float) -> None:
        """Send a write.

        Args:
            deadline: the reading of the monotonic clock after which nothing is tried again.

        Raises:
            WriteError: it was refused, or nothing answered.
        """
        ...

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return the conditions that hold now.

        Raises:
            TargetError: that cannot be read.
        """
        ...

    def overdue(
        self, awaited: Collection[Condition], left: Collection[Condition], seconds: float
    ) -> Collection[Problem]:
        """Return warnings about conditions that a run waited for and that do not hold at its end.

        Args:
            awaited: every condition that the run waited for.
            left: those of them that do not hold.
            seconds: how long the run took.
        """
        ...
