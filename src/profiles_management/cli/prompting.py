"""Asking before a change on a terminal; the plan that is shown is the plan that is applied."""

from collections.abc import Callable, Collection
from typing import ClassVar

from profiles_management.cli.session import Session
from profiles_management.pmr.problems import ProfilesError
from profiles_management.reconcile.concerns import Concern, Confirmation
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.loop import decide
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.stops import Stop, StopKind, stop_lines
from profiles_management.reconcile.text import plan_lines

READING = "Reading the target"
_QUESTION = "Apply these changes?"


class Declined(ProfilesError):
    """A person was asked and did not agree, or nobody could be asked.

    Attributes:
        report: the plan that was shown, of which nothing was done.
        was_asked: whether somebody answered no, which is no error for them.
    """

    code: ClassVar[str] = "declined"

    def __init__(
        self, report: Report, message: str = "Nothing was changed.", *, was_asked: bool = True
    ) -> None:
        self.report = report
        self.was_asked = was_asked
        super().__init__(message)


def agreed_plan(
    session: Session,
    make: Callable[[], Plan],
    confirmation: Confirmation,
    limits: RunLimits,
    *,
    ask: bool,
) -> Plan:
    """Return a plan to apply, which a person has agreed to where that is needed.

    After the answer the plan is made again, because the target may have changed meanwhile: what
    takes away more than was agreed to is shown and asked again.

    Args:
        make: reads the target and returns the plan.
        confirmation: what the target asks about.
        limits: the limits of the brake.
        ask: whether there is somebody to ask.

    Raises:
        Declined: the answer was no.
    """
    agreed: frozenset[Concern] = frozenset()
    shown = Plan()
    while True:
        with session.terminal.waiting(READING):
            plan = make()
        decision = decide(plan, limits)
        due = confirmation.concerns(decision.plan)
        if not ask or (due <= agreed and _is_decided_alike(due, plan, shown)):
            return plan
        if agreed:
            session.note("The target changed in the meantime, so the plan is a new one.")
        why = (*decision.stops, *confirmation_stops(confirmation, due))
        session.terminal.complain([*session.heading(), *plan_lines(plan), *stop_lines(why)])
        if not session.terminal.confirms(_QUESTION):
            raise Declined(_nothing_of(plan, why))
        agreed, shown = due, plan


def _is_decided_alike(due: Collection[Concern], plan: Plan, shown: Plan) -> bool:
    """Return whether the target still decides as it did when a user agreed to the changes."""
    return not due or plan.decisions == shown.decisions


def confirmation_stops(confirmation: Confirmation, due: Collection[Concern]) -> tuple[Stop, ...]:
    """Return why an apply stops until a user confirms changes; nothing where none need that.

    Args:
        confirmation: what the target asks about.
        due: the changes that a user has to confirm.
    """
    if not due:
        return ()
    return (_confirmation(confirmation.sentence(due)),)


def agree_to_deletion(session: Session, plan: Plan, *, keep_data: bool) -> None:
    """Show which profiles are deleted, and ask.

    Raises:
        Declined: the answer was no, or there is nobody to ask.
    """
    number = len(plan.stale)
    profiles = count(number, "profile")
    namespaces = "its namespace" if number == 1 else "their namespaces"
    data = f"{namespaces} and data stay" if keep_data else f"with everything in {namespaces}"
    nothing = _nothing_of(plan, (_confirmation(f"{profiles} would be deleted, {data}"),))
    session.terminal.complain([*session.heading(), *plan_lines(plan)])
    if not session.terminal.is_interactive():
        raise Declined(
            nothing,
            "Deleting needs a confirmation, and there is no terminal. To confirm, pass --yes.",
            was_asked=False,
        )
    if not session.terminal.confirms(f"Delete {profiles}, {data}?"):
        raise Declined(nothing, "Nothing was deleted.")


def _confirmation(what: str) -> Stop:
    return Stop(StopKind.CONFIRMATION, what, "Confirm on the terminal, or pass --yes.")


def _nothing_of(plan: Plan, why: tuple[Stop, ...]) -> Report:
    return Report(plan.holding(lambda _: True), stops=why)
