"""Writing down what the clock has ended already."""

from collections.abc import Iterable
from datetime import datetime

from user_manager.domain.access_clock import clock_end, effect_at
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.vocabulary import AccessState, Effect, EventKind, NoticeKind
from user_manager.models import Access
from user_manager.selectors.ownership import over
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder, recording


def write_end_of(call: Call, user_id: str, module_id: str | None = None) -> None:
    """Write EXPIRED for a user, and a module if one is given, in a transaction of its own.

    So it stays written where the verb that follows is refused.
    """
    accesses = Access.objects.filter(over(call.now), user_id=user_id)
    if module_id is not None:
        accesses = accesses.filter(module_id=module_id)
    if accesses.exists():
        with recording(call) as recorder:
            write_expired(accesses.select_for_update().order_by("id"), recorder)


def write_expired(accesses: Iterable[Access], recorder: Recorder) -> list[Access]:
    """Write EXPIRED to locked accesses that are over, and return the others."""
    open_accesses = []
    for access in accesses:
        ended_at = clock_end(
            AccessState(access.state),
            until=access.until,
            pending_until=access.pending_until,
            now=recorder.call.now,
        )
        if ended_at is None:
            open_accesses.append(access)
        else:
            _expire(access, ended_at, recorder)
    return open_accesses


def _expire(access: Access, ended_at: datetime, recorder: Recorder) -> None:
    """Write the end of an access, with the time at which it ended. Nobody ended it."""
    effect = effect_at(Effect(access.effect), state=AccessState.EXPIRED)
    if effect != access.effect:
        access.effect = effect
        access.effect_detail = ""
    was_approved = access.state == AccessState.APPROVED
    access.ended_at = ended_at
    access.state = AccessState.EXPIRED
    access.save(update_fields=["state", "effect", "effect_detail", "ended_at"])
    recorder.record(EventKind.EXPIRED, access=access, at=ended_at, caller=SYSTEM)
    if was_approved and effect is Effect.NONE:  # no cluster says when it has ended
        notify(NoticeKind.ENDED, access, recorder)
