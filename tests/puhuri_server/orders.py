"""Orders, since December 2023 about one allocation each; before that with items."""

from decimal import Decimal, InvalidOperation

from puhuri_server import offerings, projects
from puhuri_server.forms import Form, is_uuid, plain_uuid, written
from puhuri_server.http_types import Refusal, Reply, Request, crash, detail, forbidden, not_found
from puhuri_server.lists import by_choice, by_uuid, contains, fields, ordered, paged
from puhuri_server.records import Offering, Order, Project, Resource
from puhuri_server.world import SITE_AGENT, Version, World

STATES = (
    "pending-consumer",
    "pending-provider",
    "pending-project",
    "executing",
    "done",
    "erred",
    "canceled",
    "rejected",
)
TYPES = ("Create", "Update", "Terminate")
_PROJECT = r"/api/projects/([0-9a-f]{32})/"
_OFFERING = r"/api/marketplace-(?:public-)?offerings/([0-9a-f]{32})/"
_PLAN = r"/api/marketplace-public-offerings/[0-9a-f]{32}/plans/([0-9a-f]{32})/"
_FIRST_PLAN = r"/api/marketplace-plans/([0-9a-f]{32})/"
_OTHERS = (r"/api/[\w-]+/[0-9a-f]{32}/",)
_LONGEST_NAME = 150
_MOST = 2**63
_KEYS = {
    "created": lambda one: one.created,
    "consumer_reviewed_at": lambda one: one.created,
    "cost": lambda one: one.created,
    "state": lambda one: one.state,
}


