"""Orders, since December 2023 about one allocation each: what answers tell of them."""

from puhuri_server import offerings
from puhuri_server.forms import is_uuid, plain_uuid, written
from puhuri_server.http_types import Reply, Request, detail, not_found
from puhuri_server.lists import (
    by_choice,
    by_url,
    by_uuid,
    contains,
    fields,
    ordered,
    paged,
    since,
)
from puhuri_server.records import Order
from puhuri_server.world import Version, World

STATES = (  # in the order that `o=state` gives
    "pending-consumer",
    "executing",
    "done",
    "erred",
    "canceled",
    "rejected",
    "pending-provider",
    "pending-project",
)
TYPES = ("Create", "Update", "Terminate")
_KEYS = {
    "created": lambda one: one.created,
    "consumer_reviewed_at": lambda one: one.created,
    "cost": lambda one: one.created,
    "state": lambda one: STATES.index(one.state),
}


def row(world: World, request: Request, order: Order) -> dict:
    """Return an order as answers have it; relations that are empty are absent."""
    resource, offering = order.resource, order.resource.offering
    project = resource.project
    values = {
        "uuid": order.uuid,
        "created": written(order.created),
        "type": order.type,
        "state": order.state,
        "error_message": order.error_message,
        "attributes": order.attributes,
        "limits": order.limits,
        "offering": offerings.url(world, request, offering),
        "offering_uuid": offering.uuid,
        "offering_name": offering.name,
        "resource_name": resource.name,
        "marketplace_resource_uuid": resource.uuid,
        "project_uuid": project.uuid,
        "project_name": project.name,
        "customer_uuid": project.customer.uuid,
        "customer_name": project.customer.name,
        "created_by_username": order.created_by.username,
        "created_by_full_name": order.created_by.full_name,
    }
    if order.plan is not None:
        values["plan"] = offerings.plan_url(world, request, offering, order.plan)
        values["plan_uuid"] = order.plan.uuid
        values["plan_name"] = order.plan.name
    if world.version == Version.FRACTIONS:
        values["url"] = url(request, order)
    for side in ("consumer", "provider"):
        reviewer = getattr(order, f"{side}_reviewed_by")
        if reviewer is not None:
            values[f"{side}_reviewed_by"] = reviewer.username
    return values


def url(request: Request, order: Order) -> str:
    """Return the URL of an order."""
    return request.url(f"/api/marketplace-orders/{order.uuid}/")


def visible(world: World, request: Request) -> list[Order]:
    """Return the orders that the caller may see."""
    return [one for one in world.orders if world.sees_resource(request.user, one.resource)]


def find(world: World, request: Request, uuid: str) -> Order:
    """Return an order that the caller may see."""
    wanted = plain_uuid(uuid) if is_uuid(uuid) else ""
    order = next((one for one in visible(world, request) if one.uuid == wanted), None)
    if order is None:
        raise not_found("Order")
    return order


def show_all(world: World, request: Request) -> Reply:
    """Return the orders."""
    rows = visible(world, request)
    rows = by_uuid(rows, request, "project_uuid", lambda one: one.resource.project.uuid)
    rows = by_uuid(rows, request, "customer_uuid", lambda one: one.resource.project.customer.uuid)
    rows = by_uuid(rows, request, "offering_uuid", lambda one: one.resource.offering.uuid)
    rows = by_uuid(rows, request, "provider_uuid", lambda one: one.resource.offering.provider.uuid)
    rows = by_uuid(rows, request, "resource_uuid", lambda one: one.resource.uuid)
    rows = by_uuid(rows, request, "category_uuid", lambda one: one.resource.offering.category_uuid)
    rows = _by_urls(rows, request)
    rows = since(rows, request, "created", lambda one: one.created)
    rows = since(rows, request, "modified", lambda one: one.created)
    rows = _to_be_approved(world, request, rows)
    states = STATES
    if world.version == Version.FRACTIONS:
        states = (*STATES, "pending-start-date")
    rows = by_choice(rows, request, "state", lambda one: one.state, states)
    rows = by_choice(rows, request, "type", lambda one: one.type, TYPES)
    rows = contains(rows, request, "query", lambda one: f"{one.uuid} {one.resource.name}")
    rows = ordered(rows, request, _KEYS, "created")
    return paged(request, [row(world, request, one) for one in rows])


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return an order."""
    return Reply(200, fields(request, row(world, request, find(world, request, uuid))))


def _by_urls(rows: list[Order], request: Request) -> list[Order]:
    """Return the orders of a resource and of an offering; the URL is that for its provider."""
    rows = by_url(
        rows, request, "resource", lambda one: f"/api/marketplace-resources/{one.resource.uuid}/"
    )
    return by_url(
        rows,
        request,
        "offering",
        lambda one: f"/api/marketplace-provider-offerings/{one.resource.offering.uuid}/",
    )


def _to_be_approved(world: World, request: Request, rows: list[Order]) -> list[Order]:
    """Return the orders that wait for the caller, where that is asked for."""
    owners = {
        "consumer": lambda order: order.resource.project.customer,
        "provider": lambda order: order.resource.offering.provider,
    }
    for side, owner in owners.items():
        if request.param(f"can_approve_as_{side}") == "true":
            waiting = [one for one in rows if one.state == f"pending-{side}"]
            rows = [one for one in waiting if world.owns(request.user, owner(one))]
    return rows


def delete(world: World, request: Request, uuid: str) -> Reply:
    """Delete an order that waits; a resource that was to be made stays Creating."""
    order = find(world, request, uuid)
    in_state(order, "pending-consumer", "pending-provider")
    world.orders.remove(order)
    return Reply(204)


def in_state(order: Order, *states: str) -> None:
    """Refuse what is possible in other states only."""
    if order.state not in states:
        raise detail(409, f"Valid states for operation: {', '.join(states)}.")
