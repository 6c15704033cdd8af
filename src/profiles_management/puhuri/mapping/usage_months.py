"""Months of usage, and those in which usage counts against a limit. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final = 12
_QUARTER: Final = 3


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months.

    Attributes:
        first, last: the first day of the first month and of the last one, which is included.
    """

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return month_text(self.last)
        return f"{month_text(self.first)} to {month_text(self.last)}"

    def has(self, month: date | None) -> bool:
        """Return whether a month, given by its first day, is in the period."""
        return month is not None and self.first <= month <= self.last

    def ends_before(self, month: date | None) -> bool:
        """Return whether a month is later than the period."""
        return month is not None and month > self.last

    def months(self) -> Iterator[date]:
        """Yield the first day of each month."""
        number = (self.last.year - self.first.year) * _MONTHS + self.last.month - self.first.month
        yield from (month_after(self.first, index) for index in range(number + 1))


def month_text(month: date) -> str:
    """Return a month as people write it, such as 2027-01."""
    return f"{month:%Y-%m}"


def month_after(month: date, number: int) -> date:
    """Return the first day of the month that is some months later, or earlier.

    Raises:
        ValueError: it is before the year 1 or after the year 9999.
    """
    years, index = divmod(month.month - 1 + number, _MONTHS)
    return date(month.year + years, index + 1, 1)


def limited_period(limit_period: str, last: date) -> Period | None:
    """Return in which months usage counts against a limit; None for all months.

    Args:
        limit_period: after which time the used amount starts at 0 again, as the portal has it.
        last: the first day of the last month that is counted.
    """
    if limit_period == "month":
        return Period(last, last)
    if limit_period == "quarterly":
        return Period(month_after(last, -((last.month - 1) % _QUARTER)), last)
    if limit_period == "annual":
        return Period(last.replace(month=1), last)
    return None
