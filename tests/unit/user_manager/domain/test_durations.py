"""Durations in ISO 8601."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.durations import LONGEST, format_duration, parse_duration
from user_manager.domain.errors import Invalid


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P30D", 30 * 86_400),
        ("PT8H", 8 * 3_600),
        ("P1W", 7 * 86_400),
        ("P1W1DT1H1M1S", 8 * 86_400 + 3_661),
        ("PT90M", 5_400),
        ("PT1S", 1),
        ("P0DT5S", 5),
        ("P007D", 7 * 86_400),
    ],
)
def test_weeks_days_hours_minutes_and_seconds_are_read(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1DT", "1D", "30", "P1M", "P1Y", "P1.5D", "PT0.5S", "P-1D", "-P1D"),
        *("p1d", " P1D", "P1D ", "P1D\n", "P1D\0", "P1H", "PT1D", "P1D1W", "\u0660", "P\u0661D"),
        *("P+1D", "P1_0D", f"P{'9' * 5_000}D", "P1DT1H1H", "\ud800"),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(Invalid, match="duration: write weeks, days"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["P0D", "PT0S", "P36501D", "P36500DT1S", "P9999999999W"])
def test_a_duration_is_positive_and_at_most_a_hundred_years(text):
    with pytest.raises(Invalid, match=r"must be from 1 second to 36,500 days"):
        parse_duration(text)


def test_an_error_has_the_path_of_the_value():
    with pytest.raises(Invalid) as error:
        parse_duration("P1M", "max_duration")

    assert error.value.errors[0].path == "max_duration"


@pytest.mark.parametrize(
    ("text", "printed"),
    [("PT24H", "P1D"), ("P1W", "P7D"), ("PT3600S", "PT1H"), ("PT90061S", "P1DT1H1M1S")],
)
def test_durations_are_printed_in_days_hours_minutes_and_seconds(text, printed):
    assert format_duration(parse_duration(text)) == printed


@given(st.integers(1, int(LONGEST.total_seconds())))
def test_what_is_printed_is_read_as_the_same_duration(seconds):
    duration = timedelta(seconds=seconds)

    assert parse_duration(format_duration(duration)) == duration


@given(st.text())
def test_no_text_ends_in_anything_but_a_duration_or_invalid(text):
    try:
        duration = parse_duration(text)
    except Invalid:
        return
    assert timedelta(0) < duration <= LONGEST
