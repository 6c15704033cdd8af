"""People of the identity registry."""

from puhuri_server.forms import Form
from puhuri_server.http_types import Refusal, Reply, Request, crash, detail
from puhuri_server.records import User
from puhuri_server.world import Version, World

LONGEST_CUID = 256


def look_up(world: World, request: Request) -> Reply:
    """Return the user with a CUID, after asking the registry."""
    caller = request.user
    is_allowed = caller.is_identity_manager or (caller.is_staff and world.version != Version.A)
    if not is_allowed:
        who = (
            "identity manager is"
            if world.version == Version.A
            else "staff and identity manager are"
        )
        raise Refusal(403, f"Only {who} allowed to sync remote users.")
    form = Form(request.json)
    cuid = form.text("cuid", required=True, blank=False, longest=LONGEST_CUID)
    form.check()
    if world.version == Version.A:
        return _first_generation(world, cuid)
    failure = world.registry.failure or world.registry.failures.get(cuid)
    if failure:
        raise detail(400, failure)
    name = world.registry.people.get(cuid.partition("#")[0])
    user = _remote_user(world, cuid.partition("#")[0])
    if name is None:
        return _gone(user, cuid)
    if not name:
        raise crash()
    if user is None:
        user = _new_user(world, cuid, name)
    user.is_active = True
    return Reply(200, {"uuid": user.uuid})


def _gone(user: User | None, cuid: str) -> Reply:
    """Answer for a CUID that the registry does not know: at first, its user is deactivated."""
    if user is None or not user.is_active:
        raise detail(404, f"User {cuid} has not been found")
    user.is_active = False
    return Reply(200, {"uuid": user.uuid})


def _first_generation(world: World, cuid: str) -> Reply:
    """Answer as in 2021: whom the portal knows already is not asked for."""
    user = _remote_user(world, cuid)
    if user is None:
        name = world.registry.people.get(cuid)
        if not name or world.registry.failure:
            raise detail(401, "Eduteams error: Unable to get user info.")
        user = _new_user(world, cuid, name)
    return Reply(200, {"uuid": user.uuid})


def _remote_user(world: World, cuid: str) -> User | None:
    return next((user for user in world.users if user.username == cuid), None)


def _new_user(world: World, cuid: str, name: str) -> User:
    user = User(
        uuid=world.new_uuid(),
        username=cuid,
        full_name=name,
        email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
        is_remote=True,
    )
    world.users.append(user)
    return user
