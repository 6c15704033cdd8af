"""Members of projects until September 2023: `project-permissions`."""

from puhuri_server import customers, projects
from puhuri_server.forms import Form, written
from puhuri_server.http_types import Refusal, Reply, Request, forbidden, not_found
from puhuri_server.lists import by_choice, by_url, by_uuid, contains, exact, fields, ordered, paged
from puhuri_server.records import Grant, Project
from puhuri_server.world import SHORT_ROLES, World

_SHORT = {long: short for short, long in SHORT_ROLES.items()}
_PROJECT = r"/api/projects/([0-9a-f]{32})/"
_USER = r"/api/users/([0-9a-f]{32})/"
_PAST = "Expiration time should be greater than current time."
_TWICE = "The fields project and user must make a unique set."
_KEYS = {
    "created": lambda grant: grant.created,
    "username": lambda grant: grant.user.username,
    "full_name": lambda grant: grant.user.full_name,
    "email": lambda grant: grant.user.email,
    "role": lambda grant: grant.role,
    "expiration_time": lambda grant: written(grant.expiration_time) or "",
}


def row(request: Request, grant: Grant) -> dict:
    """Return a grant as answers have it."""
    project, user = grant.scope, grant.user
    return {
        "url": request.url(f"/api/project-permissions/{grant.pk}/"),
        "pk": grant.pk,
        "role": _SHORT[grant.role],
        "created": written(grant.created),
        "expiration_time": written(grant.expiration_time),
        "created_by": grant.created_by and request.url(f"/api/users/{grant.created_by.uuid}/"),
        "project": request.url(f"/api/projects/{project.uuid}/"),
        "project_uuid": project.uuid,
        "project_name": project.name,
        "customer_name": project.customer.name,
        "user": request.url(f"/api/users/{user.uuid}/"),
        "user_full_name": user.full_name,
        "user_native_name": "",
        "user_username": user.username,
        "user_uuid": user.uuid,
        "user_email": user.email,
    }


def _visible(world: World, request: Request) -> list[Grant]:
    return [
        grant
        for grant in world.active_grants()
        if isinstance(grant.scope, Project) and world.sees_project(request.user, grant.scope)
    ]


def show_all(world: World, request: Request) -> Reply:
    """Return the grants that are not taken away."""
    rows = _visible(world, request)
    rows = by_uuid(rows, request, "project", lambda grant: grant.scope.uuid)
    rows = by_url(rows, request, "project_url", lambda grant: f"/api/projects/{grant.scope.uuid}/")
    rows = by_uuid(rows, request, "user", lambda grant: grant.user.uuid)
    rows = by_url(rows, request, "user_url", lambda grant: f"/api/users/{grant.user.uuid}/")
    rows = exact(rows, request, "username", lambda grant: grant.user.username)
    rows = contains(rows, request, "full_name", lambda grant: grant.user.full_name)
    rows = by_uuid(rows, request, "customer", lambda grant: grant.scope.customer.uuid)
    rows = by_choice(rows, request, "role", lambda grant: _SHORT[grant.role], SHORT_ROLES)
    rows = ordered(rows, request, _KEYS, "-created")
    return paged(request, rows, lambda grant: row(request, grant))


def create(world: World, request: Request) -> Reply:
    """Give a role; a person with a role in the project gets no second one."""
    form = Form(request.json)
    project = form.link("project", _PROJECT, projects.visible(world, request))
    user = form.link("user", _USER, [user for user in world.users if user.is_active])
    role = form.text("role", required=True)
    if role is not None and role not in SHORT_ROLES:
        form.wrong("role", f'"{role}" is not a valid choice.')
    until = _until(world, form)
    form.check()
    _may_manage(world, request, project)
    customers.check_available(project.customer)
    if world.active_grants(project, user):
        raise Refusal(400, {"non_field_errors": [_TWICE]})
    grant = world.grant(user, project, SHORT_ROLES[role], by=request.user, until=until)
    body = row(request, grant)
    return Reply(201, body, {"Location": body["url"]})


def show(world: World, request: Request, pk: str) -> Reply:
    """Return a grant."""
    return Reply(200, fields(request, row(request, _find(world, request, pk))))


def update(world: World, request: Request, pk: str) -> Reply:
    """Change when a grant ends; nothing else of it changes."""
    grant = _find(world, request, pk)
    form = Form(request.json, partial=True)
    until = _until(world, form)
    form.check()
    _may_manage(world, request, grant.scope)
    if form.has("expiration_time"):
        grant.expiration_time = until
    return Reply(200, row(request, grant))


def delete(world: World, request: Request, pk: str) -> Reply:
    """Take a grant away."""
    grant = _find(world, request, pk)
    _may_manage(world, request, grant.scope)
    grant.is_active = False
    return Reply(204)


def _may_manage(world: World, request: Request, project: Project) -> None:
    if not world.manages(request.user, project):
        raise forbidden()


def _until(world: World, form: Form):
    until = form.moment("expiration_time")
    if until is not None and until <= world.now():
        form.wrong("expiration_time", _PAST)
    return until


def _find(world: World, request: Request, pk: str) -> Grant:
    for grant in _visible(world, request):
        if str(grant.pk) == pk:
            return grant
    raise not_found("ProjectPermission")
