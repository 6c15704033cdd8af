"""The months that a report is about. Pure."""

import re
from datetime import date
from typing import Final

from profiles_management.puhuri.mapping.usage_months import Period, month_after

_TREND: Final = 6
_MONTH: Final = re.compile(r"\d{4}-\d{2}", re.ASCII)


def month_of(text: str) -> date:
    """Return the first day of a month that is written as 2027-01.

    Raises:
        ValueError: it is no month, or so early that it has no trend.
    """
    if not _MONTH.fullmatch(text):
        raise ValueError("not a month")
    month = date.fromisoformat(f"{text}-01")
    month_after(month, -_TREND)
    return month


def trend_until(last: date) -> Period:
    """Return the months of a trend, of which the given one is the last."""
    return Period(month_after(last, 1 - _TREND), last)
