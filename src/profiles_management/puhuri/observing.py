"""Reading a portal: all that planning looks at, in as few requests as possible.

Members come in bulk by customer, allocations and open orders by customer too. Offerings are asked
for only where an allocation is to be ordered, usage with its offering only where a limit is to be
lowered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from profiles_management.pmr.portal_values import is_uuid
from profiles_management.pmr.puhuri_section import PuhuriAllocation
from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.errors import NotFound
from profiles_management.puhuri.client.models import (
    Allocation,
    AllocationState,
    Component,
    Customer,
    CustomerPeople,
    Grant,
    Offering,
    OfferingState,
    Order,
    User,
)
from profiles_management.puhuri.mapping.present_allocations import is_the_same, merged_limits
from profiles_management.puhuri.portal_state import Observed

T = TypeVar("T")


def observe(
    client: Client,
    customer: Customer,
    named: Mapping[str, Sequence[PuhuriAllocation]],
    *,
    every_allocation: bool = False,
    every_order: bool = False,
    every_person: bool = False,
) -> Observed:
    """Return what the portal has.

    Args:
        named: the allocations that the document wants, by the backend_id of their project.
        every_allocation: whether allocations are read that the document does not want, too.
        every_order: whether open orders of such allocations are read, because these may be ended.
        every_person: whether people of the customer are read who have no role in a project, too.

    Raises:
        PuhuriError: it cannot be read.
    """
    projects = tuple(client.projects.find(customer=customer.uuid))
    users, grants = _people(client, customer, everybody=every_person)
    observed = Observed(customer, projects, grants, users)
    if not named and not every_allocation:
        return observed
    listed = tuple(client.allocations.find(customer=customer.uuid))
    observed = replace(
        observed,
        allocations=_by(_living(listed), lambda allocation: allocation.project_uuid),
        components=frozenset(name for allocation in listed for name in allocation.limits),
    )
    if not named and not every_order:
        return observed
    lowered = {allocation.uuid: allocation for allocation in _lowered(observed, named)}
    offerings = {allocation.offering_uuid for allocation in lowered.values()}
    return replace(
        observed,
        open_orders={order.allocation_uuid: order for order in _open(client, customer)},
        offerings={text: _offerings(client, text) for text in _missing(observed, named)},
        usages={uuid: tuple(client.usage.find(allocation=uuid)) for uuid in lowered},
        limited={uuid: _components(client, uuid) for uuid in offerings},
        has_fractions=client.generation.has_fractions,
    )


def _people(
    client: Client, customer: Customer, *, everybody: bool
) -> tuple[tuple[User, ...], Mapping[str, tuple[Grant, ...]]]:
    """Return the people of a customer if they are asked for, and the grants by project."""
    if everybody:
        people = client.members.people_of_customer(customer.uuid)
    else:
        grants = tuple(client.members.of_customer(customer.uuid))
        people = CustomerPeople(users=(), grants=grants)
    return people.users, _by(people.grants, lambda grant: grant.project_uuid)


def _by(rows: Iterable[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: tuple(group) for name, group in groups.items()}


def _living(allocations: Iterable[Allocation]) -> Iterator[Allocation]:
    for allocation in allocations:
        if allocation.state != AllocationState.TERMINATED:
            yield allocation


def _open(client: Client, customer: Customer) -> Iterator[Order]:
    for order in client.orders.find(customer=customer.uuid):
        if order.is_open:
            yield order


def _pairs(
    observed: Observed, named: Mapping[str, Sequence[PuhuriAllocation]]
) -> Iterator[tuple[PuhuriAllocation, tuple[Allocation, ...]]]:
    uuids = {project.backend_id: project.uuid for project in observed.projects}
    for backend_id, wanted_allocations in named.items():
        present = observed.allocations.get(uuids.get(backend_id, ""), ())
        for wanted in wanted_allocations:
            same = (allocation for allocation in present if is_the_same(allocation, wanted))
            yield wanted, tuple(same)


def _missing(observed: Observed, named: Mapping[str, Sequence[PuhuriAllocation]]) -> set[str]:
    """Return what the document calls the offerings of which an allocation is missing."""
    return {wanted.offering for wanted, same in _pairs(observed, named) if not same}


def _lowered(
    observed: Observed, named: Mapping[str, Sequence[PuhuriAllocation]]
) -> Iterator[Allocation]:
    """Yield the allocations of which a limit is to be lowered."""
    for wanted, same in _pairs(observed, named):
        for allocation in same:
            limits = merged_limits(wanted, allocation)
            if any(limits[name] < limit for name, limit in allocation.limits.items()):
                yield allocation


def _offerings(client: Client, text: str) -> tuple[Offering, ...]:
    if is_uuid(text):
        try:
            return (client.offerings.get(text),)
        except NotFound:
            return ()
    return tuple(client.offerings.find(name_exact=text, state=OfferingState.ACTIVE))


def _components(client: Client, offering: str) -> tuple[Component, ...]:
    """Return the components of an offering; none of one that the token may not see."""
    return tuple(
        component for seen in _offerings(client, offering) for component in seen.components
    )
