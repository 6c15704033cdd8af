"""An access as pages show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from user_manager.domain.access_types import from_mask
from user_manager.domain.vocabulary import AccessState
from user_manager.models import Access
from user_manager.selectors.access_now import AccessNow
from user_manager.web.words import LEVELS, SETTLING, Status, Text, status_of


@dataclass(frozen=True, slots=True)
class AccessView(AccessNow):
    """An access at the time of the page, in words."""

    @property
    def status(self) -> Status:
        """The badge."""
        return status_of(self.state, self.effect)

    @property
    def level(self) -> Text:
        """The name of the highest type."""
        return LEVELS[max(from_mask(self.access.types))]

    @property
    def settles(self) -> bool:
        """Whether the effect will change by itself."""
        return self.effect in SETTLING

    @property
    def is_pending(self) -> bool:
        """Whether it waits for a decision."""
        return self.state is AccessState.PENDING

    @property
    def is_held(self) -> bool:
        """Whether it is approved and not over."""
        return self.state is AccessState.APPROVED


def view_of(access: Access, now: datetime) -> AccessView:
    """Return an access as it is at a time."""
    return AccessView.of(access, now)


def views_of(accesses: Iterable[Access], now: datetime) -> list[AccessView]:
    """Return several accesses as they are at a time."""
    return [view_of(access, now) for access in accesses]
