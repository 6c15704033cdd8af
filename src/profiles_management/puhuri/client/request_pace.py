"""A limit of our own to the requests in a second."""

import threading

from profiles_management.reconcile.clock import Clock


class RequestPace:
    """Keeps to a number of requests a second; threads share it.

    Args:
        rate: the number, 0 for no limit.
    """

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be sent."""
        if not self._interval:
            return
        with self._lock:
            now = self._clock.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        if start > now:
            self._clock.sleep(start - now)
