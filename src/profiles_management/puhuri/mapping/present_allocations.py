"""Which allocation of a portal a wanted one is, and with which limits. Pure."""

from profiles_management.pmr.puhuri_section import PuhuriAllocation
from profiles_management.puhuri.client.models import Allocation, Quantity
from profiles_management.puhuri.client.wire import quantity


def is_the_same(allocation: Allocation, wanted: PuhuriAllocation) -> bool:
    """Return whether an allocation is a wanted one: the same name of the same offering."""
    return allocation.name == wanted.name and is_of_offering(allocation, wanted)


def is_of_offering(allocation: Allocation, wanted: PuhuriAllocation) -> bool:
    """Return whether an allocation is of the offering that a wanted one names."""
    return wanted.offering in (allocation.offering_uuid, allocation.offering_name)


def merged_limits(wanted: PuhuriAllocation, allocation: Allocation) -> dict[str, Quantity]:
    """Return all limits that an allocation should have: an order replaces the whole map."""
    named = {component: quantity(limit) for component, limit in wanted.limits.items()}
    return {**allocation.limits, **named}
