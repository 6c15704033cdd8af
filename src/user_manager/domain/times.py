"""Times in the notation of RFC 3339: any offset is read, UTC in whole seconds is printed."""

import re
from datetime import UTC, datetime
from typing import Final

from user_manager.domain.errors import Invalid

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
END_OF_TIMES: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Times are before this one: a year is left for time zones and sums."""

_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.\d{1,12})?([Zz]|[+-]\d\d:[0-5]\d)",
    re.ASCII,
)


def parse_time(text: str, path: str = "until") -> datetime:
    """Return the time that a text means, in UTC and whole seconds; fractions are cut off.

    Args:
        text: a date and a time with an offset, such as `2026-12-31T18:00:00+03:00`.
        path: where the text is, for the error.

    Raises:
        Invalid: this is not such a time, or not between `EARLIEST` and `END_OF_TIMES`.
    """
    time = _read(text, path)
    if not EARLIEST <= time < END_OF_TIMES:
        raise Invalid.at(
            path, "must be from {first} to {last}", first=EARLIEST.year, last=END_OF_TIMES.year - 1
        )
    return time


def parse_distant_time(text: str, path: str = "until") -> datetime | None:
    """Return an end of access that other software wrote, which may be centuries away.

    An end before `EARLIEST` is that time; one at `END_OF_TIMES` or later is None, no end.

    Raises:
        Invalid: this is not a time; see `parse_time`.
    """
    time = _read(text, path)
    return max(time, EARLIEST) if time < END_OF_TIMES else None


def _read(text: str, path: str) -> datetime:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Invalid.at(path, "write a time with an offset, such as 2026-12-31T18:00:00Z")
    date, time, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{date}T{time}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid.at(path, "this time does not exist") from None


def format_time(time: datetime) -> str:
    """Return a time with an offset as RFC 3339 in UTC: `2026-12-31T00:00:00Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
