"""The rest of a plan that the target halts: every change that ends access, and no other."""

from profiles_management.pmr.problems import StoppedError
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report


def released(plan: Plan) -> Plan:
    """Return a plan that holds back what its halts do not allow: access that ends still ends."""
    return plan.holding(lambda change: not change.ends_access)


def error(plan: Plan, report: Report) -> StoppedError:
    """Return the error that says what is stopped.

    Args:
        plan: one with halts.
        report: what was applied nevertheless.
    """
    reasons = "; ".join(halt.what for halt in plan.halts)
    written = (
        "Changes that end access were applied, and no others."
        if report.writes
        else "Nothing was written."
    )
    return StoppedError(f"Stopped: {reasons}. {written}", report=report)
