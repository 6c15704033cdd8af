"""What a portal has: all that planning looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from profiles_management.puhuri.client.models import (
    Allocation,
    Component,
    Customer,
    Grant,
    Offering,
    Order,
    Project,
    Usage,
    User,
)


@dataclass(frozen=True, slots=True)
class Observed:
    """The projects of a customer, and what is in them.

    Attributes:
        projects: all of the customer, the oldest first.
        grants: by the uuid of the project, those that are over too.
        users: everybody with a role in the customer or a project of it; only where people are
            named by address, so that the portal cannot be asked for one of them.
        allocations: by the uuid of the project, but for terminated ones.
        components: those that any allocation of the customer has a limit of, also a terminated one.
        open_orders: by the uuid of the allocation.
        offerings: by what the document calls them; only those that a new allocation needs.
        usages: by the uuid of an allocation; only where a limit is lowered.
        limited: the components by the uuid of the offering; only where a limit is lowered.
        has_fractions: whether a limit can be a fraction.
    """

    customer: Customer
    projects: tuple[Project, ...] = ()
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    users: tuple[User, ...] = ()
    allocations: Mapping[str, tuple[Allocation, ...]] = field(default_factory=dict)
    components: frozenset[str] = frozenset()
    open_orders: Mapping[str, Order] = field(default_factory=dict)
    offerings: Mapping[str, tuple[Offering, ...]] = field(default_factory=dict)
    usages: Mapping[str, tuple[Usage, ...]] = field(default_factory=dict)
    limited: Mapping[str, tuple[Component, ...]] = field(default_factory=dict)
    has_fractions: bool = True
