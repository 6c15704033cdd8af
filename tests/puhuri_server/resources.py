"""Allocations, which the API calls resources."""

from puhuri_server import customers, offerings
from puhuri_server.forms import Form, written
from puhuri_server.http_types import Refusal, Reply, Request, crash, detail, forbidden
from puhuri_server.limits import MOST, checked_limits
from puhuri_server.lists import (
    by_choice,
    by_url,
    by_uuid,
    contains,
    exact,
    fields,
    found,
    ordered,
    paged,
    since,
)
from puhuri_server.order_requests import expired, place
from puhuri_server.records import Resource
from puhuri_server.world import Version, World

_STATES = ("Creating", "OK", "Updating", "Erred", "Terminating", "Terminated")
_PAST = "Cannot be earlier than the current date."
_KEYS = {
    "name": lambda resource: resource.name,
    "created": lambda resource: resource.created,
    "project_name": lambda resource: resource.project.name,
}


def row(world: World, request: Request, resource: Resource) -> dict:
    """Return an allocation as answers have it."""
    offering, project = resource.offering, resource.project
    values = {
        "uuid": resource.uuid,
        "url": request.url(f"/api/marketplace-resources/{resource.uuid}/"),
        "name": resource.name,
        "description": resource.description,
        "state": resource.state,
        "created": written(resource.created),
        "backend_id": resource.backend_id,
        "limits": resource.limits,
        "attributes": resource.attributes,
        "end_date": resource.end_date and resource.end_date.isoformat(),
        "error_message": resource.error_message,
        "offering": offerings.url(world, request, offering),
        "offering_uuid": offering.uuid,
        "offering_name": offering.name,
        "project": request.url(f"/api/projects/{project.uuid}/"),
        "project_uuid": project.uuid,
        "project_name": project.name,
        "customer_uuid": project.customer.uuid,
        "customer_name": project.customer.name,
        "current_usages": {},
    }
    if resource.plan is not None:
        values["plan"] = offerings.plan_url(world, request, offering, resource.plan)
        values["plan_uuid"] = resource.plan.uuid
        values["plan_name"] = resource.plan.name
    return values


def visible(world: World, request: Request) -> list[Resource]:
    """Return the allocations that the caller may see."""
    return [resource for resource in world.resources if world.sees_resource(request.user, resource)]


def find(world: World, request: Request, uuid: str) -> Resource:
    """Return an allocation that the caller may see."""
    return found(visible(world, request), uuid, "Resource")


def show_all(world: World, request: Request) -> Reply:
    """Return the allocations, terminated ones too."""
    rows = visible(world, request)
    rows = by_uuid(rows, request, "project_uuid", lambda resource: resource.project.uuid)
    rows = by_uuid(rows, request, "customer_uuid", lambda resource: resource.project.customer.uuid)
    rows = by_uuid(rows, request, "offering_uuid", lambda resource: resource.offering.uuid)
    rows = exact(rows, request, "project_name", lambda resource: resource.project.name)
    rows = contains(rows, request, "name", lambda resource: resource.name)
    rows = exact(rows, request, "name_exact", lambda resource: resource.name)
    rows = exact(rows, request, "backend_id", lambda resource: resource.backend_id)
    rows = by_choice(rows, request, "state", lambda resource: resource.state, _STATES)
    rows = contains(
        rows,
        request,
        "query",
        lambda resource: f"{resource.uuid} {resource.name} {resource.backend_id}",
    )
    rows = _by_offering(rows, request)
    rows = _by_time_and_person(world, rows, request)
    rows = ordered(rows, request, _KEYS, "created")
    return paged(request, rows, lambda resource: row(world, request, resource))


def _by_offering(rows: list[Resource], request: Request) -> list[Resource]:
    """Return the allocations of an offering; the URL is that for its provider."""
    rows = by_url(
        rows,
        request,
        "offering",
        lambda resource: f"/api/marketplace-provider-offerings/{resource.offering.uuid}/",
    )
    rows = by_uuid(rows, request, "provider_uuid", lambda resource: resource.offering.provider.uuid)
    rows = by_uuid(rows, request, "category_uuid", lambda resource: resource.offering.category_uuid)
    return exact(rows, request, "offering_type", lambda resource: resource.offering.type)


def _by_time_and_person(world: World, rows: list[Resource], request: Request) -> list[Resource]:
    rows = by_url(
        rows,
        request,
        "customer",
        lambda resource: f"/api/customers/{resource.project.customer.uuid}/",
    )
    rows = since(rows, request, "created", lambda resource: resource.created)
    rows = since(rows, request, "modified", lambda resource: resource.created)
    if request.param("paused") == "true":
        return []
    name = request.param("visible_to_username")
    if not name:
        return rows
    user = world.user_named(name)
    return [
        resource for resource in rows if user is not None and world.sees_resource(user, resource)
    ]


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return an allocation."""
    values = row(world, request, find(world, request, uuid))
    return Reply(200, fields(request, values))


def update(world: World, request: Request, uuid: str) -> Reply:
    """Change the name, the description and the end of an allocation."""
    resource = find(world, request, uuid)
    form = Form(request.json, partial=request.method == "PATCH")
    name = form.text("name", longest=150, required=True, blank=False)
    description = form.text("description")
    end_date = form.day("end_date")
    form.check()
    if end_date is not None and end_date < world.now().date():
        raise Refusal(400, {"end_date": {"end_date": _PAST}})
    for field, value in (("name", name), ("description", description), ("end_date", end_date)):
        if form.has(field):
            setattr(resource, field, value)
    values = {"name": resource.name, "description": resource.description}
    if world.version != Version.A:
        values["end_date"] = resource.end_date and resource.end_date.isoformat()
    return Reply(200, values)


def update_limits(world: World, request: Request, uuid: str) -> Reply:
    """Order other limits: the whole map is replaced."""
    resource = find(world, request, uuid)
    customers.check_available(resource.project.customer)
    _may_order(world, request, resource)
    if resource.state != "OK":
        raise detail(409, "Valid states for operation: OK.")
    form = Form(request.json)
    value = form.map("limits", required=True)
    form.check()
    if world.is_expired(resource.project):
        raise expired(resource.project)
    if resource.offering.state not in ("Active", "Paused"):
        raise Refusal(400, ["Offering is not available."])
    limits = checked_limits(world, resource.offering, value, is_new=False)
    if any(number >= MOST for number in limits.values()):
        raise crash()
    if limits == resource.limits and world.version != Version.A:
        text = "Impossible to create update orders with limits set to exactly the same."
        raise Refusal(400, [text])
    _no_open_order(world, resource)
    attributes = {"old_limits": resource.limits}
    order = place(world, request, resource, "Update", limits, attributes)
    return Reply(200, {"order_uuid": order.uuid})


def terminate(world: World, request: Request, uuid: str) -> Reply:
    """Order the end of an allocation."""
    resource = find(world, request, uuid)
    customers.check_available(resource.project.customer)
    _may_order(world, request, resource)
    if resource.state not in ("OK", "Erred"):
        raise detail(409, "Valid states for operation: OK, Erred.")
    _no_open_order(world, resource)
    attributes = request.json.get("attributes") or {}
    order = place(world, request, resource, "Terminate", {}, attributes)
    return Reply(200, {"order_uuid": order.uuid})


def _may_order(world: World, request: Request, resource: Resource) -> None:
    if not world.manages(request.user, resource.project):
        raise forbidden()


def _no_open_order(world: World, resource: Resource) -> None:
    if world.open_order(resource) is not None:
        what = "order item" if world.version.has_items else "order"
        raise Refusal(400, [f"Pending {what} for resource already exists."])
