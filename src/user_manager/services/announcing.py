"""Notices that the clock causes: accesses that end soon, requests that expire soon."""

from datetime import timedelta
from typing import Final

from django.db.models import Exists, F, OuterRef, QuerySet

from user_manager.domain.call import Call
from user_manager.domain.vocabulary import NoticeKind
from user_manager.models import Access, Notice
from user_manager.selectors.ownership import current, open_requests
from user_manager.services.notices import notify
from user_manager.services.transaction import recording

BEFORE_THE_END: Final = timedelta(days=7)
BEFORE_A_REQUEST_EXPIRES: Final = timedelta(days=3)
_BATCH = 500


def announce(call: Call) -> int:
    """Put a notice for each access and request that ends soon into the outbox, once.

    Returns:
        how many notices.
    """
    if not call.policy.notices:
        return 0
    ending = Access.objects.filter(
        current(call.now),
        until__lte=call.now + BEFORE_THE_END,
        decided_at__lt=F("until") - BEFORE_THE_END,  # a shorter one says so when it is approved
    )
    undecided = Access.objects.filter(
        open_requests(call.now),
        pending_until__lte=call.now + BEFORE_A_REQUEST_EXPIRES,
        requested_at__lt=F("pending_until") - BEFORE_A_REQUEST_EXPIRES,
    )
    return _announce(NoticeKind.ENDING, ending, call) + _announce(
        NoticeKind.REMINDER, undecided, call
    )


def _announce(kind: NoticeKind, accesses: QuerySet[Access], call: Call) -> int:
    count = 0
    while announced := _announce_batch(kind, accesses, call):
        count += announced
    return count


def _announce_batch(kind: NoticeKind, accesses: QuerySet[Access], call: Call) -> int:
    with recording(call) as recorder:
        has_one = Notice.objects.filter(kind=kind, access=OuterRef("id"))
        rows = accesses.filter(~Exists(has_one)).select_related("module").order_by("id")
        batch = list(rows.select_for_update(of=("self",), skip_locked=True)[:_BATCH])
        # Another sweep may have announced some after this query began and before the locks.
        ids = [access.id for access in batch]
        notices = Notice.objects.filter(kind=kind, access__in=ids)
        announced = set(notices.values_list("access", flat=True))
        for access in batch:
            if access.id not in announced:
                notify(kind, access, recorder)
        return len(batch)
