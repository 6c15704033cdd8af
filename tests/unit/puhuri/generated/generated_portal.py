"""A portal that is the same each time, and what both clients have of its objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from puhuri.client.portal_use import ADMIN, MANAGER, MEMBER, PortalUse
from puhuri.properties.portals import Time
from puhuri_server.sample import sample_world
from puhuri_server.usages import report_usage

UNTIL = datetime(2027, 1, 31, 12, tzinfo=UTC)
UNKNOWN = "0" * 32
Ids = dict[str, str]


def filled(server, version) -> tuple[PortalUse, Ids]:
    """Return a portal, the same each time, and the uuids and URLs of what is in it."""
    time = Time()
    server.reset(sample_world(version, time.now))
    use = PortalUse(server, time)
    world, members = use.world, use.allocator.members
    other = world.customers[1].uuid
    soup = use.project("Quantum soup", description="served hot", backend_id="lab/soup")
    web = use.allocator.projects.create(
        customer=other, name="Web", end_date=date(2027, 12, 31)
    ).uuid
    ada, bo = use.user("ada"), use.user("bo")
    members.add(soup, ada, MANAGER)
    members.add(soup, bo, MEMBER, UNTIL)
    members.add(web, bo, ADMIN)
    training, site = use.allocation(soup), use.allocation(web, "site")
    world.resources[0].backend_id = "slurm-1"
    cpu, gpu, _ = world.resources[0].offering.components
    report_usage(world, world.resources[0], cpu, "12.50", month=date(2026, 10, 1))
    report_usage(world, world.resources[0], gpu, 3)
    report_usage(world, world.resources[1], cpu, 4)
    new, asked = use.order(soup, "new").uuid, use.order(soup, "asked", by=use.client_of(ada)).uuid
    ids = {
        "@customer": use.customer,
        "@other": other,
        "@soup": soup,
        "@web": web,
        "@ada": ada,
        "@bo": bo,
        "@eve": use.user("eve"),
        "@training": training,
        "@site": site,
        "@empty": use.project("Empty"),
        "@new": new,
        "@asked": asked,
        "@provider": world.customers[2].uuid,
        "@offering": use.offering().uuid,
        "@offering-url": use.offering().url,
        "@plan-url": use.offering().plans[0].url,
        "@customer-url": f"{server.url}/api/customers/{use.customer}/",
        "@soup-url": f"{server.url}/api/projects/{soup}/",
    }
    server.requests.clear()
    return use, ids


def state(world) -> list[str]:
    """Return everything that a portal has, for comparison."""
    rows = (world.projects, world.grants, world.resources, world.orders, world.users)
    return [repr(row) for kind in rows for row in kind]


@dataclass(frozen=True)
class Kind:
    """Objects of one kind, as both clients have them.

    Attributes:
        operation: the one of the schema that lists them.
        fields: those that both have; `ours=theirs` where the names differ.
    """

    operation: str
    fields: str

    def ours(self, row: object) -> dict[str, object]:
        return self._values(row, 0)

    def theirs(self, row: object) -> dict[str, object]:
        return self._values(row, 1)

    def _values(self, row: object, side: int) -> dict[str, object]:
        pairs = [(field.split("=") * 2)[:2] for field in self.fields.split()]
        return {pair[0]: getattr(row, pair[side]) for pair in pairs}


KINDS = {
    "customers": Kind("customers/customers_list", "uuid name abbreviation"),
    "projects": Kind(
        "projects/projects_list",
        "uuid name description backend_id customer_uuid customer_name customer_abbreviation"
        " start_date end_date created",
    ),
    "offerings": Kind(
        "marketplace_public_offerings/marketplace_public_offerings_list",
        "uuid name url state shared type=type_ customer_uuid customer_name category_title",
    ),
    "allocations": Kind(
        "marketplace_resources/marketplace_resources_list",
        "uuid name description state project_uuid project_name customer_uuid customer_name"
        " offering_uuid offering_name plan_uuid plan_name backend_id end_date created limits",
    ),
    "orders": Kind(
        "marketplace_orders/marketplace_orders_list",
        "uuid state type=type_ name=resource_name allocation_uuid=marketplace_resource_uuid"
        " project_uuid project_name customer_uuid offering_uuid offering_name plan_uuid limits"
        " error_message created",
    ),
    "usage": Kind(
        "marketplace_component_usages/marketplace_component_usages_list",
        "uuid type=type_ name measured_unit reported_at=date billing_period"
        " allocation_uuid=resource_uuid allocation_name=resource_name project_uuid project_name"
        " offering_uuid offering_name customer_uuid customer_name",
    ),
}


def named(value: Any, ids: Ids) -> Any:
    """Return a value with uuids and URLs in the place of their names."""
    if isinstance(value, list):
        return [named(part, ids) for part in value]
    return ids.get(value, value) if isinstance(value, str) else value
