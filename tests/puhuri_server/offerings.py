"""Offerings with their plans and components."""

import json

from puhuri_server.forms import is_uuid, plain_uuid, written
from puhuri_server.http_types import Refusal, Reply, Request, not_found
from puhuri_server.lists import by_choice, by_url, by_uuid, contains, exact, fields, ordered, paged
from puhuri_server.records import Component, Offering, Plan
from puhuri_server.world import Version, World

_STATES = ("Draft", "Active", "Paused", "Archived")
_KEYS = {
    "name": lambda one: one.name,
    "created": lambda one: one.created,
    "type": lambda one: one.type,
}


def route(world: World) -> str:
    """Return where offerings are."""
    is_first = world.version == Version.A
    return "marketplace-offerings" if is_first else "marketplace-public-offerings"


def row(world: World, request: Request, offering: Offering) -> dict:
    """Return an offering as answers have it."""
    provider = offering.provider
    return {
        "url": url(world, request, offering),
        "uuid": offering.uuid,
        "created": written(offering.created),
        "name": offering.name,
        "description": f"{offering.name} share",
        "terms_of_service": offering.terms_of_service,
        "customer": request.url(f"/api/customers/{provider.uuid}/"),
        "customer_uuid": provider.uuid,
        "customer_name": provider.name,
        "category_uuid": offering.category_uuid,
        "category_title": offering.category_title,
        "options": {"order": list(offering.options), "options": offering.options},
        "components": [component_row(world, one) for one in offering.components],
        "plans": [plan_row(world, request, offering, one) for one in offering.plans],
        "state": offering.state,
        "type": offering.type,
        "shared": offering.shared,
        "billable": True,
        "paused_reason": offering.paused_reason,
    }


def url(world: World, request: Request, offering: Offering) -> str:
    """Return the URL of an offering."""
    return request.url(f"/api/{route(world)}/{offering.uuid}/")


def component_row(world: World, component: Component) -> dict:
    """Return a component as answers have it."""
    values = {
        "billing_type": component.billing_type,
        "type": component.type,
        "name": component.name,
        "description": "",
        "measured_unit": component.measured_unit,
        "limit_period": component.limit_period,
        "limit_amount": None,
        "max_value": component.max_value,
        "min_value": component.min_value,
        "is_boolean": False,
        "default_limit": None,
        "factor": None,
    }
    if world.version == Version.FRACTIONS:
        values["limit_decimal_places"] = 2
    return values


def plan_row(world: World, request: Request, offering: Offering, plan: Plan) -> dict:
    """Return a plan as answers have it."""
    return {
        "url": plan_url(world, request, offering, plan),
        "uuid": plan.uuid,
        "name": plan.name,
        "description": "",
        "archived": plan.archived,
        "is_active": not plan.archived,
        "unit": "month",
        "unit_price": "0.0000000000",
    }


def plan_url(world: World, request: Request, offering: Offering, plan: Plan) -> str:
    """Return the URL of a plan."""
    if world.version == Version.A:
        return request.url(f"/api/marketplace-plans/{plan.uuid}/")
    return f"{url(world, request, offering)}plans/{plan.uuid}/"


def visible(world: World, request: Request) -> list[Offering]:
    """Return the offerings that anybody may see, and those that the caller provides."""
    user = request.user
    return [
        one
        for one in world.offerings
        if one.state in ("Active", "Paused")
        and (one.shared or (user is not None and world.owns(user, one.provider)))
    ]


def show_all(world: World, request: Request) -> Reply:
    """Return the offerings."""
    rows = visible(world, request)
    states = (*_STATES, "Unavailable") if world.version == Version.FRACTIONS else _STATES
    rows = by_choice(rows, request, "state", lambda one: one.state, states)
    if request.param("shared") in ("true", "false"):
        rows = [one for one in rows if str(one.shared).lower() == request.param("shared")]
    rows = contains(rows, request, "name", lambda one: one.name)
    rows = exact(rows, request, "name_exact", lambda one: one.name)
    rows = by_url(rows, request, "customer", lambda one: f"/api/customers/{one.provider.uuid}/")
    rows = by_uuid(rows, request, "customer_uuid", lambda one: one.provider.uuid)
    rows = by_uuid(rows, request, "category_uuid", lambda one: one.category_uuid)
    rows = _by_attributes(rows, request)
    if request.param("billable") == "false" or request.param("accessible_via_calls") == "true":
        rows = []
    if request.param("service_manager_uuid"):
        rows = []
    types = request.params.get("type", [])
    rows = [one for one in rows if one.type in types] if types else rows
    rows = ordered(rows, request, _KEYS, "name")
    return paged(request, [row(world, request, one) for one in rows])


def _by_attributes(rows: list[Offering], request: Request) -> list[Offering]:
    """Return the offerings with attributes, which none here has."""
    text = request.param("attributes")
    try:
        attributes = json.loads(text) if text else {}
    except ValueError:
        raise Refusal(400, ["Filter attribute is not valid json."]) from None
    if not isinstance(attributes, dict):
        raise Refusal(400, ["Filter attribute should be an dict."])
    return [] if attributes else rows


def find(world: World, request: Request, uuid: str) -> Offering:
    """Return an offering that the caller may see."""
    wanted = plain_uuid(uuid) if is_uuid(uuid) else ""
    offering = next((one for one in visible(world, request) if one.uuid == wanted), None)
    if offering is None:
        raise not_found("Offering")
    return offering


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return an offering."""
    return Reply(200, fields(request, row(world, request, find(world, request, uuid))))


def plans(world: World, request: Request, uuid: str) -> Reply:
    """Return the plans of an offering."""
    offering = find(world, request, uuid)
    return Reply(200, row(world, request, offering)["plans"])


def plan(world: World, request: Request, uuid: str, plan_uuid: str) -> Reply:
    """Return a plan."""
    offering = find(world, request, uuid)
    for one in offering.plans:
        if one.uuid == plan_uuid:
            return Reply(200, fields(request, plan_row(world, request, offering, one)))
    return Reply(404)
