"""The protocol of a target: what the engine asks of whatever keeps profiles."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol, TypeVar

from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import Condition, Plan, Write
from profiles_management.reconcile.report import Report

Observed = TypeVar("Observed")


class TargetDescription(Protocol):
    """Which target it is, for people; `str` of it is one printable line."""

    @property
    def label(self) -> str:
        """What it is, in a word, such as `Folder`."""
        ...

    @property
    def details(self) -> str:
        """Which one it is, in words; names are as they were given."""
        ...

    def data(self) -> dict[str, str]:
        """Return it as data that JSON can hold, with every key."""
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
            TargetError: it failed in another way; other writes are tried.
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
        """Return warnings about conditions that a run waited for without success.

        Args:
            awaited: every condition that the run waited for.
            left: those of them that do not hold.
            seconds: how long the run took.
        """
        ...


class ReportTarget(WriteTarget, Protocol):
    """What a run asks of a target besides: to publish its report."""

    def publish(self, report: Report) -> Report:
        """Tell others what became of a run, if the target can.

        Return the report, with warnings about that.

        Raises:
            TargetError: it failed; the report gets a warning.
        """
        ...


class Target(ReportTarget, Protocol[Observed]):
    """A target with its document: all that the engine asks for.

    What was observed is a value of the target's own, which the engine hands on and does not look
    at.
    """

    def observe(self) -> Observed:
        """Read all that planning looks at.

        Raises:
            TargetError: it cannot be read.
        """
        ...

    def plan(self, observed: Observed, now: datetime) -> Plan:
        """Return every change that leads from what was observed to what the document wants.

        Args:
            now: with a zone; contributors whose `until` has come by then have no access.
        """
        ...
