"""Events, in the order in which they happened."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Q, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.permissions import may_see_events
from user_manager.models import Event
from user_manager.selectors.paging import BY_SEQ, LATEST_FIRST, Page, PageRequest
from user_manager.selectors.visibility import access_with_visible_events

_BATCH: Final = 1000


def list_events(call: Call, after: int, page: PageRequest) -> Page[Event]:
    """Return the events after a number.

    Raises:
        Forbidden: the caller may not.
        Invalid: the cursor is wrong.
    """
    may_see_events(call.caller)
    return BY_SEQ.page(Event.objects.filter(seq__gt=after), page)


def list_access_events(call: Call, access_id: str, page: PageRequest) -> Page[Event]:
    """Return the events of an access.

    Raises:
        NotFound: the access does not exist, or the caller may not see its events.
        Invalid: the cursor is wrong.
    """
    access = access_with_visible_events(call, access_id)
    return BY_SEQ.page(Event.objects.filter(access=access.id), page)


def latest_events(call: Call, page: PageRequest, *, about: str = "") -> Page[Event]:
    """Return events, the latest first.

    Args:
        about: the id of a user, a module or an access; '' for all events.

    Raises:
        Forbidden: the caller may not.
        Invalid: the cursor is wrong.
    """
    may_see_events(call.caller)
    events = Event.objects.all()
    if about:
        events = events.filter(Q(user=about) | Q(module=about) | Q(access=about))
    return LATEST_FIRST.page(events, page)


def all_events(
    call: Call, after: int, limit: int | None = None, cursor: str | None = None
) -> Iterator[Event]:
    """Return the events after a number to the end, read in batches.

    Args:
        limit: the most events; None for all.
        cursor: `next` of a page; None for none.

    Raises:
        Forbidden: the caller may not.
        Invalid: the cursor is wrong.
    """
    may_see_events(call.caller)
    return _batches(BY_SEQ.following(Event.objects.all(), cursor), after, limit)


def _batches(events: QuerySet[Event], after: int, limit: int | None) -> Iterator[Event]:
    remaining = limit
    while remaining is None or remaining > 0:
        size = _BATCH if remaining is None else min(_BATCH, remaining)
        batch = list(events.filter(seq__gt=after)[:size])
        yield from batch
        if len(batch) < size:
            return
        after = batch[-1].seq
        remaining = None if remaining is None else remaining - size
