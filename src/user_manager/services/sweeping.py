"""Writing down what the clock has ended. Nothing depends on it: reads compute the state."""

from django.db.models import Q

from user_manager.domain.call import Call
from user_manager.domain.vocabulary import AccessState
from user_manager.models import Access
from user_manager.services.expiry import write_expired
from user_manager.services.transaction import recording

_BATCH = 500


def sweep(call: Call) -> int:
    """Write EXPIRED and its event for everything that is over.

    Returns:
        how many accesses and requests expired.
    """
    count = 0
    while expired := _sweep_batch(call):
        count += expired
    return count


def _sweep_batch(call: Call) -> int:
    over = Q(state=AccessState.APPROVED, until__lte=call.now) | Q(
        state=AccessState.PENDING, pending_until__lte=call.now
    )
    with recording(call) as recorder:
        # what another transaction has locked is written by that one, or by the next sweep
        rows = Access.objects.filter(over).select_for_update(skip_locked=True).order_by("id")
        accesses = list(rows[:_BATCH])
        write_expired(accesses, recorder)
        return len(accesses)
