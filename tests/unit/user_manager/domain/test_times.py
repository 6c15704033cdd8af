"""Times in RFC 3339."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.durations import LONGEST
from user_manager.domain.errors import Invalid
from user_manager.domain.times import (
    EARLIEST,
    END_OF_TIMES,
    format_time,
    parse_distant_time,
    parse_time,
)

OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-31T00:00:00Z",
        "2026-12-31t00:00:00z",
        "2026-12-31T03:00:00+03:00",
        "2026-12-30T18:30:00-05:30",
        "2026-12-31T00:00:00-00:00",
        "2026-12-31T00:00:00.999999999Z",
    ],
)
def test_any_offset_is_read_and_whole_seconds_in_utc_are_printed(text):
    assert format_time(parse_time(text)) == "2026-12-31T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-12-31", "2026-12-31T00:00:00", "2026-12-31T00:00Z", "2026-12-31 00:00:00Z"),
        *("20261231T000000Z", "2026-12-31T00:00:00+03", "2026-12-31T00:00:00+0300", "1798675200"),
        *("2026-12-31T00:00:00,5Z", " 2026-12-31T00:00:00Z", "2026-12-31T00:00:00Z\n"),
        *("2026-12-31T00:00:00.Z", "2026-W53-4T00:00:00Z", "\u0662026-12-31T00:00:00Z", "tomorrow"),
        *("2026-12-30T24:00:00Z", "2026-01-01T00:00:00+05:60"),
        *("2026-12-31T00:00:00\0Z", "2026-12-31T00:00:00Z" * 1_000, "+02026-12-31T00:00:00Z"),
    ],
)
def test_naive_times_bare_dates_and_other_notations_are_refused(text):
    with pytest.raises(Invalid, match="until: write a time with an offset"):
        parse_time(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T00:60:00Z"),
        *("2026-06-30T23:59:60Z", "2026-01-01T00:00:00+24:00", "0000-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_in_no_calendar_is_refused(text):
    with pytest.raises(Invalid, match="this time does not exist"):
        parse_time(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]
)
def test_times_near_the_ends_of_the_calendar_are_refused(text):
    with pytest.raises(Invalid, match="must be from 1970 to 9998"):
        parse_time(text)


@given(
    st.datetimes(
        EARLIEST.replace(tzinfo=None) + timedelta(days=1),
        END_OF_TIMES.replace(tzinfo=None) - timedelta(days=1, seconds=1),
        timezones=OFFSETS,
    )
)
def test_every_time_is_read_as_it_is(time):
    parsed = parse_time(time.isoformat(timespec="microseconds"))

    assert parsed == time.replace(microsecond=0)
    assert parsed.utcoffset() == timedelta(0)
    assert parse_time(format_time(parsed)) == parsed


@given(st.text())
def test_no_text_ends_in_anything_but_a_time_or_invalid(text):
    try:
        time = parse_time(text)
    except Invalid:
        return
    assert EARLIEST <= time < END_OF_TIMES


def test_the_longest_duration_after_today_is_a_time():
    end = datetime(2100, 1, 1, tzinfo=UTC) + LONGEST

    assert parse_time(format_time(end)) == end


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("9999-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00Z", EARLIEST),
        ("2026-12-31T00:00:00Z", datetime(2026, 12, 31, tzinfo=UTC)),
    ],
)
def test_an_end_of_other_software_may_be_centuries_away(text, time):
    assert parse_distant_time(text) == time
