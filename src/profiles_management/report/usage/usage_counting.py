"""What projects used of their allocations: counted for each component, and for each customer.

A customer's total is the sum of the components of its allocations. No project and no allocation is
left out, only allocations that ended and had no usage until the end of the period. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from profiles_management.puhuri.client.models import (
    Allocation,
    AllocationState,
    Component,
    Project,
    Usage,
)
from profiles_management.puhuri.mapping.usage_months import Period, limited_period
from profiles_management.report.usage.usage_amounts import Amount, amount, total
from profiles_management.report.usage.usage_quotas import profile_names, profile_row
from profiles_management.report.usage.usage_rows import (
    AllocationRow,
    ClusterFacts,
    ComponentRow,
    CustomerRow,
    PortalFacts,
    ProjectRow,
    TotalRow,
    UsageReport,
)

NO_CLUSTER: Final = ClusterFacts()


def usage_report(
    facts: Iterable[PortalFacts],
    period: Period,
    trend: Period,
    *,
    at: datetime,
    cluster: ClusterFacts = NO_CLUSTER,
) -> UsageReport:
    """Return the report on what a portal has, in the order in which it is given.

    Args:
        trend: the last months up to the end of the period.
        at: the moment of the report, with a zone.
    """
    customers = tuple(_customer(of_customer, period, trend, at, cluster) for of_customer in facts)
    return UsageReport(period, trend, at, customers, cluster)


def _customer(
    facts: PortalFacts, period: Period, trend: Period, at: datetime, cluster: ClusterFacts
) -> CustomerRow:
    allocations = {allocation.uuid: allocation for allocation in facts.allocations}
    usages = {usage.uuid: usage for usage in facts.usages}.values()  # pages have no stable order
    known = [usage for usage in usages if _is_of(usage, allocations.get(usage.allocation_uuid))]
    by_allocation: dict[str, list[Usage]] = defaultdict(list)
    for usage in known:
        if not period.ends_before(usage.billing_period):
            by_allocation[usage.allocation_uuid].append(usage)
    rows = [
        _allocation(allocation, facts, by_allocation[uuid], period, trend)
        for uuid, allocation in allocations.items()
        if allocation.state != AllocationState.TERMINATED or by_allocation[uuid]
    ]
    return CustomerRow(
        facts.customer,
        tuple(_projects(facts, rows, at, cluster)),
        tuple(_totals(rows)),
        not_counted=len(usages) - len(known),
    )


def _is_of(usage: Usage, allocation: Allocation | None) -> bool:
    """Return whether a record is of an allocation: the server lists those of everybody."""
    return allocation is not None and usage.project_uuid == allocation.project_uuid


# projects


def _projects(
    facts: PortalFacts, rows: Iterable[AllocationRow], at: datetime, cluster: ClusterFacts
) -> Iterator[ProjectRow]:
    """Yield the projects by name; one that was deleted is known by its allocations only."""
    by_project: dict[str, list[AllocationRow]] = defaultdict(list)
    for row in rows:
        by_project[row.allocation.project_uuid].append(row)
    roles: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for grant in facts.grants:
        if not grant.is_over(at):
            roles[grant.project_uuid].add((grant.role, grant.user_uuid))
    profiles = profile_names(facts.projects, cluster)
    projects = {uuid: _deleted(of_project[0]) for uuid, of_project in by_project.items()}
    projects |= {project.uuid: project for project in facts.projects}
    for project in sorted(projects.values(), key=attrgetter("name", "uuid")):
        members = roles[project.uuid]
        yield ProjectRow(
            project,
            len({person for _, person in members}),
            _by_role(members),
            tuple(sorted(by_project[project.uuid], key=_by_name)),
            profile_row(profiles.get(project.uuid), cluster.quotas),
        )


def _deleted(row: AllocationRow) -> Project:
    allocation = row.allocation
    return Project(uuid=allocation.project_uuid, name=allocation.project_name)


def _by_role(members: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    groups = groupby(sorted(members), key=lambda member: member[0])
    return {role: len([*people]) for role, people in groups}


def _by_name(row: AllocationRow) -> tuple[str, str, str]:
    allocation = row.allocation
    return allocation.name, allocation.offering_name, allocation.uuid


# components


def _allocation(
    allocation: Allocation,
    facts: PortalFacts,
    usages: Sequence[Usage],
    period: Period,
    trend: Period,
) -> AllocationRow:
    by_type: dict[str, list[Usage]] = defaultdict(list)
    for usage in usages:
        by_type[usage.type].append(usage)
    known = {part.type: part for part in facts.components.get(allocation.offering_uuid, ())}
    shown = allocation.limits.keys() | by_type.keys()
    in_order = [*(name for name in known if name in shown), *sorted(shown - known.keys())]
    return AllocationRow(
        allocation,
        tuple(
            _component(
                known.get(name) or _unknown(name, by_type[name]),
                allocation,
                by_type[name],
                period,
                trend,
            )
            for name in in_order
        ),
    )


def _unknown(name: str, usages: Sequence[Usage]) -> Component:
    """Return a component of an offering that the token may not see."""
    if not usages:
        return Component(type=name)
    return Component(type=name, name=usages[-1].name, measured_unit=usages[-1].measured_unit)


def _component(
    component: Component,
    allocation: Allocation,
    usages: Iterable[Usage],
    period: Period,
    trend: Period,
) -> ComponentRow:
    by_month: dict[date | None, Amount] = defaultdict(Decimal)
    for usage in usages:
        month = usage.billing_period
        by_month[month] = total((by_month[month], amount(usage.usage)))
    limit = allocation.limits.get(component.type)
    return ComponentRow(
        type=component.type,
        name=component.name or component.type,
        unit=component.measured_unit,
        limit=None if limit is None else amount(limit),
        limit_period=component.limit_period,
        used=_used(by_month, period),
        used_in_all=total(by_month.values()),
        used_of_limit=_used(by_month, limited_period(component.limit_period, period.last)),
        trend=tuple(by_month.get(month, Decimal(0)) for month in trend.months()),
    )


def _used(by_month: Mapping[date | None, Amount], period: Period | None) -> Amount:
    """Return what was used in a period; None is all months."""
    return total(used for month, used in by_month.items() if period is None or period.has(month))


# totals


class _Part(NamedTuple):
    """The component of one allocation, in a sum over several."""

    component: ComponentRow
    has_ended: bool


def _totals(rows: Iterable[AllocationRow]) -> Iterator[TotalRow]:
    names: dict[str, str] = {}
    groups: dict[str, dict[str, list[_Part]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        offering = row.allocation.offering_uuid
        names[offering] = row.allocation.offering_name
        for component in row.components:
            groups[offering][component.type].append(_Part(component, row.has_ended))
    for offering in sorted(groups, key=lambda uuid: (names[uuid], uuid)):
        for parts in groups[offering].values():
            yield TotalRow(offering, names[offering], _sum(parts))


def _sum(parts: Sequence[_Part]) -> ComponentRow:
    components = [part.component for part in parts]
    active = [part.component for part in parts if not part.has_ended]
    limits = [component.limit for component in active if component.limit is not None]
    has_limit = bool(limits) and len(limits) == len(active)
    first = components[0]
    return ComponentRow(
        type=first.type,
        name=first.name,
        unit=first.unit,
        limit=total(limits) if has_limit else None,
        limit_period=first.limit_period,
        used=total(component.used for component in components),
        used_in_all=total(component.used_in_all for component in components),
        used_of_limit=total(component.used_of_limit for component in active),
        trend=tuple(map(total, zip(*(row.trend for row in components), strict=True))),
    )
