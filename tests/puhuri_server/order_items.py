"""Orders with items, until December 2023."""

from puhuri_server import offerings, order_decisions, order_requests, orders
from puhuri_server.forms import Form, written
from puhuri_server.http_types import Refusal, Reply, Request, detail, not_found
from puhuri_server.lists import by_uuid, fields, ordered, paged
from puhuri_server.records import Order
from puhuri_server.world import World

# of the order and of its item, by what the order is since then
_STATES = {
    "pending-consumer": ("requested for approval", "pending"),
    "pending-project": ("executing", "pending"),
    "pending-provider": ("executing", "pending"),
    "executing": ("executing", "executing"),
    "done": ("done", "done"),
    "erred": ("erred", "erred"),
    "canceled": ("terminated", "terminated"),
    "rejected": ("rejected", "terminated"),
}
_KEYS = {"created": lambda order: order.created, "state": lambda order: order.state}


def row(world: World, request: Request, order: Order) -> dict:
    """Return an order as answers have it."""
    project = order.resource.project
    return {
        "url": request.url(f"/api/marketplace-orders/{order.uuid}/"),
        "uuid": order.uuid,
        "created": written(order.created),
        "created_by": request.url(f"/api/users/{order.created_by.uuid}/"),
        "created_by_username": order.created_by.username,
        "approved_by": None,
        "approved_at": None,
        "project": request.url(f"/api/projects/{project.uuid}/"),
        "project_uuid": project.uuid,
        "customer_uuid": project.customer.uuid,
        "state": _STATES[order.state][0],
        "total_cost": "0.0000000000",
        "items": [item_row(world, request, order)],
    }


def item_row(world: World, request: Request, order: Order) -> dict:
    """Return the item of an order as answers have it."""
    resource = order.resource
    values = {
        "uuid": order.item_uuid,
        "created": written(order.created),
        "type": order.type,
        "state": _STATES[order.state][1],
        "offering": offerings.url(world, request, resource.offering),
        "offering_uuid": resource.offering.uuid,
        "offering_name": resource.offering.name,
        "attributes": order.attributes,
        "limits": order.limits,
        "cost": "0.0000000000",
        "output": "",
        "error_message": order.error_message,
    }
    if order.plan is not None:
        values["plan_uuid"] = order.plan.uuid
        values["plan_name"] = order.plan.name
    if order.state not in ("pending-consumer", "rejected"):
        values["marketplace_resource_uuid"] = resource.uuid
        values["resource_name"] = resource.name
    return values


def show_all(world: World, request: Request) -> Reply:
    """Return the orders."""
    rows = orders.visible(world, request)
    rows = by_uuid(rows, request, "project_uuid", lambda order: order.resource.project.uuid)
    rows = by_uuid(
        rows, request, "customer_uuid", lambda order: order.resource.project.customer.uuid
    )
    rows = ordered(rows, request, _KEYS, "created")
    return paged(request, rows, lambda order: row(world, request, order))


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return an order."""
    order = orders.find(world, request, uuid)
    return Reply(200, fields(request, row(world, request, order)))


def create(world: World, request: Request) -> Reply:
    """Order an allocation."""
    body = request.json
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise Refusal(400, {"items": ["This field is required."]})
    order = order_requests.order_allocation(world, request, Form(body), items[0])
    answer = row(world, request, order)
    return Reply(201, answer, {"Location": answer["url"]})


def approve(world: World, request: Request, uuid: str) -> Reply:
    """Approve an order for the customer."""
    order_decisions.approve_by_consumer(world, request, uuid)
    return Reply(200, {"detail": "Order has been approved."})


def reject(world: World, request: Request, uuid: str) -> Reply:
    """Reject an order for the customer."""
    order_decisions.reject_by_consumer(world, request, uuid)
    return Reply(200, {"detail": "Order has been rejected."})


def items(world: World, request: Request) -> Reply:
    """Return the items of all orders."""
    rows = orders.visible(world, request)
    rows = by_uuid(rows, request, "resource_uuid", lambda order: order.resource.uuid)
    rows = by_uuid(rows, request, "project_uuid", lambda order: order.resource.project.uuid)
    rows = by_uuid(rows, request, "order_uuid", lambda order: order.uuid)
    rows = ordered(rows, request, _KEYS, "created")
    return paged(request, rows, lambda order: item_row(world, request, order))


def item(world: World, request: Request, uuid: str) -> Reply:
    """Return an item, with its order."""
    order = _of_item(world, request, uuid)
    values = item_row(world, request, order) | {"order_uuid": order.uuid}
    return Reply(200, fields(request, values))


def approve_item(world: World, request: Request, uuid: str) -> Reply:
    """Approve an item for the provider."""
    order_decisions.approve_by_provider(world, request, _of_item(world, request, uuid).uuid)
    return Reply(200, {"details": "Order item has been approved."})


def reject_item(world: World, request: Request, uuid: str) -> Reply:
    """Reject an item for the provider."""
    order_decisions.reject_by_provider(world, request, _of_item(world, request, uuid).uuid)
    return Reply(200, {"details": "Order item has been rejected."})


def terminate_item(world: World, request: Request, uuid: str) -> Reply:
    """Cancel an item."""
    order = _of_item(world, request, uuid)
    if not order.is_open:
        raise detail(409, "Valid states for operation: executing, pending.")
    order.state = "canceled"
    return Reply(202, {"details": "Order item termination has been scheduled."})


def _of_item(world: World, request: Request, uuid: str) -> Order:
    for order in orders.visible(world, request):
        if order.item_uuid == uuid:
            return order
    raise not_found("OrderItem")
