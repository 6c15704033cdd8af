"""People of the identity registry."""

from puhuri_server.forms import Form
from puhuri_server.http_types import Refusal, Reply, Request, crash, detail
from puhuri_server.records import User
from puhuri_server.world import Version, World

LONGEST_CUID = 256


def look_up(world: World, request: Request) -> Reply:
    """Return the user with a CUID, after asking the registry."""
    _check_caller(world, request.user)
    form = Form(request.json)
    cuid = form.text("cuid", required=True, blank=False, longest=LONGEST_CUID)
    form.check()
    if world.version == Version.A:
        return _first_generation(world, cuid)
    failure = world.registry.failure or world.registry.failures.get(cuid)
    if failure:
        raise detail(400, failure)
    name = world.registry.people.get(cuid.partition("#")[0])
    user = world.user_named(cuid.partition("#")[0])
    if name is None:
        return _gone(user, cuid)
    if not name:
        raise crash()
    if user is None:
        user = _new_user(world, cuid, name)
    user.is_active = True
    return Reply(200, {"uuid": user.uuid})


def _check_caller(world: World, caller: User) -> None:
    who = "staff and identity manager are"
    is_allowed = caller.is_identity_manager or caller.is_staff
    if world.version == Version.A:
        who, is_allowed = "identity manager is", caller.is_identity_manager
    if not is_allowed:
        raise Refusal(403, f"Only {who} allowed to sync remote users.")


def _gone(user: User | None, cuid: str) -> Reply:
    """Answer for a CUID that the registry does not know: at first, its user is deactivated."""
    if user is None or not user.is_active:
        raise detail(404, f"User {cuid} has not been found")
    user.is_active = False
    return Reply(200, {"uuid": user.uuid})


def _first_generation(world: World, cuid: str) -> Reply:
    """Answer as in 2021: whom the portal knows already is not asked for."""
    user = world.user_named(cuid)
    if user is None:
        name = world.registry.people.get(cuid)
        if not name or world.registry.failure:
            raise detail(401, "Eduteams error: Unable to get user info.")
        user = _new_user(world, cuid, name)
    return Reply(200, {"uuid": user.uuid})


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
