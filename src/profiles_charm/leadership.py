"""Whether this unit is still the leader, as Juju says at that moment."""

from dataclasses import replace
from functools import partial

import ops

from profiles_management.reconcile.clock import Clock

LOST = "this unit is no longer the leader; the new leader applies the document"
UNKNOWN = "Juju does not report whether this unit is still the leader"


def while_leader(clock: Clock, unit: ops.Unit) -> Clock:
    """Return a clock that stops a run when the unit is no longer the leader."""
    return replace(clock, stop_reason=partial(lost, unit))


def lost(unit: ops.Unit) -> str:
    """Return why this unit may not write any more, '' while it is the leader.

    Juju guarantees leadership for 30 seconds after a unit asked. The answer that ops keeps can be
    that old, so ops is made to ask again.
    """
    unit._backend._leader_check_time = None  # noqa: SLF001 - ops has no other way to ask again
    try:
        return "" if unit.is_leader() else LOST
    except ops.ModelError:
        return UNKNOWN
