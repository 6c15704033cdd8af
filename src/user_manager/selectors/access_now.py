"""What an access is at a time, whether or not a sweep has written it down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from user_manager.domain.access_clock import clock_end, effect_at
from user_manager.domain.reviews import review_due_at
from user_manager.domain.vocabulary import AccessState, Effect
from user_manager.models import Access


@dataclass(frozen=True, slots=True)
class AccessNow:
    """An access at a time.

    Attributes:
        effect_detail: why the effect is so, for people; '' where there is nothing to say.
        ended_at: when it ended; None if it has not.
    """

    access: Access
    state: AccessState
    effect: Effect
    effect_detail: str
    ended_at: datetime | None

    @property
    def review_due(self) -> datetime | None:
        """By when somebody has to confirm that it is still needed; None for never."""
        access = self.access
        return review_due_at(self.state, review_due=access.review_due, until=access.until)

    @classmethod
    def of(cls, access: Access, now: datetime) -> Self:
        """Return an access as it is at a time."""
        state = AccessState(access.state)
        clocked = clock_end(state, until=access.until, pending_until=access.pending_until, now=now)
        if clocked is not None:
            state = AccessState.EXPIRED
        effect = effect_at(Effect(access.effect), state=state)
        # the stored detail is about the stored effect
        detail = access.effect_detail if effect == access.effect else ""
        return cls(access, state, effect, detail, access.ended_at or clocked)
