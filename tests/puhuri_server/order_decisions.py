"""Decisions on orders, by the customer, by the provider and by the agent of an offering."""

from puhuri_server.http_types import Reply, Request, crash, detail, forbidden
from puhuri_server.order_requests import expired
from puhuri_server.orders import find, in_state
from puhuri_server.records import Order
from puhuri_server.world import SITE_AGENT, World


def approve_by_consumer(world: World, request: Request, uuid: str) -> Reply:
    """Approve an order for the customer."""
    order = find(world, request, uuid)
    _owner(world, request, order)
    in_state(order, "pending-consumer")
    if world.starts_later(order.resource.project):
        raise crash()
    world.approve_for_consumer(order, request.user)
    return _approved(world)


def reject_by_consumer(world: World, request: Request, uuid: str) -> Reply:
    """Reject an order for the customer."""
    order = find(world, request, uuid)
    _owner(world, request, order)
    in_state(order, "pending-consumer")
    order.consumer_reviewed_by = request.user
    _rejected(order)
    return Reply(200)


def approve_by_provider(world: World, request: Request, uuid: str) -> Reply:
    """Approve an order for the provider."""
    order = find(world, request, uuid)
    _provider(world, request, order)
    in_state(order, "pending-provider")
    if world.is_expired(order.resource.project):
        raise expired(order.resource.project)
    order.provider_reviewed_by = request.user
    world.execute(order)
    return _approved(world)


def reject_by_provider(world: World, request: Request, uuid: str) -> Reply:
    """Reject an order for the provider."""
    order = find(world, request, uuid)
    _provider(world, request, order)
    in_state(order, "pending-provider")
    order.provider_reviewed_by = request.user
    _rejected(order)
    return Reply(200)


def cancel(world: World, request: Request, uuid: str) -> Reply:
    """Cancel an order; a resource that was to be made stays Creating."""
    order = find(world, request, uuid)
    if order.resource.offering.type == SITE_AGENT:
        what = f"The order's offering with {SITE_AGENT} type does not support this action"
        raise detail(405, f'Method "{what}" not allowed.')
    in_state(order, "pending-consumer", "pending-provider", "executing")
    order.state = "canceled"
    return Reply(202)


def set_state_done(world: World, request: Request, uuid: str) -> Reply:
    """Report that the site agent has carried an order out."""
    order = find(world, request, uuid)
    _provider(world, request, order)
    world.finish(order)
    return Reply(200)


def set_state_erred(world: World, request: Request, uuid: str) -> Reply:
    """Report that the site agent could not carry an order out."""
    order = find(world, request, uuid)
    _provider(world, request, order)
    world.fail(order, str(request.json.get("error_message", "")))
    return Reply(200)


def _approved(world: World) -> Reply:
    """Answer nothing, or since 8.x a text, whose wording the schema does not have."""
    return Reply(
        200, {"detail": "Order has been approved."} if world.version.has_fractions else None
    )


def _rejected(order: Order) -> None:
    order.state = "rejected"
    if order.type == "Create":
        order.resource.state = "Terminated"


def _owner(world: World, request: Request, order: Order) -> None:
    if not world.owns(request.user, order.resource.project.customer):
        raise forbidden()


def _provider(world: World, request: Request, order: Order) -> None:
    if not world.owns(request.user, order.resource.offering.provider):
        raise forbidden()
