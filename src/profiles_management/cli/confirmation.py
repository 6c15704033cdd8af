"""Asking before a change on a terminal; the plan that is shown is the plan that is applied."""

from collections.abc import Callable
from dataclasses import replace

from profiles_management.cli.session import Session
from profiles_management.kubeflow.confirmation import Concern, concerns, confirm_sentence
from profiles_management.kubeflow.engine import allowed, stops
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import ProfilesError
from profiles_management.reconcile.lines import Segment, Tone, line, printable
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.stops import Stop, StopKind, stop_lines
from profiles_management.reconcile.text import plan_lines

READING = "Reading what is there"
_QUESTION = "Apply these changes?"


class Declined(ProfilesError):
    """A person was asked and did not agree.

    Attributes:
        report: the plan that was shown, of which nothing was done.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__("Nothing was changed.")


def agreed_plan(session: Session, make: Callable[[], Plan], settings: Settings, *, ask: bool) -> Plan:
    """Return a plan to apply, which a person has agreed to where that is needed.

    After the answer the plan is made again, because the cluster may have changed meanwhile: what takes away more than
    was agreed to is shown and asked again.

    Args:
        make: reads the target and returns the plan.
        ask: whether there is somebody to ask.

    Raises:
        Declined: the answer was no.
    """
    agreed: frozenset[Concern] = frozenset()
    while True:
        with session.terminal.waiting(READING):
            plan = make()
        due = concerns(allowed(plan, settings))
        if not ask or due <= agreed:
            return plan
        if agreed:
            session.note("The cluster changed meanwhile, and the plan with it.")
        if not _agrees(session, plan, stops(plan, settings), due):
            raise Declined(_nothing_of(plan, stops(plan, settings), due))
        agreed = due


def _agrees(session: Session, plan: Plan, why: tuple[Stop, ...], due: frozenset[Concern]) -> bool:
    lines = [*session.heading(), *plan_lines(plan), *stop_lines(why)]
    reason = printable(f"{confirm_sentence(due)}.")
    lines.append(line(Segment("confirm: ", Tone.WAIT), reason, hang=len("confirm: ")))
    session.terminal.complain(lines)
    return session.terminal.confirms(_QUESTION)


def _nothing_of(plan: Plan, why: tuple[Stop, ...], due: frozenset[Concern]) -> Report:
    declined = Stop(StopKind.CONFIRMATION, confirm_sentence(due), "Agree on the terminal, or pass --yes.")
    return Report(replace(plan, changes=(), held=plan.changes), stops=(*why, declined))
