"""A usage report as CSV, and as data that JSON can hold. Pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from profiles_management.puhuri.mapping.usage_months import month_text
from profiles_management.reconcile.describe import Data
from profiles_management.report.csv_table import csv_text
from profiles_management.report.usage.usage_amounts import Amount, plain_text
from profiles_management.report.usage.usage_rows import (
    AllocationRow,
    ComponentRow,
    CustomerRow,
    ProjectRow,
    QuotaRow,
    ResourceRow,
    TotalRow,
    UsageReport,
)
from profiles_management.report.usage.usage_words import notes

_PROJECT: Final = (
    "customer",
    "project",
    "project_uuid",
    "backend_id",
    "members",
    "project_end",
    "profile",
    "quota",
)
_ALLOCATION: Final = ("allocation", "allocation_uuid", "offering", "state", "end")
_COMPONENT: Final = (
    "component",
    "unit",
    "limit",
    "limit_period",
    "used",
    "used_in_all",
    "used_of_limit",
    "share",
)


def usage_csv(report: UsageReport) -> str:
    """Return a report as CSV: a line for each component, then a column for each month of the trend.

    A project without allocations and quotas has a line too, and so has an allocation without
    components. A resource of a quota has a line without an allocation. Totals are left out: a
    spreadsheet sums up the lines.
    """
    months = tuple(map(month_text, report.trend.months()))
    head = (*_PROJECT, *_ALLOCATION, *_COMPONENT, *months)
    return csv_text(head, (_filled(row, len(head)) for row in _rows(report)))


def _rows(report: UsageReport) -> Iterator[tuple[str, ...]]:
    for customer in report.customers:
        for project in customer.projects:
            first = _project_cells(customer, project)
            if not project.allocations and not project.quotas:
                yield first
            for allocation in project.allocations:
                yield from _allocation_rows((*first, ""), allocation)
            for quota in project.quotas:
                yield from _quota_rows((*first, quota.name), quota)


def _allocation_rows(first: tuple[str, ...], row: AllocationRow) -> Iterator[tuple[str, ...]]:
    allocation = row.allocation
    first = (
        *first,
        allocation.name,
        allocation.uuid,
        allocation.offering_name,
        allocation.state,
        _day(allocation.end_date),
    )
    if not row.components:
        yield first
    for component in row.components:
        yield (*first, *_component_cells(component))


def _quota_rows(first: tuple[str, ...], quota: QuotaRow) -> Iterator[tuple[str, ...]]:
    no_allocation = ("",) * len(_ALLOCATION)
    for resource in quota.resources:
        yield (*first, *no_allocation, *_resource_cells(resource))


def _project_cells(customer: CustomerRow, row: ProjectRow) -> tuple[str, ...]:
    project = row.project
    return (
        customer.customer.name,
        project.name,
        project.uuid,
        project.backend_id,
        str(row.members),
        _day(project.end_date),
        "" if row.profile is None else row.profile.name,
    )


def _resource_cells(row: ResourceRow) -> tuple[str, ...]:
    """Return a resource in the columns of components, as numbers without units."""
    hard, used = plain_text(row.hard_amount), plain_text(row.used_amount)
    return row.name, "", hard, "", "", "", used, plain_text(_rounded(row.share))


def _component_cells(row: ComponentRow) -> tuple[str, ...]:
    return (
        row.type,
        row.unit,
        plain_text(row.limit),
        row.limit_period,
        plain_text(row.used),
        plain_text(row.used_in_all),
        plain_text(row.used_of_limit),
        plain_text(_rounded(row.share)),
        *map(plain_text, row.trend),
    )


def _filled(row: tuple[str, ...], width: int) -> tuple[str, ...]:
    return row + ("",) * (width - len(row))


def _day(end: date | None) -> str:
    return "" if end is None else end.isoformat()


def _rounded(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share, 4)


# data


def usage_data(report: UsageReport) -> Data:
    """Return a report as data; amounts are numbers, and whole ones are exact."""
    period = report.period
    months = [month_text(month) for month in report.trend.months()]
    return {
        "period": {"from": month_text(period.first), "to": month_text(period.last)},
        "at": report.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "cluster": None if report.cluster.target is None else report.cluster.target.data(),
        "customers": [_customer(customer, months) for customer in report.customers],
        "notes": [*notes(report)],
    }


def _customer(row: CustomerRow, months: list[str]) -> dict[str, Any]:
    return {
        "name": row.customer.name,
        "uuid": row.customer.uuid,
        "projects": [_project(project, months) for project in row.projects],
        "totals": [_total(total, months) for total in row.totals],
    }


def _project(row: ProjectRow, months: list[str]) -> dict[str, Any]:
    project = row.project
    return {
        "name": project.name,
        "uuid": project.uuid,
        "backend_id": project.backend_id,
        "end_date": _day(project.end_date) or None,
        "members": row.members,
        "roles": dict(row.roles),
        "allocations": [_allocation(allocation, months) for allocation in row.allocations],
        "profile": None if row.profile is None else row.profile.name,
        "quotas": [_quota(quota) for quota in row.quotas],
    }


def _quota(quota: QuotaRow) -> dict[str, Any]:
    return {"name": quota.name, "resources": [_resource(row) for row in quota.resources]}


def _resource(row: ResourceRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "hard": row.hard or None,
        "used": row.used or None,
        "share": _number(_rounded(row.share)),
    }


def _allocation(row: AllocationRow, months: list[str]) -> dict[str, Any]:
    allocation = row.allocation
    return {
        "name": allocation.name,
        "uuid": allocation.uuid,
        "offering": allocation.offering_name,
        "offering_uuid": allocation.offering_uuid,
        "state": allocation.state,
        "end_date": _day(allocation.end_date) or None,
        "components": [_component(component, months) for component in row.components],
    }


def _total(row: TotalRow, months: list[str]) -> dict[str, Any]:
    names = {"offering": row.offering_name, "offering_uuid": row.offering_uuid}
    return names | _component(row.component, months)


def _component(row: ComponentRow, months: list[str]) -> dict[str, Any]:
    trend = zip(months, row.trend, strict=True)
    return {
        "type": row.type,
        "name": row.name,
        "unit": row.unit,
        "limit": _number(row.limit),
        "limit_period": row.limit_period,
        "used": _number(row.used),
        "used_in_all": _number(row.used_in_all),
        "used_of_limit": _number(row.used_of_limit),
        "share": _number(_rounded(row.share)),
        "trend": [{"month": month, "used": _number(used)} for month, used in trend],
    }


def _number(value: Amount | None) -> int | float | None:
    if value is None:
        return None
    whole = int(value)
    return whole if whole == value else float(value)
