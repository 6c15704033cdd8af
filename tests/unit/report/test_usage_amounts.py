"""How amounts, shares and trends are written."""

from datetime import date
from decimal import Decimal

import pytest

from profiles_management.puhuri.mapping.usage_months import Period, limited_period
from profiles_management.report.usage.usage_amounts import (
    amount,
    bar_text,
    grouped_text,
    percent_text,
    plain_text,
    total,
    trend_text,
)
from profiles_management.report.usage.usage_period import month_of, trend_until


@pytest.mark.parametrize(
    ("quantity", "plain", "grouped"),
    [
        (0, "0", "0"),
        (100, "100", "100"),
        (-1, "-1", "-1"),
        (Decimal("-0.5"), "-0.5", "-0.5"),
        (Decimal("12500.50"), "12500.5", "12,500.5"),
        (Decimal("1E-999"), "0", "0"),
        (10**20, "1" + "0" * 20, "100,000,000,000,000,000,000"),
    ],
)
def test_an_amount_is_written_without_an_exponent(quantity, plain, grouped):
    assert plain_text(amount(quantity)) == plain
    assert grouped_text(amount(quantity)) == grouped


def test_sums_are_exact():
    parts = [amount(10**20), *[amount(Decimal("0.01"))] * 3]

    assert plain_text(total(parts)) == "100000000000000000000.03"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, ""),
        ("0", "0%"),
        ("0.0001", "<1%"),
        ("0.01", "1%"),
        ("0.9999", "99%"),
        ("1", "100%"),
        ("1.0001", "101%"),
        ("9.99", "999%"),
        ("1E+20", ">999%"),
        ("-0.5", "-50%"),
    ],
)
def test_only_the_whole_limit_is_100_percent(share, text):
    assert percent_text(None if share is None else Decimal(share)) == text


@pytest.mark.parametrize(
    ("share", "bar"),
    [("0", "░░░░░░░░"), ("0.5", "████░░░░"), ("7", "████████"), ("-1", "░░░░░░░░")],
)
def test_a_bar_has_one_width(share, bar):
    assert bar_text(Decimal(share)) == bar


def test_a_trend_shows_months_without_usage_apart_from_little_usage():
    assert trend_text([Decimal(part) for part in (-1, 0, 1, 40, 80)]) == "··▁▄█"
    assert trend_text([Decimal(0)] * 2) == "··"


@pytest.mark.parametrize(
    ("name", "first"), [("month", 11), ("quarterly", 10), ("annual", 1), ("total", None)]
)
def test_a_limit_begins_again_with_its_period(name, first):
    last = date(2026, 11, 1)

    expected = None if first is None else Period(date(2026, first, 1), last)
    assert limited_period(name, last) == expected


def test_a_trend_can_begin_in_the_year_before():
    months = [str(Period(month, month)) for month in trend_until(month_of("2027-02")).months()]

    assert months == ["2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-02"]


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-1", "2026-11-01", "0001-01", "٢٠٢٦-11", "2026-11\n"]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        month_of(text)
