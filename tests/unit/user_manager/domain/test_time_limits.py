"""How long an access lasts: asked, limited, shortened."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.errors import Invalid, Precondition
from user_manager.domain.limits import (
    AskedTime,
    check_absence,
    check_asked,
    end_at_approval,
    end_of_request,
    ends_later,
    shortest_limit,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOTHING = AskedTime()


def approved(asked, *, decided=None, limit=None, now=NOW):
    return end_at_approval(asked, decided=decided, limit=limit, now=now)


@pytest.mark.parametrize(
    ("of_module", "of_setting", "limit"),
    [
        (None, None, None),
        (DAY, None, DAY),
        (None, DAY, DAY),
        (DAY, 2 * DAY, DAY),
        (DAY, SECOND, SECOND),
    ],
)
def test_the_shorter_limit_of_module_and_setting_counts(of_module, of_setting, limit):
    assert shortest_limit(of_module, of_setting) == limit


def test_an_absence_ends_in_the_future_and_within_90_days():
    check_absence(NOW + SECOND, now=NOW)
    check_absence(NOW + 90 * DAY, now=NOW)
    for until in (NOW, NOW - DAY, NOW + 90 * DAY + SECOND):
        with pytest.raises(Invalid, match=r"^until: "):
            check_absence(until, now=NOW)


@pytest.mark.parametrize(
    "asked", [NOTHING, AskedTime(duration=30 * DAY), AskedTime(until=NOW + 30 * DAY)]
)
@pytest.mark.parametrize("limit", [None, 30 * DAY])
def test_what_fits_the_limit_may_be_asked(asked, limit):
    check_asked(asked, limit=limit, now=NOW)


@pytest.mark.parametrize(
    ("asked", "limit", "message"),
    [
        (AskedTime(DAY, NOW + DAY), None, "until: give either a duration or an end, not both"),
        (AskedTime(until=NOW), None, "until: is in the past"),
        (AskedTime(until=NOW - DAY), 30 * DAY, "until: is in the past"),
        (AskedTime(31 * DAY), 30 * DAY, "duration: at most P30D is allowed in this module"),
        (AskedTime(until=NOW + 30 * DAY + SECOND), 30 * DAY, "until: at most P30D is allowed"),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_asked(asked, limit, message):
    with pytest.raises(Invalid, match=message):
        check_asked(asked, limit=limit, now=NOW)


def test_a_duration_counts_from_approval():
    assert approved(AskedTime(DAY), now=NOW + 5 * DAY) == NOW + 6 * DAY


def test_an_end_stays_where_it_was_asked():
    assert approved(AskedTime(until=NOW + 9 * DAY), now=NOW + 5 * DAY) == NOW + 9 * DAY


def test_without_a_limit_an_access_may_have_no_end():
    assert approved(NOTHING) is None


def test_a_limit_is_taken_from_approval_where_nothing_was_asked():
    assert approved(NOTHING, limit=DAY, now=NOW + 5 * DAY) == NOW + 6 * DAY


@pytest.mark.parametrize("asked", [AskedTime(30 * DAY), AskedTime(until=NOW + 30 * DAY)])
def test_a_limit_that_was_reduced_after_the_request_counts(asked):
    assert approved(asked, limit=DAY) == NOW + DAY


def test_an_end_is_rounded_down_to_whole_seconds():
    assert approved(AskedTime(DAY), now=NOW + timedelta(microseconds=999_999)) == NOW + DAY


@pytest.mark.parametrize("asked", [NOTHING, AskedTime(DAY), AskedTime(until=NOW + DAY)])
def test_the_decider_may_shorten(asked):
    assert approved(asked, decided=NOW + SECOND) == NOW + SECOND


@pytest.mark.parametrize(
    ("asked", "limit"),
    [(AskedTime(DAY), None), (AskedTime(until=NOW + DAY), None), (NOTHING, DAY)],
)
def test_the_decider_may_not_prolong(asked, limit):
    with pytest.raises(Invalid, match="until: must not be later than what was asked, 2026-06-02"):
        approved(asked, decided=NOW + DAY + SECOND, limit=limit)


@pytest.mark.parametrize("decided", [NOW, NOW - SECOND])
def test_the_decider_may_not_end_it_in_the_past(decided):
    with pytest.raises(Invalid, match="until: is in the past"):
        approved(NOTHING, decided=decided)


def test_what_was_asked_until_yesterday_cannot_be_approved():
    with pytest.raises(Precondition, match="until 2026-05-31T00:00:00Z, which is past"):
        approved(AskedTime(until=NOW - DAY))


def test_a_request_is_open_until_the_setting_or_its_own_end():
    later = NOW + timedelta(microseconds=5)

    assert end_of_request(NOTHING, now=later, pending=14 * DAY) == NOW + 14 * DAY
    assert end_of_request(AskedTime(until=NOW + DAY), now=later, pending=14 * DAY) == NOW + DAY
    assert end_of_request(AskedTime(DAY), now=later, pending=14 * DAY) == NOW + 14 * DAY


@pytest.mark.parametrize(
    ("end", "held", "later"),
    [
        (None, NOW, True),
        (NOW + DAY, NOW, True),
        (NOW, NOW, False),
        (NOW, NOW + DAY, False),
        (NOW, None, False),
        (None, None, False),
    ],
)
def test_a_renewal_ends_later_than_what_is_held(end, held, later):
    assert ends_later(end, held) is later


LIMITS = st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds))
ASKED = LIMITS.map(AskedTime) | st.integers(1, 10**6).map(
    lambda seconds: AskedTime(until=NOW + timedelta(seconds=seconds))
)


@given(ASKED, LIMITS)
def test_an_access_never_lasts_longer_than_asked_and_allowed(asked, limit):
    end = approved(asked, limit=limit)

    bounds = [NOW + length for length in (asked.duration, limit) if length is not None]
    bounds += [asked.until] if asked.until is not None else []
    assert end == min(bounds, default=None)
