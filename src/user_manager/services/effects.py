"""What the cluster makes of accesses: writing effects, with their events and notices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from user_manager.domain.vocabulary import Effect, EventKind, NoticeKind
from user_manager.models import Access
from user_manager.services.notices import notify
from user_manager.services.transaction import Recorder

_LONGEST_DETAIL: Final = 300
_BATCH: Final = 500  # ids that a database takes in one query
_ANNOUNCED: Final = {
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
    changed: dict[Outcome, list[str]] = defaultdict(list)
    for access, given in outcomes:
        outcome = Outcome(given.effect, given.detail[:_LONGEST_DETAIL])
        if (access.effect, access.effect_detail) == (outcome.effect, outcome.detail):
            continue
        is_new = access.effect != outcome.effect
        access.effect = outcome.effect
        access.effect_detail = outcome.detail
        changed[outcome].append(access.id)
        if is_new:
            _announce(access, outcome.effect, recorder)
    for outcome, ids in changed.items():
        _write(outcome, ids, recorder)


def _write(outcome: Outcome, ids: Sequence[str], recorder: Recorder) -> None:
    """Write one outcome for many accesses. Most of them have the same one."""
    values: dict[str, object] = {"effect": outcome.effect, "effect_detail": outcome.detail}
    if outcome.effect is Effect.IN_EFFECT:
        values["applied_at"] = recorder.call.now
    for start in range(0, len(ids), _BATCH):
        Access.objects.filter(id__in=ids[start : start + _BATCH]).update(**values)


def _announce(access: Access, effect: Effect, recorder: Recorder) -> None:
    if effect in _ANNOUNCED:
        event, notice = _ANNOUNCED[effect]
        recorder.record(event, access=access)
        notify(notice, access, recorder)
