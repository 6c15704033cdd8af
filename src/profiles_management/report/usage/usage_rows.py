"""What projects used of their allocations, as rows: customers, projects, allocations, components.

A customer's total is the sum of the components of its allocations. No project and no allocation is
left out, only allocations that ended without any usage. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from profiles_management.puhuri.client.models import (
    Allocation,
    AllocationState,
    Component,
    Customer,
    Grant,
    Project,
    Usage,
)
from profiles_management.report.usage.usage_amounts import Amount, amount, share_of, total
from profiles_management.report.usage.usage_period import Period, limited_period


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalFacts:
    """What a portal has of one customer.

    Attributes:
        usages: of all months; those of other allocations are left out and counted.
        components: those of each offering, by its uuid. An offering may be missing.
    """

    customer: Customer
    projects: Sequence[Project] = ()
    grants: Sequence[Grant] = ()
    allocations: Sequence[Allocation] = ()
    usages: Sequence[Usage] = ()
    components: Mapping[str, Sequence[Component]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    """How much of one component is used.

    Attributes:
        type: its name in limits and usages; `name` is the one for people.
        limit: None where there is none.
        limit_period: after which time the used amount starts at 0 again; '' where not known.
        used: in the period of the report.
        used_in_all: in all months up to the end of the period.
        used_of_limit: in the months that count against the limit.
        trend: in each month of the trend.
    """

    type: str
    name: str
    unit: str
    limit: Amount | None
    limit_period: str
    used: Amount
    used_in_all: Amount
    used_of_limit: Amount
    trend: tuple[Amount, ...]

    @property
    def share(self) -> Decimal | None:
        """Which part of the limit is used; None where there is no limit above 0."""
        return share_of(self.used_of_limit, self.limit)


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """An allocation with its components."""

    allocation: Allocation
    components: tuple[ComponentRow, ...]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with its allocations.

    Attributes:
        members: the number of people with a role.
        roles: the number of people with each role.
    """

    project: Project
    members: int
    roles: Mapping[str, int]
    allocations: tuple[AllocationRow, ...]


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The sum of a component over all allocations of an offering.

    The limit is None where one of the allocations has none.
    """

    offering_uuid: str
    offering_name: str
    component: ComponentRow


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with its projects.

    Attributes:
        not_counted: the number of usage records of allocations that the token may not see.
    """

    customer: Customer
    projects: tuple[ProjectRow, ...]
    totals: tuple[TotalRow, ...]
    not_counted: int

    @property
    def allocations(self) -> Iterator[AllocationRow]:
        """The allocations of all projects."""
        for project in self.projects:
            yield from project.allocations


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The report.

    Attributes:
        trend: the last months up to the end of the period.
        at: the moment of the report, with a zone.
    """

    period: Period
    trend: Period
    at: datetime
    customers: tuple[CustomerRow, ...]


def usage_report(
    facts: Iterable[PortalFacts], period: Period, trend: Period, *, at: datetime
) -> UsageReport:
    """Return the report on what portals have, in the order in which it is given."""
    customers = tuple(_customer(of_customer, period, trend, at) for of_customer in facts)
    return UsageReport(period, trend, at, customers)


def _customer(facts: PortalFacts, period: Period, trend: Period, at: datetime) -> CustomerRow:
    allocations = {allocation.uuid: allocation for allocation in facts.allocations}
    usages = {usage.uuid: usage for usage in facts.usages}.values()  # pages have no stable order
    by_allocation: dict[str, list[Usage]] = defaultdict(list)
    for usage in usages:
        if _is_of(usage, allocations.get(usage.allocation_uuid)):
            by_allocation[usage.allocation_uuid].append(usage)
    rows = [
        _allocation(allocation, facts, by_allocation[uuid], period, trend)
        for uuid, allocation in allocations.items()
        if allocation.state != AllocationState.TERMINATED or by_allocation[uuid]
    ]
    counted = sum(map(len, by_allocation.values()))
    return CustomerRow(
        facts.customer,
        tuple(_projects(facts, rows, at)),
        tuple(_totals(rows)),
        not_counted=len(usages) - counted,
    )


def _is_of(usage: Usage, allocation: Allocation | None) -> bool:
    """Return whether a record is of an allocation: the server lists those of everybody."""
    return allocation is not None and usage.project_uuid == allocation.project_uuid


# projects


def _projects(
    facts: PortalFacts, rows: Iterable[AllocationRow], at: datetime
) -> Iterator[ProjectRow]:
    """Yield the projects by name; one that was deleted is known by its allocations only."""
    by_project: dict[str, list[AllocationRow]] = defaultdict(list)
    for row in rows:
        by_project[row.allocation.project_uuid].append(row)
    roles: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for grant in facts.grants:
        if grant.expiration_time is None or grant.expiration_time > at:
            roles[grant.project_uuid].add((grant.role, grant.user_uuid))
    projects = {uuid: _deleted(of_project[0]) for uuid, of_project in by_project.items()}
    projects |= {project.uuid: project for project in facts.projects}
    for project in sorted(projects.values(), key=attrgetter("name", "uuid")):
        members = roles[project.uuid]
        yield ProjectRow(
            project,
            len({person for _, person in members}),
            _by_role(members),
            tuple(sorted(by_project[project.uuid], key=_by_name)),
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
        if not period.ends_before(month):
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


def _totals(rows: Iterable[AllocationRow]) -> Iterator[TotalRow]:
    names: dict[str, str] = {}
    groups: dict[str, dict[str, list[ComponentRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        offering = row.allocation.offering_uuid
        names[offering] = row.allocation.offering_name
        for component in row.components:
            groups[offering][component.type].append(component)
    for offering in sorted(groups, key=lambda uuid: (names[uuid], uuid)):
        for components in groups[offering].values():
            yield TotalRow(offering, names[offering], _sum(components))


def _sum(components: Sequence[ComponentRow]) -> ComponentRow:
    limits = [part.limit for part in components if part.limit is not None]
    has_limit = len(limits) == len(components)
    first = components[0]
    return ComponentRow(
        type=first.type,
        name=first.name,
        unit=first.unit,
        limit=total(limits) if has_limit else None,
        limit_period=first.limit_period,
        used=total(part.used for part in components),
        used_in_all=total(part.used_in_all for part in components),
        used_of_limit=total(part.used_of_limit for part in components),
        trend=tuple(map(total, zip(*(part.trend for part in components), strict=True))),
    )
