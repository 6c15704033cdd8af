"""Customers and their people."""

from puhuri_server.forms import written
from puhuri_server.http_types import Refusal, Reply, Request, forbidden
from puhuri_server.lists import contains, exact, fields, found, ordered, paged
from puhuri_server.records import Customer
from puhuri_server.world import SHORT_ROLES, World

_SHORT = {long: short for short, long in SHORT_ROLES.items()}


def row(request: Request, customer: Customer) -> dict:
    """Return a customer as answers have it."""
    return {
        "url": request.url(f"/api/customers/{customer.uuid}/"),
        "uuid": customer.uuid,
        "created": written(customer.created),
        "display_name": customer.abbreviation or customer.name,
        "name": customer.name,
        "native_name": customer.native_name,
        "abbreviation": customer.abbreviation,
        "backend_id": customer.backend_id,
        "blocked": customer.blocked,
        "archived": customer.archived,
    }


def visible(world: World, request: Request) -> list[Customer]:
    """Return the customers that the caller may see."""
    return [customer for customer in world.customers if world.sees_customer(request.user, customer)]


def find(world: World, request: Request, uuid: str) -> Customer:
    """Return a customer that the caller may see."""
    return found(visible(world, request), uuid, "Customer")


def check_available(customer: Customer) -> None:
    """Refuse a write for a customer that is blocked or archived."""
    for state in ("blocked", "archived"):
        if getattr(customer, state):
            raise Refusal(400, [f"{state.capitalize()} organization is not available."])


def show_all(world: World, request: Request) -> Reply:
    """Return the customers."""
    rows = visible(world, request)
    rows = contains(rows, request, "name", lambda customer: customer.name)
    rows = exact(rows, request, "name_exact", lambda customer: customer.name)
    rows = contains(rows, request, "abbreviation", lambda customer: customer.abbreviation)
    rows = contains(rows, request, "native_name", lambda customer: customer.native_name)
    rows = exact(rows, request, "backend_id", lambda customer: customer.backend_id)
    rows = contains(
        rows,
        request,
        "query",
        lambda customer: f"{customer.uuid} {customer.name} {customer.abbreviation}",
    )
    keys = {"name": lambda customer: customer.name, "created": lambda customer: customer.created}
    rows = ordered(rows, request, keys, "name", strict=False)
    return paged(request, rows, lambda customer: row(request, customer))


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return a customer."""
    return Reply(200, fields(request, row(request, find(world, request, uuid))))


def create(world: World, request: Request) -> Reply:
    """Refuse it: only the support makes customers."""
    raise forbidden()
