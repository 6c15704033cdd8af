"""State and effect of an access by the clock. What is stored may lag behind: nothing has to run."""

from datetime import datetime

from user_manager.domain.vocabulary import AccessState, Effect


def clock_end(
    state: AccessState, *, until: datetime | None, pending_until: datetime | None, now: datetime
) -> datetime | None:
    """Return when the clock ended an access whose stored state does not say so yet, else None.

    Args:
        state: the stored state.
        until: the end of an approved access; None without an end.
        pending_until: the time until which a request can be decided; None without an end.
        now: the time. At its `until` an access is over.
    """
    ends = {AccessState.APPROVED: until, AccessState.PENDING: pending_until}
    end = ends.get(state)
    return end if end is not None and end <= now else None


def effect_at(effect: Effect, *, state: AccessState) -> Effect:
    """Return what the cluster makes of an access now.

    Args:
        effect: the stored effect. It is `NONE` for what was never approved and for external
            modules.
        state: the state now.
    """
    if effect is Effect.NONE or state is AccessState.APPROVED:
        return effect
    return Effect.ENDED if effect is Effect.ENDED else Effect.ENDING
