"""Users with roles and accesses: one in at most three queries, and lists in as many a page."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import (
    may_list_users,
    may_read_user,
    may_see_user,
    sees_all_users,
    sees_whole_user,
)
from user_manager.domain.vocabulary import Role
from user_manager.models import Access, User, UserRole
from user_manager.selectors.ownership import current, owned_modules
from user_manager.selectors.paging import BY_ID, Page, PageRequest
from user_manager.selectors.searching import contains
from user_manager.selectors.visibility import shared_modules


@dataclass(frozen=True, slots=True)
class UserView:
    """What a caller sees of a user.

    Attributes:
        roles: in the order of the contract; empty for an OWNER who looks at somebody.
        accesses: approved and not over; for an OWNER only those to own modules.
    """

    user: User
    roles: tuple[Role, ...]
    accesses: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class Me:
    """What the caller is.

    Attributes:
        owner_of: the ids of the modules in which they decide, sorted.
    """

    view: UserView
    is_administrator: bool
    owner_of: tuple[str, ...]


def read_user(call: Call, user_id: str) -> UserView:
    """Return a user as the caller sees them.

    Raises:
        NotFound: the user does not exist, or the caller may not see them.
        Forbidden: the caller may know of the user, but not read them.
    """
    caller = call.caller
    # without the order and the limit of first(): GetUser is called the most
    user = next(iter(User.objects.filter(id=user_id)), None)
    is_whole = sees_whole_user(caller, subject=user_id)
    shared = [] if is_whole else shared_modules(call, user_id)
    may_see_user(caller, subject=user_id, owns_module_of_user=bool(shared))
    if user is None:
        raise NotFound("The user was not found.")
    may_read_user(caller, subject=user_id, owns_module_of_user=bool(shared))
    accesses = Access.objects.filter(current(call.now), user_id=user_id)
    newest_first = accesses.order_by("-requested_at", "id")
    if is_whole:
        return UserView(user, roles_of(user_id), tuple(newest_first))
    return UserView(user, (), tuple(newest_first.filter(module__in=shared)))


def read_me(call: Call) -> Me:
    """Return what the caller is.

    Raises:
        Forbidden: the caller is a service account that acts for nobody.
    """
    person = call.caller.require_person()
    owned = owned_modules(person, call.now).values_list("id", flat=True)
    return Me(read_user(call, person), call.caller.is_administrator, tuple(owned))


def list_users(
    call: Call, page: PageRequest, *, query: str | None = None, role: Role | None = None
) -> Page[UserView]:
    """Return users by id: all of them, or the caller alone.

    Args:
        query: a part of id or name, in any case.
        role: only users with this role.

    Raises:
        Forbidden: the caller is a service account that may not.
        Invalid: the cursor is wrong.
    """
    may_list_users(call.caller)
    users = User.objects.all()
    if not sees_all_users(call.caller):
        users = users.filter(id=call.caller.person)
    if query is not None:
        users = users.filter(contains("id", query) | contains("name", query))
    if role is not None:
        users = users.filter(Q(id__in=UserRole.objects.filter(role=role).values("user")))
    rows = BY_ID.page(users, page)
    return Page(views_of(call, rows.items), rows.next)


def views_of(call: Call, users: Sequence[User]) -> tuple[UserView, ...]:
    """Return users with their roles, and with the accesses that the caller may read.

    The caller manages these users or is the user.
    """
    roles: dict[str, list[Role]] = defaultdict(list)
    of_users = UserRole.objects.filter(user__in=users).order_by("role")
    for user_id, role in of_users.values_list("user_id", "role"):
        roles[user_id].append(Role(role))
    readable = [user for user in users if sees_whole_user(call.caller, subject=user.id)]
    accesses: dict[str, list[Access]] = defaultdict(list)
    held = Access.objects.filter(current(call.now), user__in=readable)
    for access in held.order_by("-requested_at", "id"):
        accesses[access.user_id].append(access)
    return tuple(UserView(user, tuple(roles[user.id]), tuple(accesses[user.id])) for user in users)


def roles_of(user_id: str) -> tuple[Role, ...]:
    """Return the roles of a user, in the order of the contract."""
    rows = UserRole.objects.filter(user_id=user_id).order_by("role")
    return tuple(Role(row) for row in rows.values_list("role", flat=True))


def has_create_role(user_id: str | None) -> bool:
    """Return whether an active person may register systems. None is nobody."""
    roles = UserRole.objects.filter(role=Role.CREATE_EXT_DATAMODULE, user__active=True)
    return user_id is not None and roles.filter(user_id=user_id).exists()


def may_register(call: Call) -> bool:
    """Return whether the caller may register systems."""
    return call.caller.is_administrator or has_create_role(call.caller.person)


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user with the names of the roles, without accesses."""

    id: str
    name: str
    active: bool
    roles: tuple[str, ...]


def all_users() -> Iterator[ListedUser]:
    """Yield all users by id."""
    users = User.objects.order_by("id").prefetch_related("role_rows")
    for user in users.iterator(chunk_size=2000):
        roles = sorted(row.role for row in user.role_rows.all())
        names = tuple(Role(role).name for role in roles)
        yield ListedUser(user.id, user.name, user.active, names)