def row(world: World, request: Request, order: Order) -> dict:
    """Return an order as answers have it; relations that are empty are absent."""
    resource, offering = order.resource, order.resource.offering
    project = resource.project
    values = {
        "uuid": order.uuid,
        "url": request.url(f"/api/marketplace-orders/{order.uuid}/"),
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
        "project": request.url(f"/api/projects/{project.uuid}/"),
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
    for side in ("consumer", "provider"):
        reviewer = getattr(order, f"{side}_reviewed_by")
        if reviewer is not None:
            values[f"{side}_reviewed_by"] = reviewer.username
    return values


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


def create(world: World, request: Request) -> Reply:
    """Order an allocation, a second one of the same name too."""
    order = order_allocation(world, request, Form(request.json), request.json)
    body = row(world, request, order)
    return Reply(201, body, {"Location": body["url"]})


def order_allocation(world: World, request: Request, form: Form, item: dict) -> Order:
    """Make an order from the body of a request, or from an item of it."""
    project = form.link("project", _PROJECT, _visible_project(world, request), others=_OTHERS)
    part = Form(item)
    is_first = world.version in (Version.A, Version.MIXED)
    offering = part.link("offering", _OFFERING, world_offering(world), others=_OTHERS)
    plan = part.link(
        "plan",
        _FIRST_PLAN if world.version == Version.A else _PLAN,
        _any_plan(world),
        others=_OTHERS,
        required=False,
    )
    limits = _map(part, "limits")
    attributes = _map(part, "attributes")
    errors = {**part.errors, **form.errors} if not is_first else {**form.errors, **part.errors}
    if errors:
        raise Refusal(400, errors)
    _check_offering(world, request, project, offering, plan)
    if "attributes" not in item:
        raise Refusal(400, {"non_field_errors": ["No data provided"]})
    _check_options(offering, attributes)
    limits = checked_limits(world, offering, limits, is_new=True)
    _check_terms(offering, item)
    name = str(attributes.get("name") or "")
    if len(name) > _LONGEST_NAME or any(value >= _MOST for value in limits.values()):
        raise crash()
    resource = Resource(
        uuid=world.new_uuid(),
        name=name,
        project=project,
        offering=offering,
        plan=plan,
        limits=limits,
        created=world.moment(),
        attributes=attributes,
    )
    world.resources.append(resource)
    return place(world, request, resource, "Create", limits, attributes)


def place(world, request, resource, kind, limits, attributes) -> Order:
    """Make an order; who may approve it for the customer has done so with it."""
    order = Order(
        uuid=world.new_uuid(),
        item_uuid=world.new_uuid(),
        resource=resource,
        type=kind,
        state="pending-consumer",
        created=world.moment(),
        created_by=request.user,
        limits=limits,
        attributes=attributes,
        plan=resource.plan,
    )
    world.orders.append(order)
    if world.owns(request.user, resource.project.customer):
        _approved_by_consumer(world, request, order)
    return order


def world_offering(world: World):
    """Return a function that finds an offering, whoever asks."""
    return lambda uuid: next((one for one in world.offerings if one.uuid == uuid), None)


def checked_limits(world: World, offering: Offering, limits: dict, *, is_new: bool) -> dict:
    """Return limits as numbers."""
    unknown = [name for name in limits if name not in offering.limited]
    if unknown:
        text = f"Invalid types: {', '.join(unknown)}"
        raise Refusal(400, {"limits": [text] if is_new else text})
    errors = {}
    values = {}
    for name, value in limits.items():
        values[name], error = _number(world, value, is_new=is_new)
        if error:
            errors[name] = [error]
    if errors:
        raise Refusal(400, {"limits": errors})
    for name, value in values.items():
        _check_bounds(offering.limited[name], value, is_new=is_new)
    return values


def _number(world: World, value: object, *, is_new: bool):
    has_fractions = world.version == Version.FRACTIONS
    if value is None:
        return None, "This field may not be null."
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        return (
            None,
            "A valid number is required." if has_fractions else "A valid integer is required.",
        )
    if not has_fractions and number != number.to_integral_value():
        return None, "A valid integer is required."
    if number < 0 and not is_new:
        return None, "Ensure this value is greater than or equal to 0."
    return (float(number) if has_fractions else int(number)), None


def _check_bounds(component, value, *, is_new: bool) -> None:
    text = ""
    if component.max_value is not None and value > component.max_value:
        text = f"The limit {value} value cannot be more than {component.max_value}."
    if component.min_value is not None and value < component.min_value:
        text = f"The limit {value} value cannot be less than {component.min_value}."
    if text:
        raise Refusal(400, {"non_field_errors": [text]} if is_new else [text])


def _map(form: Form, name: str) -> dict:
    value = form.value(name)
    if value is not None and not isinstance(value, dict):
        kind = type(value).__name__
        if name == "attributes":
            text = f"Invalid data. Expected a dictionary, but got {kind}."
            raise Refusal(400, {"non_field_errors": [text]})
        form.wrong(name, f'Expected a dictionary of items but got type "{kind}".')
    return value if isinstance(value, dict) else {}


def _check_offering(world, request, project: Project, offering: Offering, plan) -> None:
    check_customer(project)
    if world.is_expired(project):
        raise expired(project)
    if not offering.shared and not world.owns(request.user, offering.provider):
        customer = project.customer.name
        text = f'Offering "{offering.name}" is not allowed in organization "{customer}".'
        raise Refusal(400, [text])
    if offering.state != "Active":
        raise Refusal(400, {"offering": ["Offering is not available."]})
    if plan is not None and plan not in offering.plans:
        raise Refusal(400, {"plan": ["This plan is not available for selected offering."]})
    if not world.sees_project(request.user, project):
        raise forbidden()


def check_customer(project: Project) -> None:
    """Refuse a write for a customer that is blocked or archived."""
    for state in ("blocked", "archived"):
        if getattr(project.customer, state):
            raise Refusal(400, [f"{state.capitalize()} organization is not available."])


def expired(project: Project) -> Refusal:
    """Return the refusal for a project that is over."""
    return Refusal(400, [f"Project '{project.name} | {project.customer.name}' is expired."])


def _check_options(offering: Offering, attributes: dict) -> None:
    errors = {}
    for name, option in offering.options.items():
        value = attributes.get(name)
        if value is None and option.get("required"):
            errors[name] = ["This field is required."]
        elif value == "" and option.get("required"):
            errors[name] = ["This field may not be blank."]
        elif value is not None and option["type"] == "boolean" and not isinstance(value, bool):
            errors[name] = ["Must be a valid boolean."]
        elif value is not None and "choices" in option and value not in option["choices"]:
            errors[name] = [f'"{value}" is not a valid choice.']
    if errors:
        raise Refusal(400, errors)


def _check_terms(offering: Offering, item: dict) -> None:
    if offering.terms_of_service and not item.get("accepting_terms_of_service"):
        text = f"Terms of service for offering '{offering.name}' have not been accepted."
        raise Refusal(400, {"non_field_errors": [text]})


def _visible_project(world: World, request: Request):
    return lambda uuid: next(
        (one for one in projects.visible(world, request) if one.uuid == uuid), None
    )


def _any_plan(world: World):
    plans = [plan for offering in world.offerings for plan in offering.plans]
    return lambda uuid: next((plan for plan in plans if plan.uuid == uuid), None)


# decisions


def approve_by_consumer(world: World, request: Request, uuid: str) -> Reply:
    """Approve an order for the customer."""
    order = find(world, request, uuid)
    _owner(world, request, order)
    _in_state(order, "pending-consumer")
    if _starts_later(world, order.resource.project):
        raise crash()
    _approved_by_consumer(world, request, order)
    return Reply(200)


def reject_by_consumer(world: World, request: Request, uuid: str) -> Reply:
    """Reject an order for the customer."""
    order = find(world, request, uuid)
    _owner(world, request, order)
    _in_state(order, "pending-consumer")
    order.consumer_reviewed_by = request.user
    _rejected(order)
    return Reply(200)


def approve_by_provider(world: World, request: Request, uuid: str) -> Reply:
    """Approve an order for the provider."""
    order = find(world, request, uuid)
    _provider(world, request, order)
    _in_state(order, "pending-provider")
    if world.is_expired(order.resource.project):
        raise expired(order.resource.project)
    order.provider_reviewed_by = request.user
    world.execute(order)
    return Reply(200)


def reject_by_provider(world: World, request: Request, uuid: str) -> Reply:
    """Reject an order for the provider."""
    order = find(world, request, uuid)
    _provider(world, request, order)
    _in_state(order, "pending-provider")
    order.provider_reviewed_by = request.user
    _rejected(order)
    return Reply(200)


def cancel(world: World, request: Request, uuid: str) -> Reply:
    """Cancel an order; a resource that was to be made stays Creating."""
    order = find(world, request, uuid)
    if order.resource.offering.type == SITE_AGENT:
        what = f"The order's offering with {SITE_AGENT} type does not support this action"
        raise detail(405, f'Method "{what}" not allowed.')
    _in_state(order, "pending-consumer", "pending-provider", "executing")
    order.state = "canceled"
    return Reply(202)


def delete(world: World, request: Request, uuid: str) -> Reply:
    """Delete an order that waits; a resource that was to be made stays Creating."""
    order = find(world, request, uuid)
    _in_state(order, "pending-consumer", "pending-provider")
    world.orders.remove(order)
    return Reply(204)


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


def _approved_by_consumer(world: World, request: Request, order: Order) -> None:
    order.consumer_reviewed_by = request.user
    waits = _starts_later(world, order.resource.project) and order.type == "Create"
    order.state = "pending-project" if waits else "pending-provider"


def _rejected(order: Order) -> None:
    order.state = "rejected"
    if order.type == "Create":
        order.resource.state = "Terminated"


def _starts_later(world: World, project: Project) -> bool:
    return project.start_date is not None and project.start_date > world.now().date()


def _owner(world: World, request: Request, order: Order) -> None:
    if not world.owns(request.user, order.resource.project.customer):
        raise forbidden()


def _provider(world: World, request: Request, order: Order) -> None:
    if not world.owns(request.user, order.resource.offering.provider):
        raise forbidden()


def _in_state(order: Order, *states: str) -> None:
    if order.state not in states:
        raise detail(409, f"Valid states for operation: {', '.join(states)}.")
