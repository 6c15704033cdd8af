"""Whether this unit is still the leader, asked of Juju at that moment."""

from dataclasses import replace
from functools import partial

import ops

from profiles_management.reconcile.clock import Clock

LOST = "this unit is no longer the leader; the new leader applies the document"
UNKNOWN = "Juju does not say whether this unit is still the leader"


def while_leader(clock: Clock, unit: ops.Unit) -> Clock:
    """Return a clock by which a run stops once the unit is not the leader any more."""
    return replace(clock, stop_reason=partial(lost, unit))


def lost(unit: ops.Unit) -> str:
    """Return why this unit may not write any more, '' while it is the leader.

    Juju promises a unit that asks the next 30 seconds. What ops returns can be as old as that, so
    it is made to ask.
    """
    unit._backend._leader_check_time = None  # noqa: SLF001 - ops has no other way to ask again
    try:
        return "" if unit.is_leader() else LOST
    except ops.ModelError:
        return UNKNOWN
