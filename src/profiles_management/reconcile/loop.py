"""One run of the engine on any target: observe, plan, hold back, apply, report."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from profiles_management.pmr.problems import Problem, StoppedError, Where
from profiles_management.reconcile import brake
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.executor import execute
from profiles_management.reconcile.plan import Plan, Replan, SourceAccess
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.stops import Stop
from profiles_management.reconcile.target import Observed, ReportTarget, Target
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.reconcile.waiting import Progress


def reconcile(
    target: Target[Observed],
    limits: RunLimits,
    clock: Clock,
    progress: Progress | None = None,
) -> Report:
    """Make a target match its document: observe, plan, apply, publish.

    Args:
        target: the target, with its document.
        limits: what the run may take away, how long it may take, how many changes it sends at once.
        clock: the time, and whether the program is asked to end.
        progress: see execute.

    Returns:
        What was done, and for each profile that does not match yet, why.

    Raises:
        StoppedError, BrakeError: changes were held back; see apply.
        TargetError: the target cannot be read.
        Interrupted: the clock was ending before the first write.
    """
    replan = partial(planned, target, clock.now)
    return apply(replan(), target, limits, clock, progress, replan=replan)


def planned(target: Target[Observed], now: Callable[[], datetime]) -> Plan:
    """Read a target and return what would be changed; change nothing.

    Args:
        target: the target, with its document.
        now: returns the moment, with a zone, for which to plan.

    Raises:
        TargetError: the target cannot be read.
    """
    observed = target.observe()
    return target.plan(observed, now())


def apply(
    plan: Plan,
    target: ReportTarget,
    limits: RunLimits,
    clock: Clock,
    progress: Progress | None = None,
    *,
    replan: Replan | None = None,
) -> Report:
    """Carry out the changes of a plan that nothing stops, and publish the report.

    Args:
        plan: a plan of this target.
        limits, clock: see reconcile.
        progress, replan: see execute.

    Returns:
        What became of each change of the plan.

    Raises:
        BrakeError: a source would take too much access away, and nothing of it was written.
            Everything else was applied, and is in its report.
        StoppedError: the target halted the plan. Only changes that end access were applied, and are
            in its report.
        Interrupted: the clock was ending before the first write.
    """
    decision = decide(plan, limits)
    report = Report(decision.plan)
    if decision.plan or not decision.stops:
        report = execute(decision.plan, target, limits, clock, progress, replan=replan)
        if not clock.ending():
            report = _published(report, target)
    if decision.stops:
        raise decision.error(replace(report, stops=decision.stops))
    return report


def _published(report: Report, target: ReportTarget) -> Report:
    """Return the report of a run after the target published it, with a warning where that fails."""
    try:
        return target.publish(report)
    except TargetError as error:
        what = f"the report was not published: {error}"
        remedy = f"{error.remedy} The rest of the run is complete.".lstrip()
        warning = Problem("report-not-published", what, Where(), remedy, nameless=error.brief)
        warnings = (*report.plan.warnings, warning)
        return replace(report, plan=replace(report.plan, warnings=warnings))


@dataclass(frozen=True, slots=True)
class Decision:
    """Which changes of a plan an apply makes.

    Attributes:
        plan: the plan; changes that are held back are in its `held`.
        stops: why changes are held back; empty where none are.
        stopped: the sources that the brake stops.
    """

    plan: Plan
    stops: tuple[Stop, ...] = ()
    stopped: tuple[SourceAccess, ...] = ()

    def error(self, report: Report) -> StoppedError:
        """Return the error that says what is held back.

        Args:
            report: what was applied nevertheless.
        """
        if self.stopped:
            return brake.error(self.stopped, report)
        from profiles_management.reconcile import halts  # noqa: PLC0415 - seldom needed

        return halts.error(self.plan, report)


def decide(plan: Plan, limits: RunLimits) -> Decision:
    """Return which changes of a plan an apply makes, and why it holds back the others."""
    rest, stops = plan, [halt.stop for halt in plan.halts]
    if plan.halts:
        from profiles_management.reconcile import halts  # noqa: PLC0415 - seldom needed

        rest = halts.released(rest)
    stopped = _stopped_by_brake(plan, limits)
    if stopped:
        rest = brake.released(rest, stopped)
        stops.insert(0, brake.stop(stopped))
    return Decision(rest, tuple(replace(stop, rest=bool(rest)) for stop in stops), stopped)


def _stopped_by_brake(plan: Plan, limits: RunLimits) -> tuple[SourceAccess, ...]:
    if limits.allow_revocations:
        return ()
    return brake.stopped(plan, share=limits.brake_share, minimum=limits.brake_minimum)
