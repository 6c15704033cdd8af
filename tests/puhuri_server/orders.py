"""Orders, since December 2023 about one allocation each: what answers tell of them."""

from puhuri_server import offerings
from puhuri_server.forms import written
from puhuri_server.http_types import Reply, Request, detail
from puhuri_server.lists import (
    by_choice,
    by_url,
    by_uuid,
    contains,
    fields,
    found,
    ordered,
    paged,
    since,
)
from puhuri_server.records import Order
from puhuri_server.world import World

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
    "created": lambda order: order.created,
    "consumer_reviewed_at": lambda order: order.created,
    "cost": lambda order: order.created,
    "state": lambda order: STATES.index(order.state),
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
    if world.version.has_fractions:
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
    return [order for order in world.orders if world.sees_resource(request.user, order.resource)]


def find(world: World, request: Request, uuid: str) -> Order:
    """Return an order that the caller may see."""
    return found(visible(world, request), uuid, "Order")


def show_all(world: World, request: Request) -> Reply:
    """Return the orders."""
    rows = visible(world, request)
    rows = by_uuid(rows, request, "project_uuid", lambda order: order.resource.project.uuid)
    rows = by_uuid(
        rows, request, "customer_uuid", lambda order: order.resource.project.customer.uuid
    )
    rows = by_uuid(rows, request, "offering_uuid", lambda order: order.resource.offering.uuid)
    rows = by_uuid(
        rows, request, "provider_uuid", lambda order: order.resource.offering.provider.uuid
    )
    rows = by_uuid(rows, request, "resource_uuid", lambda order: order.resource.uuid)
    rows = by_uuid(
        rows, request, "category_uuid", lambda order: order.resource.offering.category_uuid
    )
    rows = _by_urls(rows, request)
    rows = since(rows, request, "created", lambda order: order.created)
    rows = since(rows, request, "modified", lambda order: order.created)
    rows = _to_be_approved(world, request, rows)
    states = STATES
    if world.version.has_fractions:
        states = (*STATES, "pending-start-date")
    rows = by_choice(rows, request, "state", lambda order: order.state, states)
    rows = by_choice(rows, request, "type", lambda order: order.type, TYPES)
    rows = contains(rows, request, "query", lambda order: f"{order.uuid} {order.resource.name}")
    rows = ordered(rows, request, _KEYS, "created")
    return paged(request, rows, lambda order: row(world, request, order))


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return an order."""
    return Reply(200, fields(request, row(world, request, find(world, request, uuid))))


def _by_urls(rows: list[Order], request: Request) -> list[Order]:
    """Return the orders of a resource and of an offering; the URL is that for its provider."""
    rows = by_url(
        rows,
        request,
        "resource",
        lambda order: f"/api/marketplace-resources/{order.resource.uuid}/",
    )
    return by_url(
        rows,
        request,
        "offering",
        lambda order: f"/api/marketplace-provider-offerings/{order.resource.offering.uuid}/",
    )


def _to_be_approved(world: World, request: Request, rows: list[Order]) -> list[Order]:
    """Return the orders that wait for the caller, where that is asked for."""
    owners = {
        "consumer": lambda order: order.resource.project.customer,
        "provider": lambda order: order.resource.offering.provider,
    }
    for side, owner in owners.items():
        if request.param(f"can_approve_as_{side}") == "true":
            waiting = [order for order in rows if order.state == f"pending-{side}"]
            rows = [order for order in waiting if world.owns(request.user, owner(order))]
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
