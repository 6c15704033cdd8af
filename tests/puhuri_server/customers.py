"""Customers and their people."""

from collections import defaultdict

from puhuri_server.forms import is_uuid, plain_uuid, written
from puhuri_server.http_types import Reply, Request, forbidden, not_found
from puhuri_server.lists import contains, exact, fields, ordered, paged
from puhuri_server.records import Customer, Project
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
    return [one for one in world.customers if world.sees_customer(request.user, one)]


def find(world: World, request: Request, uuid: str) -> Customer:
    """Return a customer that the caller may see."""
    wanted = plain_uuid(uuid) if is_uuid(uuid) else ""
    found = (one for one in visible(world, request) if one.uuid == wanted)
    customer = next(found, None)
    if customer is None:
        raise not_found("Customer")
    return customer


def show_all(world: World, request: Request) -> Reply:
    """Return the customers."""
    rows = visible(world, request)
    rows = contains(rows, request, "name", lambda one: one.name)
    rows = exact(rows, request, "name_exact", lambda one: one.name)
    rows = contains(rows, request, "abbreviation", lambda one: one.abbreviation)
    rows = contains(rows, request, "native_name", lambda one: one.native_name)
    rows = exact(rows, request, "backend_id", lambda one: one.backend_id)
    rows = contains(rows, request, "query", lambda one: f"{one.uuid} {one.name} {one.abbreviation}")
    keys = {"name": lambda one: one.name, "created": lambda one: one.created}
    rows = ordered(rows, request, keys, "name", strict=False)
    return paged(request, [row(request, one) for one in rows])


def show(world: World, request: Request, uuid: str) -> Reply:
    """Return a customer."""
    return Reply(200, fields(request, row(request, find(world, request, uuid))))


def create(world: World, request: Request) -> Reply:
    """Refuse it: only the support makes customers."""
    raise forbidden()


def users(world: World, request: Request, uuid: str) -> Reply:
    """Return the people of a customer and its projects, with all grants; `field` is ignored."""
    customer = find(world, request, uuid)
    projects = world.projects_of(customer)
    scopes = {id(scope) for scope in (customer, *projects)}
    grants = defaultdict(list)
    for grant in world.active_grants():
        if id(grant.scope) in scopes:
            grants[grant.user.uuid].append(grant)
    people = [user for user in world.users if user.is_active and user.uuid in grants]
    people = exact(people, request, "username", lambda user: user.username)
    people = contains(
        people, request, "user_keyword", lambda user: f"{user.full_name} {user.email}"
    )
    role = request.param("project_role")
    if role:
        people = [user for user in people if any(grant.role == role for grant in grants[user.uuid])]
    people.sort(key=lambda user: user.full_name)
    rows = [_person(request, user, customer, projects, grants[user.uuid]) for user in people]
    request.params.pop("field", None)
    return paged(request, rows)


def _person(request, user, customer: Customer, projects: list[Project], grants) -> dict:
    owner = next((grant for grant in grants if grant.scope is customer), None)
    order = {project.uuid: number for number, project in enumerate(projects)}
    of_projects = [grant for grant in grants if grant.scope is not customer]
    of_projects.sort(key=lambda grant: order[grant.scope.uuid])
    rows = [
        {
            "url": request.url(f"/api/projects/{grant.scope.uuid}/"),
            "uuid": grant.scope.uuid,
            "name": grant.scope.name,
            "role": _SHORT.get(grant.role),
            "role_name": grant.role,
            "expiration_time": written(grant.expiration_time),
        }
        for grant in of_projects
    ]
    return {
        "url": request.url(f"/api/users/{user.uuid}/"),
        "uuid": user.uuid,
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "role": "owner" if owner else None,
        "role_name": owner.role if owner else None,
        "projects": rows,
        "image": None,
    }
