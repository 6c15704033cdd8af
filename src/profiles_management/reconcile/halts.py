"""The rest of a plan that the target halts: every change that ends access, and no other."""

from dataclasses import replace

from profiles_management.pmr.problems import StoppedError
from profiles_management.reconcile.plan import Plan, ordered
from profiles_management.reconcile.report import Report


def released(plan: Plan) -> Plan:
    """Return a plan that holds back what its halts do not allow: access that ends still ends."""
    changes = tuple(change for change in plan.changes if change.ends_access)
    held = tuple(change for change in plan.changes if not change.ends_access)
    return replace(plan, changes=changes, access=replace(plan.access, gained=0), held=ordered((*plan.held, *held)))


def error(plan: Plan, report: Report) -> StoppedError:
    """Return the error that says what is stopped.

    Args:
        plan: one with halts.
        report: what was applied nevertheless.
    """
    reasons = "; ".join(halt.what for halt in plan.halts)
    written = "Changes that end access were applied, and no others." if report.writes else "Nothing was written."
    return StoppedError(f"Stopped: {reasons}. {written}", halts=plan.halts, report=report)
