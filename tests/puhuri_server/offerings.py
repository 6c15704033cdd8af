"""Offerings with their plans and components."""

import json

from puhuri_server.forms import written
from puhuri_server.http_types import Refusal, Reply, Request
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
    with_uuid,
)
from puhuri_server.records import Component, Offering, Plan
from puhuri_server.world import World

_STATES = ("Draft", "Active", "Paused", "Archived")
_KEYS = {
    "name": lambda offering: offering.name,
    "created": lambda offering: offering.created,
    "type": lambda offering: offering.type,
}


_NONE = (  # filters that accept none of the offerings
    ("billable", "false"),
    ("accessible_via_calls", "true"),
    ("service_manager_uuid", "0" * 32),
)


def route(world: World) -> str:
    """Return where offerings are."""
    is_public = world.has_public_offerings
    return "marketplace-public-offerings" if is_public else "marketplace-offerings"


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
        "components": [component_row(world, component) for component in offering.components],
        "plans": [plan_row(world, request, offering, plan) for plan in offering.plans],
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
    if world.version.has_fractions:
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
    if not world.has_public_offerings:
        return request.url(f"/api/marketplace-plans/{plan.uuid}/")
    return f"{url(world, request, offering)}plans/{plan.uuid}/"


def visible(world: World, request: Request) -> list[Offering]:
    """Return the offerings that anybody may see, and those that the caller provides."""
    user = request.user
    return [
        offering
        for offering in world.offerings
        if offering.state in ("Active", "Paused")
        and (offering.shared or (user is not None and world.owns(user, offering.provider)))
    ]


def show_all(world: World, request: Request) -> Reply:
    """Return the offerings."""
    rows = visible(world, request)
    states = (*_STATES, "Unavailable") if world.version.has_fractions else _STATES
    rows = by_choice(rows, request, "state", lambda offering: offering.state, states)
    if request.param("shared") in ("true", "false"):
        rows = [
            offering for offering in rows if str(offering.shared).lower() == request.param("shared")
        ]
    rows = contains(rows, request, "name", lambda offering: offering.name)
    rows = exact(rows, request, "name_exact", lambda offering: offering.name)
    rows = by_url(
        rows, request, "customer", lambda offering: f"/api/customers/{offering.provider.uuid}/"
    )
    rows = by_uuid(rows, request, "customer_uuid", lambda offering: offering.provider.uuid)
    rows = by_uuid(rows, request, "category_uuid", lambda offering: offering.category_uuid)
    rows = _by_attributes(rows, request)
    types = request.params.get("type", [])
    rows = [offering for offering in rows if offering.type in types] if types else rows
    if any(request.param(name) == value for name, value in _NONE):
        rows = []
    rows = ordered(rows, request, _KEYS, "name")
    return paged(request, rows, lambda offering: row(world, request, offering))


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
    return found(visible(world, request), uuid, "Offering")


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return an offering."""
    return Reply(200, fields(request, row(world, request, find(world, request, uuid))))


def plans(world: World, request: Request, uuid: str) -> Reply:
    """Return the plans of an offering."""
    offering = find(world, request, uuid)
    return Reply(200, row(world, request, offering)["plans"])


def show_plan(world: World, request: Request, uuid: str, plan_uuid: str) -> Reply:
    """Return a plan."""
    offering = find(world, request, uuid)
    plan = with_uuid(offering.plans, plan_uuid)
    if plan is None:
        return Reply(404)
    return Reply(200, fields(request, plan_row(world, request, offering, plan)))
