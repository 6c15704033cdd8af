"""What a usage report needs from a portal: lists for each customer, offerings once."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.errors import NotFound
from profiles_management.puhuri.client.models import Component, Customer
from profiles_management.report.usage.usage_rows import PortalFacts


def read_usage(client: Client, customers: Iterable[Customer]) -> list[PortalFacts]:
    """Return what the portal has of some customers.

    Raises:
        PuhuriError: it cannot be read.
    """
    offerings: dict[str, Sequence[Component]] = {}
    return [_of_customer(client, customer, offerings) for customer in customers]


def _of_customer(
    client: Client, customer: Customer, offerings: dict[str, Sequence[Component]]
) -> PortalFacts:
    uuid = customer.uuid
    allocations = [
        allocation
        for allocation in client.allocations.find(customer=uuid)
        if allocation.customer_uuid == uuid
    ]
    for offering in sorted({allocation.offering_uuid for allocation in allocations}):
        if offering and offering not in offerings:
            offerings[offering] = _components(client, offering)
    return PortalFacts(
        customer=customer,
        projects=[*client.projects.find(customer=uuid)],
        grants=[*client.members.of_customer(uuid)],
        allocations=allocations,
        usages=[*client.usage.find(customer=uuid)] if allocations else [],
        components=offerings,
    )


def _components(client: Client, offering: str) -> Sequence[Component]:
    """Return the components of an offering, none where the token may not see it."""
    with suppress(NotFound):
        return client.offerings.get(offering).components
    return ()
