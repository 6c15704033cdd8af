"""Durations of access, in the notation of ISO 8601: `P30D`, `PT8H`."""

import re
from datetime import timedelta
from typing import Final

from user_manager.domain.errors import Invalid

LONGEST: Final = timedelta(days=36_500)

_DURATION: Final = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>[0-9]{1,10})W)?(?:(?P<days>[0-9]{1,10})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,10})H)?(?:(?P<minutes>[0-9]{1,10})M)?"
    r"(?:(?P<seconds>[0-9]{1,10})S)?)?"
)
_SECONDS_OF: Final = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def parse_duration(text: str, path: str = "duration") -> timedelta:
    """Return the duration that a text means; it is positive and has whole seconds.

    Args:
        text: weeks, days, hours, minutes and seconds, such as `P1W2DT8H`. Months and years have no
            fixed length and are refused.
        path: where the text is, for the error.

    Raises:
        Invalid: this is not a duration, or not from one second to `LONGEST`.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise Invalid.at(
            path, "write weeks, days, hours, minutes or seconds in ISO 8601, such as P30D or PT8H"
        )
    numbers = {unit: int(number) for unit, number in match.groupdict("0").items()}
    seconds = sum(number * _SECONDS_OF[unit] for unit, number in numbers.items())
    if not 1 <= seconds <= LONGEST.total_seconds():
        raise Invalid.at(path, "must be from 1 second to {limit:,} days", limit=LONGEST.days)
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Return a positive duration of whole seconds in days, hours, minutes and seconds.

    `PT24H` becomes `P1D`, and `P1W` becomes `P7D`.
    """
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = _part(duration.days, "D")
    time = _part(hours, "H") + _part(minutes, "M") + _part(seconds, "S")
    return f"P{days}T{time}" if time else f"P{days}"


def _part(number: int, unit: str) -> str:
    return f"{number}{unit}" if number else ""
