"""State and effect of an access by the clock. What is stored may lag behind: nothing has to run."""

from datetime import datetime

from user_manager.domain.vocabulary import AccessState, Effect


def state_at(
    state: AccessState, *, until: datetime | None, pending_until: datetime | None, now: datetime
) -> AccessState:
    """Return the state of an access now.

    Args:
        state: the stored state.
        until: the end of an approved access; None without an end.
        pending_until: the time until which a request can be decided; None without an end.
        now: the time. At its `until` an access is over.
    """
    end = clock_end(state, until=until, pending_until=pending_until, now=now)
    return state if end is None else AccessState.EXPIRED


def clock_end(
    state: AccessState, *, until: datetime | None, pending_until: datetime | None, now: datetime
) -> datetime | None:
    """Return when the clock ended an access whose stored state does not say so yet, else None.

    The arguments are those of `state_at`.
    """
    ends = {AccessState.APPROVED: until, AccessState.PENDING: pending_until}
    end = ends.get(state)
    return end if end is not None and end <= now else None


def effect_at(effect: Effect, *, state: AccessState) -> Effect:
    """Return what the cluster makes of an access now.

    Args:
        effect: the stored effect. It is `NONE` for what was never approved and for external
            modules.
        state: the state now, from `state_at`.
    """
    if effect is Effect.NONE or state is AccessState.APPROVED:
        return effect
    return Effect.ENDED if effect is Effect.ENDED else Effect.ENDING
