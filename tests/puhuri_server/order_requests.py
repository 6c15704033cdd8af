"""Requests for allocations: what is checked, and the order that is made."""

from datetime import date
from decimal import Decimal, InvalidOperation

from puhuri_server import customers, projects
from puhuri_server.forms import Form
from puhuri_server.http_types import Refusal, Reply, Request, crash, forbidden
from puhuri_server.orders import TYPES, row, url
from puhuri_server.records import Offering, Order, Project, Resource
from puhuri_server.world import Version, World

_PROJECT = r"/api/projects/([0-9a-f]{32})/"
_OFFERING = r"/api/marketplace-(?:public-)?offerings/([0-9a-f]{32})/"
_PLAN = r"/api/marketplace-public-offerings/[0-9a-f]{32}/plans/([0-9a-f]{32})/"
_FIRST_PLAN = r"/api/marketplace-plans/([0-9a-f]{32})/"
_OTHERS = (r"/api/(?!marketplace-public-plans/)[\w-]+/[0-9a-f]{32}/",)
_LONGEST_NAME = 150
_MOST = 2**63


def create(world: World, request: Request) -> Reply:
    """Order an allocation, a second one of the same name too."""
    order = order_allocation(world, request, Form(request.json), request.json)
    body = row(world, request, order)
    if world.version != Version.FRACTIONS:
        body["url"] = url(request, order)
        body["project"] = request.url(f"/api/projects/{order.resource.project.uuid}/")
        body["created_by"] = request.url(f"/api/users/{order.created_by.uuid}/")
    if isinstance(order.attributes.get("name"), int):  # here as it was sent, later as a text
        body["resource_name"] = order.attributes["name"]
    return Reply(201, body, {"Location": url(request, order)})


def order_allocation(world: World, request: Request, form: Form, item: dict) -> Order:
    """Make an order from the body of a request, or from an item of it."""
    project, offering, plan, limits, attributes = _read(world, request, form, item)
    _check_offering(world, request, project, offering, plan)
    if "attributes" not in item:
        raise Refusal(400, {"non_field_errors": ["No data provided"]})
    _check_options(offering, attributes)
    limits = checked_limits(world, offering, limits, is_new=True)
    _check_terms(offering, item)
    resource = Resource(
        uuid=world.new_uuid(),
        name=_name(attributes),
        end_date=_end_date(attributes),
        project=project,
        offering=offering,
        plan=plan,
        limits=limits,
        created=world.moment(),
        attributes=attributes,
    )
    if any(value >= _MOST for value in limits.values()):
        raise crash()
    world.resources.append(resource)
    kind = item.get("type")
    return place(world, request, resource, kind if kind in TYPES else "Create", limits, attributes)


def _read(world: World, request: Request, form: Form, item: dict):
    """Return what an item refers to and has.

    Raises:
        Refusal: something of it is not right.
    """
    project = form.link("project", _PROJECT, _visible_project(world, request), others=_OTHERS)
    part = Form(item)
    offering = part.link("offering", _OFFERING, _any_offering(world), others=_OTHERS)
    plan = part.link(
        "plan",
        _FIRST_PLAN if world.version == Version.A else _PLAN,
        _any_plan(world),
        others=_OTHERS,
        required=False,
    )
    limits = _map(part, "limits")
    attributes = _map(part, "attributes")
    has_items = world.version in (Version.A, Version.MIXED)
    errors = form.errors | part.errors if has_items else part.errors | form.errors
    if errors:
        raise Refusal(400, errors)
    return project, offering, plan, limits, attributes


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
        plan=None if kind == "Terminate" else resource.plan,
    )
    world.orders.append(order)
    if world.owns(request.user, resource.project.customer):
        world.approve_for_consumer(order, request.user)
    return order


def _name(attributes: dict) -> str:
    name = str(attributes.get("name") or "")
    if len(name) > _LONGEST_NAME:
        raise crash()
    return name


def _end_date(attributes: dict) -> date | None:
    try:
        return date.fromisoformat(attributes["end_date"]) if "end_date" in attributes else None
    except ValueError:
        raise crash() from None


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
    customers.check_available(project.customer)
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


def _any_offering(world: World):
    return lambda uuid: next((one for one in world.offerings if one.uuid == uuid), None)


def _any_plan(world: World):
    plans = [plan for offering in world.offerings for plan in offering.plans]
    return lambda uuid: next((plan for plan in plans if plan.uuid == uuid), None)
