"""What the cluster makes of accesses: writing effects, with their events and notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from user_manager.domain.vocabulary import Effect, EventKind, NoticeKind
from user_manager.models import Access
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder

_LONGEST_DETAIL: Final = 300
_BATCH: Final = 500
_TOLD: Final = {
    Effect.IN_EFFECT: (EventKind.IN_EFFECT, NoticeKind.IN_EFFECT),
    Effect.REFUSED: (EventKind.REFUSED, NoticeKind.REFUSED),
    Effect.ENDED: (EventKind.ENDED, NoticeKind.ENDED),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an access in the cluster.

    Attributes:
        detail: why, for people; '' where there is nothing to say.
    """

    effect: Effect
    detail: str = ""


def set_effects(outcomes: Iterable[tuple[Access, Outcome]], recorder: Recorder) -> None:
    """Write the effects of locked accesses; those that stay the same are not written."""
    changed = []
    for access, outcome in outcomes:
        detail = outcome.detail[:_LONGEST_DETAIL]
        if (access.effect, access.effect_detail) == (outcome.effect, detail):
            continue
        is_new = access.effect != outcome.effect
        access.effect = outcome.effect
        access.effect_detail = detail
        changed.append(access)
        if is_new:
            _announce(access, outcome.effect, recorder)
    fields = ["effect", "effect_detail", "applied_at"]
    Access.objects.bulk_update(changed, fields, batch_size=_BATCH)


def _announce(access: Access, effect: Effect, recorder: Recorder) -> None:
    if effect is Effect.IN_EFFECT:
        access.applied_at = recorder.call.now
    if effect in _TOLD:
        event, notice = _TOLD[effect]
        recorder.record(event, access=access)
        notify(notice, access, recorder)
