"""By when an access has to be reviewed."""

from datetime import UTC, datetime, timedelta

import pytest

from user_manager.domain.errors import Invalid
from user_manager.domain.reviews import check_review_days, next_review, review_due_at
from user_manager.domain.vocabulary import AccessState

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("days", [None, 1, 90, 3_650])
def test_accesses_are_reviewed_every_day_to_every_ten_years_or_never(days):
    check_review_days(days)


@pytest.mark.parametrize("days", [0, -1, 3_651])
def test_other_numbers_of_days_are_refused(days):
    with pytest.raises(Invalid, match="review_days: must be from 1 to 3,650 days"):
        check_review_days(days)


def test_the_next_review_is_so_many_days_from_now():
    assert next_review(90, now=NOW) == NOW + 90 * DAY
    assert next_review(None, now=NOW) is None


@pytest.mark.parametrize(
    ("state", "due", "until", "shown"),
    [
        (AccessState.APPROVED, NOW, None, NOW),
        (AccessState.APPROVED, NOW, NOW + DAY, NOW),
        (AccessState.APPROVED, NOW, NOW, None),
        (AccessState.APPROVED, NOW, NOW - DAY, None),
        (AccessState.APPROVED, None, None, None),
        (AccessState.REVOKED, NOW, None, None),
        (AccessState.EXPIRED, NOW, NOW + DAY, None),
    ],
)
def test_a_review_is_due_of_an_access_that_lasts_until_then(state, due, until, shown):
    assert review_due_at(state, review_due=due, until=until) == shown
