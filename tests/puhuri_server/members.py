"""Members of projects, since September 2023."""

from puhuri_server import projects
from puhuri_server.forms import REQUIRED, Form, is_uuid, plain_uuid, written
from puhuri_server.http_types import Refusal, Reply, Request, crash, forbidden
from puhuri_server.lists import accepted, by_url, contains, exact, ordered, paged
from puhuri_server.records import Grant, Project
from puhuri_server.world import ROLES, World

_PAST = "Expiration time should be greater than current time."
_KEYS = {"created": lambda grant: grant.created, "role": lambda grant: grant.role}


def row(grant: Grant) -> dict:
    """Return a grant as answers have it."""
    return {
        "uuid": grant.uuid,
        "created": written(grant.created),
        "expiration_time": written(grant.expiration_time),
        "role_name": grant.role,
        "role_uuid": ROLES.get(grant.role, ""),
        "user_email": grant.user.email,
        "user_full_name": grant.user.full_name,
        "user_username": grant.user.username,
        "user_uuid": grant.user.uuid,
        "user_image": None,
        "created_by_full_name": grant.created_by and grant.created_by.full_name,
        "created_by_uuid": grant.created_by and grant.created_by.uuid,
    }


def show_all(world: World, request: Request, uuid: str) -> Reply:
    """Return the grants of a project. The server ignores the filter user if nobody has the uuid."""
    project = projects.find(world, request, uuid)
    grants = [grant for grant in world.active_grants(project) if grant.user.is_active]
    grants = _filtered(world, request, grants)
    if world.version.has_fractions:
        grants = ordered(_of_person(request, grants), request, _KEYS, "created")
    else:
        ordered([], request, projects.KEYS, "name")  # those of projects are known, and not used
        request.params.pop("field", None)
    return paged(request, grants, row)


def _filtered(world: World, request: Request, grants: list[Grant]) -> list[Grant]:
    user = request.param("user")
    if is_uuid(user) and world.active_user(plain_uuid(user)) is not None:
        grants = [grant for grant in grants if grant.user.uuid == plain_uuid(user)]
    grants = accepted(
        grants, request, "role", lambda grant, role: role in (grant.role, ROLES.get(grant.role))
    )
    return contains(
        grants, request, "search_string", lambda grant: f"{grant.user.full_name} {grant.user.email}"
    )


def _of_person(request: Request, grants: list[Grant]) -> list[Grant]:
    """Return the grants that filters accept which 8.x has."""
    grants = exact(grants, request, "username", lambda grant: grant.user.username)
    grants = by_url(grants, request, "user_url", lambda grant: f"/api/users/{grant.user.uuid}/")
    return contains(grants, request, "full_name", lambda grant: grant.user.full_name)


def add(world: World, request: Request, uuid: str) -> Reply:
    """Give a role; the same one a second time where it ends later than the first."""
    project, user, role, until = _checked(world, request, uuid)
    _may(world, request, project, user)
    if any(_covers(grant, until) for grant in _same(world, project, user, role)):
        text = "User has already the same role in this scope."
        raise Refusal(400, {"non_field_errors": [text]})
    world.grant(user, project, role, by=request.user, until=until)
    return Reply(201, {"expiration_time": written(until)})


def update(world: World, request: Request, uuid: str) -> Reply:
    """Change when a role ends; an end that is left out is taken away."""
    project, user, role, until = _checked(world, request, uuid)
    _may(world, request, project, user)
    grants = _same(world, project, user, role)
    if len(grants) != 1:
        raise crash()
    grants[0].expiration_time = until
    return Reply(200, {"expiration_time": written(until)})


def remove(world: World, request: Request, uuid: str) -> Reply:
    """Take a role. The server accepts it if there is none, and crashes if there are two."""
    project, user, role, _ = _checked(world, request, uuid)
    _may(world, request, project, user)
    grants = _same(world, project, user, role)
    if len(grants) > 1:
        raise crash()
    for grant in grants:
        grant.is_active = False
    return Reply(200)


def _checked(world: World, request: Request, uuid: str):
    project = projects.find(world, request, uuid)
    form = Form(request.json)
    role = _role(form)
    user = _user(world, form)
    until = form.moment("expiration_time")
    if until is not None and until <= world.now():
        form.wrong("expiration_time", _PAST)
    form.check()
    if not role.startswith("PROJECT."):
        raise Refusal(400, {"non_field_errors": ["Role is not valid for this scope."]})
    return project, user, role, until


def _role(form: Form) -> str:
    text = form.text("role", required=True, blank=False)
    by_uuid = {uuid: name for name, uuid in ROLES.items()}
    role = by_uuid.get(text, text)
    if text and "role" not in form.errors and role not in ROLES:
        form.wrong("role", "Role is not found.")
    return role or ""


def _user(world: World, form: Form):
    value = form.body.get("user", "")
    if "user" not in form.body:
        form.wrong("user", REQUIRED)
    elif value is None:
        form.value("user")
    elif not is_uuid(value):
        form.wrong("user", "Must be a valid UUID.")
    elif world.active_user(plain_uuid(value)) is None:
        form.wrong("user", "User is not found.")
    return world.active_user(plain_uuid(value)) if is_uuid(value) else None


def _may(world: World, request: Request, project: Project, user) -> None:
    customer = project.customer
    if not world.manages(request.user, project):
        raise forbidden()
    if customer.blocked or customer.archived:
        raise Refusal(400, {"non_field_errors": ["Customer is not available."]})
    if user is request.user and not world.owns(request.user, customer):
        raise Refusal(400, {"non_field_errors": ["User can not manage own role."]})


def _same(world: World, project: Project, user, role: str) -> list[Grant]:
    return [grant for grant in world.active_grants(project, user) if grant.role == role]


def _covers(grant: Grant, until) -> bool:
    """Return whether a grant is permanent, or ends at a new end or later."""
    if grant.expiration_time is None:
        return True
    return until is not None and grant.expiration_time >= until
