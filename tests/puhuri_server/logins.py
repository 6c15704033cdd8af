"""Passwords and tokens: logging in, and who calls."""

from datetime import timedelta

from puhuri_server.forms import Form
from puhuri_server.http_types import Reply, Request, detail
from puhuri_server.lists import fields
from puhuri_server.records import Grant, User
from puhuri_server.world import Version, World

MOST_WRONG = 4
LOCKED = timedelta(minutes=10)


def log_in(world: World, request: Request) -> Reply:
    """Return the token of a user; four wrong passwords lock the user out for ten minutes."""
    form = Form(request.json)
    name = form.text("username", required=True, blank=False)
    password = form.text("password", required=True, blank=False)
    form.check()
    user = world.user_named(name)
    if user is None:
        raise detail(401, "Invalid username/password.")
    _check_password(world, user, password)
    if not user.token or _is_over(world, user):
        user.token, user.token_is_over = world.new_token(user), False
    user.token_used = world.now()
    return Reply(200, {"token": user.token})


def _check_password(world: World, user: User, password: str) -> None:
    if user.last_failure is not None and world.now() - user.last_failure >= LOCKED:
        user.failed_logins = 0
    if user.failed_logins >= MOST_WRONG:
        raise detail(401, "Username is locked out. Try in 10 minutes.")
    if not user.is_active or not user.password or user.password != password:
        user.failed_logins += 1
        user.last_failure = world.now()
        raise detail(401, "Invalid username/password.")
    user.failed_logins = 0


def authenticated(world: World, request: Request) -> User | None:
    """Return the caller, None for nobody."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "token":
        return None
    if not token:
        raise detail(401, "Invalid token. No credentials provided.")
    if " " in token:
        raise detail(401, "Invalid token. Token string should not contain spaces.")
    user = world.user_of_token(token)
    if user is None:
        raise detail(401, "Invalid token.")
    if not user.is_active:
        raise detail(401, "User inactive or deleted.")
    if _is_over(world, user):
        raise detail(401, "Token has expired.")
    user.token_used = world.now()
    return user


def _is_over(world: World, user: User) -> bool:
    """Return whether a token expired: nobody used it for as long as it lives."""
    if user.token_lifetime is not None and user.token_used is not None:
        idle = world.now() - user.token_used
        user.token_is_over |= idle > user.token_lifetime
    return user.token_is_over


def _permission(grant: Grant) -> dict:
    scope_type, _, _ = grant.role.partition(".")
    return {
        "role_name": grant.role,
        "scope_type": scope_type.lower(),
        "scope_uuid": grant.scope.uuid,
        "scope_name": grant.scope.name,
    }


def me(world: World, request: Request) -> Reply:
    """Return the caller."""
    user = request.user
    row = {
        "url": request.url(f"/api/users/{user.uuid}/"),
        "uuid": user.uuid,
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "token": user.token,
        "token_lifetime": user.token_lifetime and int(user.token_lifetime.total_seconds()),
    }
    if user.is_staff or user.is_support:
        row |= {"is_staff": user.is_staff, "is_support": user.is_support}
    if world.version in (Version.B, Version.FRACTIONS):
        row["permissions"] = [_permission(grant) for grant in world.active_grants(user=user)]
    return Reply(200, fields(request, row))
