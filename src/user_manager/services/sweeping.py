"""Writing down what the clock has ended. Nothing depends on it: reads compute the state."""

from user_manager.domain.call import Call
from user_manager.models import Access
from user_manager.selectors.ownership import over
from user_manager.services.departed_profiles import end_departed
from user_manager.services.expiry import write_expired
from user_manager.services.transaction import recording

_BATCH = 500


def sweep(call: Call) -> int:
    """Write EXPIRED and its event for everything that is over, and end what left the catalogue.

    Returns:
        how many accesses and requests ended.
    """
    count = end_departed(call)
    while expired := _sweep_batch(call):
        count += expired
    return count


def _sweep_batch(call: Call) -> int:
    with recording(call) as recorder:
        # what another transaction has locked is written by that one, or by the next sweep
        rows = (
            Access.objects.filter(over(call.now)).select_for_update(skip_locked=True).order_by("id")
        )
        accesses = list(rows[:_BATCH])
        write_expired(accesses, recorder)
        return len(accesses)
