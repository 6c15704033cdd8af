"""Writing down what the clock has ended already."""

from collections.abc import Iterable

from user_manager.domain.access_clock import state_at
from user_manager.domain.vocabulary import AccessState, Effect, EventKind
from user_manager.models import Access
from user_manager.services.transaction import Recorder


def write_expired(accesses: Iterable[Access], recorder: Recorder) -> list[Access]:
    """Write EXPIRED to locked accesses that are over, and return the others."""
    open_accesses = []
    for access in accesses:
        if is_over(access, recorder):
            _expire(access, recorder)
        else:
            open_accesses.append(access)
    return open_accesses


def is_over(access: Access, recorder: Recorder) -> bool:
    """Return whether the clock has ended a request or a grant."""
    state = state_at(
        AccessState(access.state),
        until=access.until,
        pending_until=access.pending_until,
        now=recorder.call.now,
    )
    return state is AccessState.EXPIRED


def _expire(access: Access, recorder: Recorder) -> None:
    """Write the end of an access, with the time at which it ended."""
    was_approved = access.state == AccessState.APPROVED
    access.ended_at = access.until if was_approved else access.pending_until
    access.state = AccessState.EXPIRED
    if was_approved and access.effect != Effect.NONE:
        access.effect = Effect.ENDING
    access.save(update_fields=["state", "effect", "ended_at"])
    recorder.record(EventKind.EXPIRED, access=access, at=access.ended_at)
