"""Time: a clock that is handed in (tests bring their own, programs take `SYSTEM`), and moments."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _never() -> bool:
    return False


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and whether it is up.

    Attributes:
        now: the time of day, with a zone.
        monotonic: seconds that only grow.
        sleep: waits seconds, or until the program is asked to end.
        ending: whether the program was asked to end. What is in flight is finished, nothing new is
            begun.
        stop_reason: returns why this program may not write any more, '' while it may. It is asked
            again before anything but a revocation is sent; where it gives a reason, nothing new is
            begun.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    ending: Callable[[], bool] = _never
    stop_reason: Callable[[], str] = _nothing


def read_moment(text: object) -> datetime | None:
    """Return the moment that a program wrote, in UTC.

    What people write in a document or an option is read by `pmr.until`.

    Args:
        text: in ISO 8601 with a zone, such as 2027-01-31T18:00:00Z.

    Returns:
        None for anything else, and for a moment outside the calendar.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


SYSTEM = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=time.sleep)
