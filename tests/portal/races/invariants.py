"""What must hold whatever happened at the same moment."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Count, Max

from user_manager.domain.access_types import OWNER_MASKS
from user_manager.models import Access, Event, EventCounter, Module

NEXT_STATE = {
    (None, "requested"): "PENDING",
    (None, "approved"): "APPROVED",  # the founder of a module
    ("PENDING", "approved"): "APPROVED",
    ("PENDING", "denied"): "DENIED",
    ("PENDING", "withdrawn"): "WITHDRAWN",
    ("PENDING", "expired"): "EXPIRED",
    ("APPROVED", "reviewed"): "APPROVED",
    ("APPROVED", "reduced"): "APPROVED",
    ("APPROVED", "revoked"): "REVOKED",
    ("APPROVED", "expired"): "EXPIRED",
}
OF_EFFECTS = {"in_effect", "refused", "ended"}


def faults_of_state(accesses: Iterable[Access]) -> Iterator[str]:
    """Yield what is wrong with accesses and their events."""
    for access in accesses:
        kinds = (
            Event.objects.filter(access=access.id).order_by("seq").values_list("kind", flat=True)
        )
        yield from _faults_of_way(access, list(kinds))
        if access.state in {"PENDING", "APPROVED"} and not access.user.active:
            yield f"{access.id} of a deactivated user is {access.state}"


def _faults_of_way(access: Access, kinds: list[str]) -> Iterator[str]:
    state: str | None = None
    for kind in kinds:
        if kind in OF_EFFECTS:
            continue
        if (state, kind) not in NEXT_STATE:
            yield f"{access.id}: {kind} after {state}"
            return
        state = NEXT_STATE[state, kind]
    if state != access.state:
        yield f"{access.id} is {access.state}, its events say {state}"


def faults_in_events() -> Iterator[str]:
    """Yield whether numbers of events are missing."""
    numbers = Event.objects.aggregate(count=Count("seq"), last=Max("seq"))
    counter = EventCounter.objects.get().last
    if not numbers["count"] == (numbers["last"] or 0) == counter:
        yield f"{numbers['count']} events, the last is {numbers['last']}, the counter {counter}"


def faults_of_everything() -> Iterator[str]:
    """Yield what is wrong with all accesses, and external modules without an OWNER."""
    ways: dict[str, list[str]] = defaultdict(list)
    rows = Event.objects.filter(access__isnull=False).order_by("seq")
    for access_id, kind in rows.values_list("access", "kind"):
        ways[access_id].append(kind)
    for access in Access.objects.iterator():
        yield from _faults_of_way(access, ways.pop(access.id, []))
    yield from (f"events of {access_id}, which is not there" for access_id in ways)
    owned = Access.objects.filter(state="APPROVED", types__in=OWNER_MASKS, user__active=True)
    unowned = Module.objects.filter(kind="external").exclude(id__in=owned.values("module"))
    yield from (f"{module.id} has no OWNER" for module in unowned)
