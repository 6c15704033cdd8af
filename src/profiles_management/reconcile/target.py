"""The protocol of a target: what the engine asks of whatever contains profiles.

A run calls `observe` and `plan`, then `send` and `met` until the plan is carried out, and `publish`
at the end. After a conflict it calls `observe` and `plan` again. All calls but those of `send` come
from one thread, one after the other.
"""

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
        """What it is, in a word with a capital letter, such as `Folder`."""
        ...

    @property
    def details(self) -> str:
        """Which one it is, in words; names are as they were given."""
        ...

    def data(self) -> dict[str, str]:
        """Return it as data that JSON can hold, with every key."""
        ...


class WriteTarget(Protocol):
    """What carrying out a plan needs: to send writes, and to check whether conditions hold."""

    @property
    def description(self) -> TargetDescription:
        """Which target it is."""
        ...

    def send(self, write: Write, *, deadline: float) -> None:
        """Send a write, and return once the target has confirmed it.

        Several threads call this at once, each for another change. The target retries a failure
        that can pass by itself, such as a lost connection (see Retry), but does nothing twice: an
        attempt without an answer may have arrived.

        Args:
            write: one of a change that `plan` returned.
            deadline: the reading of the monotonic clock after which nothing is tried again.

        Raises:
            WriteError: it was refused, or nothing answered; its fields say which. A write with
                `ends` has a `conflict` only if the person may still have access after several
                attempts.
            TargetError: it failed in another way; other writes are tried.
        """
        ...

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return those of the conditions that hold now.

        A run asks again and again, every 0.1 to 2 seconds, so this should take few requests.

        Raises:
            TargetError: the target cannot be read; the run asks again until its deadline.
        """
        ...

    def overdue(
        self, awaited: Collection[Condition], left: Collection[Condition], seconds: float
    ) -> Collection[Problem]:
        """Return warnings about conditions that did not hold by the deadline of a run.

        They say what somebody should check; without anything to say, return none.

        Args:
            awaited: every condition that the run waited for.
            left: those of them that still do not hold.
            seconds: how long the run took.
        """
        ...


class ReportTarget(WriteTarget, Protocol):
    """What applying a plan needs: to carry it out, and to publish its report."""

    def publish(self, report: Report) -> Report:
        """Publish the report of a run where users of the target see it, if the target can.

        It is called once, unless the program was asked to end.

        Returns:
            The report, with a warning for each part that was not published.

        Raises:
            TargetError: it failed; the report gets a warning.
        """
        ...


class Target(ReportTarget, Protocol[Observed]):
    """A target with its document and settings: everything that a whole run needs.

    What was observed is a value of the target's own type. The engine passes it from `observe` to
    `plan` and does not read it.
    """

    def observe(self) -> Observed:
        """Read everything that planning needs; change nothing.

        Raises:
            TargetError: the target cannot be read.
        """
        ...

    def plan(self, observed: Observed, now: datetime) -> Plan:
        """Return every change that leads from the observed state to the document.

        The same arguments return the same plan. Its changes are in the order of `ordered`, and
        every write holds what it needs: `send` decides nothing.

        Args:
            observed: what `observe` returned.
            now: the moment, with a zone. A contributor whose `until` is not later has no access.

        Raises:
            TargetError: something that only this document needs cannot be read.
        """
        ...
