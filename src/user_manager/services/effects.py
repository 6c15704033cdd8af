"""What the cluster makes of accesses: writing an effect, with its event and notice."""

from typing import Final

from user_manager.domain.vocabulary import Effect, EventKind
from user_manager.models import Access
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder

_LONGEST_DETAIL: Final = 300
_EVENTS: Final = {
    Effect.IN_EFFECT: EventKind.IN_EFFECT,
    Effect.REFUSED: EventKind.REFUSED,
    Effect.ENDED: EventKind.ENDED,
}


def set_effect(access: Access, effect: Effect, detail: str, recorder: Recorder) -> None:
    """Write the effect of a locked access; nothing happens if it is the same.

    Args:
        detail: why, for people; '' where there is nothing to say.
    """
    detail = detail[:_LONGEST_DETAIL]
    if (access.effect, access.effect_detail) == (effect, detail):
        return
    is_new = access.effect != effect
    access.effect = effect
    access.effect_detail = detail
    if is_new and effect is Effect.IN_EFFECT:
        access.applied_at = recorder.call.now
    access.save(update_fields=["effect", "effect_detail", "applied_at"])
    kind = _EVENTS.get(effect)
    if is_new and kind is not None:
        recorder.record(kind, access=access)
        notify(kind, access, recorder)
