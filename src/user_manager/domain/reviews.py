"""Reviews: by when somebody has to confirm that a person still needs an access."""

from datetime import datetime, timedelta
from typing import Final

from user_manager.domain.errors import Invalid
from user_manager.domain.vocabulary import AccessState

LONGEST_REVIEW_DAYS: Final = 3_650


def check_review_days(days: int | None) -> None:
    """Check how often the accesses to a module are reviewed. None is never.

    Raises:
        Invalid: it is not from one day to `LONGEST_REVIEW_DAYS`.
    """
    if days is not None and not 1 <= days <= LONGEST_REVIEW_DAYS:
        raise Invalid.at(
            "review_days", "must be from 1 to {limit:,} days", limit=LONGEST_REVIEW_DAYS
        )


def next_review(review_days: int | None, *, now: datetime) -> datetime | None:
    """Return by when an access that was approved or reviewed now has to be reviewed again.

    Args:
        review_days: how often the accesses to the module are reviewed; None for never.
        now: the time of the approval or the review.
    """
    return None if review_days is None else now + timedelta(days=review_days)


def review_due_at(
    state: AccessState, *, review_due: datetime | None, until: datetime | None
) -> datetime | None:
    """Return by when an access has to be reviewed. None for never, as where it ends before.

    Args:
        state: the state now.
        review_due: the stored time.
        until: the end of the access; None without an end.
    """
    if state is not AccessState.APPROVED or review_due is None:
        return None
    ends_before = until is not None and until <= review_due
    return None if ends_before else review_due
