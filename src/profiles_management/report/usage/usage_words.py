"""The words that the text and the page of a usage report share. Pure."""

from collections.abc import Iterator
from datetime import date

from profiles_management.kubeflow.state import unread_objects
from profiles_management.puhuri.client.models import AllocationState
from profiles_management.reconcile.lines import count
from profiles_management.report.usage.usage_rows import (
    AllocationRow,
    ComponentRow,
    CustomerRow,
    ProfileRow,
    ProjectRow,
    UsageReport,
)

_PERIODS = {"month": " a month", "quarterly": " a quarter", "annual": " a year"}


def title(report: UsageReport) -> str:
    """Return what the report is about."""
    return f"Usage in {report.period}"


def trend_title(report: UsageReport) -> str:
    """Return the heading of the trend."""
    return count(len([*report.trend.months()]), "month")


def project_facts(row: ProjectRow) -> str:
    """Return how many members a project has and when it ends."""
    parts = [count(row.members, "member"), end_text(row.project.end_date)]
    if row.project.backend_id:
        parts.insert(0, row.project.backend_id)
    return ", ".join(parts)


def allocation_facts(row: AllocationRow) -> str:
    """Return of which offering an allocation is, its state unless it is OK, and its end."""
    allocation = row.allocation
    parts = [allocation.offering_name]
    if allocation.state != AllocationState.OK:
        parts.append(allocation.state)
    if allocation.end_date is not None:
        parts.append(end_text(allocation.end_date))
    return ", ".join(filter(None, parts))


def quota_facts(profile: ProfileRow) -> str:
    """Return of which profile a quota is, and that it is shown as it is now."""
    return f"profile {profile.name}, now"


def end_text(end: date | None) -> str:
    """Return when something ends, in words."""
    return "no end" if end is None else f"ends {end.isoformat()}"


def unit_text(component: ComponentRow) -> str:
    """Return the unit of a component, and for how long its limit is."""
    return component.unit + limit_period_text(component)


def limit_period_text(component: ComponentRow) -> str:
    """Return for how long the limit of a component is, ` a month`; '' where it is for all time."""
    return _PERIODS.get(component.limit_period, "")


def no_quota(profile: ProfileRow) -> str:
    """Return that the cluster has no quota for a profile, as a sentence.

    The namespaces are not read, so the profile may be missing too.
    """
    return f"The cluster has no profile {profile.name}, or the profile has no quota."


def notes(report: UsageReport) -> Iterator[str]:
    """Yield what a reader has to know about the numbers."""
    if report.cluster.why_not:
        yield report.cluster.why_not
    for problem in unread_objects.bounded(report.cluster.quotas.unread):
        yield str(problem)
    for customer in report.customers:
        if customer.not_counted:
            yield _not_counted(customer)


def _not_counted(customer: CustomerRow) -> str:
    records = count(customer.not_counted, "usage record")
    return (
        f"{customer.customer.name}: left out {records} of allocations that this token cannot see."
    )
