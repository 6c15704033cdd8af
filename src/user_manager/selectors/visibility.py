"""What a caller may see. What they may not see is not there for them."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet

from user_manager.domain.access_permissions import (
    may_see_access,
    may_see_access_events,
    sees_all_accesses,
)
from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound
from user_manager.domain.permissions import sees_all_users
from user_manager.models import Access, Module
from user_manager.selectors.deputies import seen_as_deputy, sees_as_deputy
from user_manager.selectors.ownership import current, is_owner, open_requests, owned_modules


def visible_access(call: Call, access_id: str) -> Access:
    """Return an access that the caller may see.

    Raises:
        NotFound: there is none, or the caller may not see it.
    """
    return _known_access(call, access_id, may_see_access)


def access_with_visible_events(call: Call, access_id: str) -> Access:
    """Return an access whose events the caller may see.

    Raises:
        NotFound: there is none, or the caller may not see them.
    """
    return _known_access(call, access_id, may_see_access_events)


def _known_access(call: Call, access_id: str, rule: Callable[..., None]) -> Access:
    """Return an access that a rule shows to the caller, or that the caller sees as a deputy."""
    access = Access.objects.select_related("module").filter(id=access_id).first()
    if access is None:
        raise NotFound("The access was not found.")
    try:
        rule(
            call.caller,
            subject=access.user_id,
            requested_by=access.requested_by,
            owns_module=is_owner(call.caller.person, access.module, call.now),
        )
    except NotFound:
        if not sees_as_deputy(call, access):
            raise
    return access


def visible_accesses(call: Call) -> QuerySet[Access]:
    """Return all accesses that the caller may see."""
    accesses = Access.objects.all()
    if sees_all_accesses(call.caller):
        return accesses
    person = call.caller.person
    if person is None:
        return accesses.none()
    owned = owned_modules(person, call.now).order_by()
    own = Q(user=person) | Q(requested_by=person) | Q(module__in=owned)
    return accesses.filter(own | seen_as_deputy(call))


def can_see_user(call: Call, user_id: str) -> bool:
    """Return whether the caller may know that a user exists."""
    caller = call.caller
    if caller.person == user_id or sees_all_users(caller):
        return True
    return bool(shared_modules(call, user_id))


def shared_modules(call: Call, user_id: str) -> list[Module]:
    """Return the modules of the caller in which a user has access or asks for it."""
    if call.caller.person is None:
        return []
    return list(_shared(call.caller.person, user_id, call.now))


def _shared(owner_id: str, user_id: str, now: datetime) -> QuerySet[Module]:
    present = Access.objects.filter(current(now) | open_requests(now), user_id=user_id)
    return owned_modules(owner_id, now).filter(id__in=present.values("module"))
