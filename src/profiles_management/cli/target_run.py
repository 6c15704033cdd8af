"""A plan or an apply on any target: what is asked, what is shown, and the exit code."""

from collections.abc import Callable
from dataclasses import dataclass

from profiles_management.cli.answering import answer, report_unanswered
from profiles_management.cli.prompting import READING, Declined, agreed_plan, confirmation_stops
from profiles_management.cli.session import Session
from profiles_management.pmr.problems import ProfilesError, StoppedError
from profiles_management.reconcile.concerns import Confirmation
from profiles_management.reconcile.describe import plan_data, report_data
from profiles_management.reconcile.lines import line
from profiles_management.reconcile.loop import decide
from profiles_management.reconcile.markdown import plan_markdown
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.stops import stop_lines
from profiles_management.reconcile.text import plan_lines, report_lines
from profiles_management.reconcile.waiting import Watcher

CHANGES, STOPPED = 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRun:
    """One run on a target.

    Attributes:
        plan: reads the target and returns what would be changed.
        limits: what the run may take away.
        confirmation: what the target asks about.
    """

    plan: Callable[[], Plan]
    limits: RunLimits
    confirmation: Confirmation

    def show(
        self, session: Session, *, output: str, exit_code: bool = False, yes: bool = False
    ) -> int:
        """Show what an apply would change, and what would stop it.

        Args:
            exit_code: whether changes, and what stops an apply, have an exit code of their own.
            yes: whether it is planned for an apply that does not ask.
        """
        with session.terminal.waiting(READING):
            planned = self.plan()
        decision = decide(planned, self.limits)
        due = self.confirmation.concerns(decision.plan)
        why = decision.stops
        if not yes:
            why += confirmation_stops(self.confirmation, due)
        if output == "markdown":
            text = plan_markdown(planned, why, target=str(session.opened or ""))
            session.terminal.file(text)
        else:
            data = plan_data(planned, why) | {"confirm": self.confirmation.data(due)}
            session.show(output, [*plan_lines(planned), *stop_lines(why)], data)
        if planned.refused:
            return 1
        if exit_code and why:
            return STOPPED
        return CHANGES if exit_code and planned else 0

    def apply(
        self,
        session: Session,
        carry_out: Callable[[Plan, Watcher], Report],
        *,
        output: str,
        yes: bool,
    ) -> int:
        """Carry out the plan, after a question where a person can be asked, and show the report.

        Args:
            carry_out: makes the changes of a plan.
            yes: whether nobody is asked.
        """
        ask = session.terminal.is_interactive() and not yes
        outcome = self._outcome(session, carry_out, ask=ask)
        answer(session, outcome)
        try:
            return _shown(session, output, outcome)
        finally:
            report_unanswered(session)

    def _outcome(
        self, session: Session, carry_out: Callable[[Plan, Watcher], Report], *, ask: bool
    ) -> Report | ProfilesError:
        """Return the report of what was carried out, or the error that ended it."""
        try:
            planned = agreed_plan(session, self.plan, self.confirmation, self.limits, ask=ask)
            with session.changing("Applying") as progress:
                return carry_out(planned, progress)
        except ProfilesError as error:
            return error


def _shown(session: Session, output: str, outcome: Report | ProfilesError) -> int:
    """Show what became of an apply, and return its exit code.

    Raises:
        ProfilesError: the error that ended it, unless a part of it was carried out.
    """
    if isinstance(outcome, Report):
        return reported(session, output, outcome)
    if isinstance(outcome, StoppedError | Declined):
        return stopped(session, output, outcome)
    raise outcome


def reported(session: Session, output: str, report: Report) -> int:
    """Show a report, and return its exit code."""
    session.show(output, report_lines(report), report_data(report))
    return report.exit_code


def stopped(session: Session, output: str, error: StoppedError | Declined) -> int:
    """Show what was applied although something stopped the rest, if anything was, and the error."""
    report = error.report if isinstance(error.report, Report) else None
    if report is not None and report.outcomes and output == "text":
        session.show(output, report_lines(report), {})
    if isinstance(error, Declined) and error.was_asked and output == "text":
        session.terminal.complain([line(str(error))])
        return error.exit_code
    more = report_data(report) if report is not None else None
    return session.fail(error, output=output, more=more)
