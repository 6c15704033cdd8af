"""Putting notices into the outbox, in the transaction of what they tell."""

from datetime import datetime
from typing import Any, Final

from user_manager.domain.access_types import from_mask, sorted_names
from user_manager.domain.times import format_time
from user_manager.domain.vocabulary import NoticeKind
from user_manager.models import Access, Notice
from user_manager.selectors.deciders import deciders
from user_manager.selectors.ownership import current
from user_manager.services.transaction import Recorder

_TO_DECIDE: Final = {NoticeKind.REQUESTED, NoticeKind.REMINDER}
_MOST_DECIDERS: Final = 20


def notify(kind: NoticeKind, access: Access, recorder: Recorder) -> None:
    """Put a notice about an access into the outbox. Without a webhook there is none."""
    call = recorder.call
    if not call.policy.notices:
        return
    if kind is NoticeKind.ENDED and _has_another(access, call.now):
        return
    payload = _payload(kind, access, call.now)
    if kind in _TO_DECIDE:
        payload["deciders"] = deciders(access, call)[:_MOST_DECIDERS]
    notice = Notice(
        kind=kind,
        access=access.id,
        payload=payload,
        created_at=call.now,
        next_attempt_at=call.now,
    )
    recorder.notices.append(notice)


def _has_another(access: Access, now: datetime) -> bool:
    """Return whether the person has an access to the module which replaced this one."""
    same_place = Access.objects.filter(user=access.user_id, module=access.module_id)
    return same_place.filter(current(now)).exclude(id=access.id).exists()


def _payload(kind: NoticeKind, access: Access, now: datetime) -> dict[str, Any]:
    """Return what is sent. It has no reason and no comment: those are for the people concerned."""
    return {
        "kind": kind.value,
        "at": format_time(now),
        "access": access.id,
        "user": access.user_id,
        "module": access.module_id,
        "types": sorted_names(from_mask(access.types)),
        "state": access.state,
        "detail": access.effect_detail,
        "until": None if access.until is None else format_time(access.until),
        "pending_until": format_time(access.pending_until),
        "requested_by": access.requested_by,
        "decided_by": access.decided_by,
        "acting_for": access.acting_for,
        "ended_by": access.ended_by,
        "deciders": [],
    }
