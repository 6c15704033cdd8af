"""Time as something that is handed in: tests bring their own, programs take `SYSTEM`."""

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


SYSTEM = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=time.sleep)
