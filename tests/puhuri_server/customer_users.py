"""The people of a customer and of its projects, each with all grants: a list in bulk."""

from collections import defaultdict

from puhuri_server import customers
from puhuri_server.forms import written
from puhuri_server.http_types import Reply, Request
from puhuri_server.lists import contains, exact, paged
from puhuri_server.records import Grant, Project, User
from puhuri_server.world import SHORT_ROLES, World

_SHORT = {long: short for short, long in SHORT_ROLES.items()}


def show_all(world: World, request: Request, uuid: str) -> Reply:
    """Return the people; until 8.x `field` is ignored."""
    customer = customers.find(world, request, uuid)
    grants = defaultdict(list)
    for scope in (customer, *world.projects_of(customer)):
        for grant in world.active_grants(scope):
            grants[grant.user.uuid].append(grant)
    people = [user for user in world.users if user.is_active and user.uuid in grants]
    people = _filtered(request, people, grants)
    people.sort(key=lambda user: user.full_name)
    if world.version.has_fractions:
        return paged(
            request, people, lambda user: _without_short_roles(_row(request, user, grants))
        )
    request.params.pop("field", None)
    return paged(request, people, lambda user: _row(request, user, grants))


def _filtered(request: Request, people: list[User], grants: dict) -> list[User]:
    people = exact(people, request, "username", lambda user: user.username)
    people = contains(
        people, request, "user_keyword", lambda user: f"{user.full_name} {user.email}"
    )
    role = request.param("project_role")
    if not role:
        return people
    return [user for user in people if role in {grant.role for grant in grants[user.uuid]}]


def _row(request: Request, user: User, grants_by_user: dict) -> dict:
    grants = grants_by_user[user.uuid]
    owner = next((grant for grant in grants if not isinstance(grant.scope, Project)), None)
    return {
        "url": request.url(f"/api/users/{user.uuid}/"),
        "uuid": user.uuid,
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "role": owner and "owner",
        "role_name": owner and owner.role,
        "projects": [
            _grant_row(request, grant) for grant in grants if isinstance(grant.scope, Project)
        ],
        "image": None,
    }


def _grant_row(request: Request, grant: Grant) -> dict:
    project = grant.scope
    return {
        "url": request.url(f"/api/projects/{project.uuid}/"),
        "uuid": project.uuid,
        "name": project.name,
        "role": _SHORT.get(grant.role),
        "role_name": grant.role,
        "expiration_time": written(grant.expiration_time),
    }


def _without_short_roles(row: dict) -> dict:
    """Return a row as it is since 8.x."""
    projects = [_without_role(project) for project in row["projects"]]
    return _without_role(row) | {"projects": projects}


def _without_role(row: dict) -> dict:
    return {name: value for name, value in row.items() if name != "role"}
