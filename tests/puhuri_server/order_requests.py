"""Requests for allocations: what is checked, and the order that is made."""

from datetime import date

from puhuri_server import customers, projects
from puhuri_server.forms import BLANK, REQUIRED, Form
from puhuri_server.http_types import Refusal, Reply, Request, crash, forbidden
from puhuri_server.limits import MOST, checked_limits
from puhuri_server.orders import TYPES, row, url
from puhuri_server.records import Offering, Order, Project, Resource
from puhuri_server.world import World

_PROJECT = r"/api/projects/([0-9a-f]{32})/"
_OFFERING = r"/api/marketplace-(?:public-)?offerings/([0-9a-f]{32})/"
_PLAN = r"/api/marketplace-public-offerings/[0-9a-f]{32}/plans/([0-9a-f]{32})/"
_FIRST_PLAN = r"/api/marketplace-plans/([0-9a-f]{32})/"
_OTHERS = (r"/api/(?!marketplace-public-plans/)[\w-]+/[0-9a-f]{32}/",)
_LONGEST_NAME = 150


def create(world: World, request: Request) -> Reply:
    """Order an allocation, a second one of the same name too."""
    order = order_allocation(world, request, Form(request.json), request.json)
    body = row(world, request, order)
    if not world.version.has_fractions:
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
    if any(value >= MOST for value in limits.values()):
        raise crash()
    world.resources.append(resource)
    kind = item.get("type")
    return place(world, request, resource, kind if kind in TYPES else "Create", limits, attributes)


def _read(world: World, request: Request, form: Form, item: dict):
    """Return what an item refers to and has.

    Raises:
        Refusal: something of it is not right.
    """
    seen = projects.visible(world, request)
    plans = [plan for offering in world.offerings for plan in offering.plans]
    plan_url = _PLAN if world.has_public_offerings else _FIRST_PLAN
    project = form.link("project", _PROJECT, seen, others=_OTHERS)
    part = Form(item)
    offering = part.link("offering", _OFFERING, world.offerings, others=_OTHERS)
    plan = part.link("plan", plan_url, plans, others=_OTHERS, required=False)
    limits = part.map("limits")
    attributes = _attributes(part)
    errors = part.errors | form.errors
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


def _attributes(form: Form) -> dict:
    value = form.value("attributes")
    if value is not None and not isinstance(value, dict):
        text = f"Invalid data. Expected a dictionary, but got {type(value).__name__}."
        raise Refusal(400, {"non_field_errors": [text]})
    return value or {}


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
    wrong = {
        name: _wrong_option(option, attributes.get(name))
        for name, option in offering.options.items()
    }
    errors = {name: [text] for name, text in wrong.items() if text}
    if errors:
        raise Refusal(400, errors)


def _wrong_option(option: dict, value: object) -> str:
    """Return what is wrong with an answer to a question of an offering, '' for nothing."""
    if value in (None, ""):
        text = REQUIRED if value is None else BLANK
        return text if option.get("required") else ""
    if option["type"] == "boolean" and not isinstance(value, bool):
        return "Must be a valid boolean."
    if value not in option.get("choices", [value]):
        return f'"{value}" is not a valid choice.'
    return ""


def _check_terms(offering: Offering, item: dict) -> None:
    if offering.terms_of_service and not item.get("accepting_terms_of_service"):
        text = f"Terms of service for offering '{offering.name}' have not been accepted."
        raise Refusal(400, {"non_field_errors": [text]})
