"""Time as something that is handed in: tests bring their own, programs take `SYSTEM`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Attributes: `now` the time of day, with a zone; `monotonic` seconds that only grow; `sleep` waits seconds."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


SYSTEM = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=time.sleep)
