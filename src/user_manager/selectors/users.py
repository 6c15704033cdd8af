"""A user with roles and accesses, in at most three queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import may_read_user, sees_whole_user
from user_manager.domain.vocabulary import Role
from user_manager.models import Access, User, UserRole
from user_manager.selectors.ownership import current
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


def read_user(call: Call, user_id: str) -> UserView:
    """Return a user as the caller sees them.

    Raises:
        NotFound: there is no such user, or the caller may not see them.
        Forbidden: the caller may know of the user, but not read them.
    """
    caller = call.caller
    user = User.objects.filter(id=user_id).first()
    is_whole = sees_whole_user(caller, subject=user_id)
    shared = [] if is_whole else shared_modules(call, user_id)
    may_read_user(caller, subject=user_id, owns_module_of_user=bool(shared))
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    accesses = Access.objects.filter(current(call.now), user_id=user_id)
    newest_first = accesses.order_by("-requested_at", "id")
    if is_whole:
        return UserView(user, roles_of(user_id), tuple(newest_first))
    return UserView(user, (), tuple(newest_first.filter(module__in=shared)))


def roles_of(user_id: str) -> tuple[Role, ...]:
    """Return the roles of a user, in the order of the contract."""
    rows = UserRole.objects.filter(user_id=user_id).order_by("role")
    return tuple(Role(row) for row in rows.values_list("role", flat=True))


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
