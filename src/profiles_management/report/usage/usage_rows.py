"""The rows of a usage report: customers, projects, allocations, components, quotas. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from profiles_management.kubeflow.quota_usage import QuotaUsages
from profiles_management.kubeflow.target_description import TargetDescription
from profiles_management.puhuri.client.models import (
    Allocation,
    AllocationState,
    Component,
    Customer,
    Grant,
    Project,
    Usage,
)
from profiles_management.puhuri.mapping.usage_months import Period
from profiles_management.report.usage.usage_amounts import Amount, share_of


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
class ClusterFacts:
    """What the cluster of an installation has.

    Attributes:
        instance: the installation; with it begins the backend_id of the projects that were made of
            profiles. '' where there are none.
        is_source: whether profiles may have been made of other projects: the portal is their
            source.
        prefix: what the names of profiles begin with that were made of projects.
        target: which cluster was read, None where none was.
        why_not: why none was read, as a sentence.
    """

    instance: str = ""
    is_source: bool = False
    prefix: str = ""
    target: TargetDescription | None = None
    quotas: QuotaUsages = field(default_factory=QuotaUsages)
    why_not: str = ""


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

    @property
    def has_ended(self) -> bool:
        """Whether it was terminated: its limits allow nothing any more."""
        return self.allocation.state == AllocationState.TERMINATED


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """How much of one resource of a quota is used now.

    Attributes:
        hard, used: as the cluster writes them; '' where it has not counted yet.
        hard_amount, used_amount: their values; None where they are not known.
    """

    name: str
    hard: str
    used: str
    hard_amount: Amount | None
    used_amount: Amount | None

    @property
    def share(self) -> Decimal | None:
        """Which part of the quota is used; None where that is not known or nothing is allowed."""
        return None if self.used_amount is None else share_of(self.used_amount, self.hard_amount)


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """A ResourceQuota of a profile's namespace."""

    name: str
    resources: tuple[ResourceRow, ...]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """The profile of a project in the cluster."""

    name: str
    quotas: tuple[QuotaRow, ...]


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with its allocations.

    Attributes:
        members: the number of people with a role.
        roles: the number of people with each role.
        profile: None where no cluster was read, or the project has no profile in it.
    """

    project: Project
    members: int
    roles: Mapping[str, int]
    allocations: tuple[AllocationRow, ...]
    profile: ProfileRow | None = None

    @property
    def quotas(self) -> tuple[QuotaRow, ...]:
        """The quotas of its profile; none where it has no profile."""
        return () if self.profile is None else self.profile.quotas


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The sum of a component over all allocations of an offering.

    Usage of allocations that ended counts, but not their limits, nor what was used of these. The
    limit is None where one of the other allocations has none.
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
        """Those of all projects."""
        for project in self.projects:
            yield from project.allocations

    @property
    def resources(self) -> Iterator[ResourceRow]:
        """The resources of the quotas of all projects."""
        for project in self.projects:
            for quota in project.quotas:
                yield from quota.resources


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
    cluster: ClusterFacts
