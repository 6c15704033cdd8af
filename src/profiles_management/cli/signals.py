"""Signals that ask the command to end: Ctrl-C (SIGINT), SIGTERM and SIGHUP."""

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import replace
from types import FrameType

from profiles_management.reconcile.clock import SYSTEM, Clock

_MESSAGES = {
    "SIGINT": b"\nStopping; press Ctrl-C again to stop at once.\n",
    "SIGTERM": b"Stopping on SIGTERM; requests in flight are finished first.\n",
    "SIGHUP": b"Stopping on SIGHUP; requests in flight are finished first.\n",
}
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
# systemd sends SIGHUP right after SIGTERM, and a terminal that closes sends SIGHUP twice: that is
# one request.
_SAME_REQUEST = 1.0  # seconds


class Signals:
    """What the process was asked by signals.

    The first signal raises KeyboardInterrupt in the main thread, or after `hold` only makes
    `clock` end. A second one ends the process at once.

    Attributes:
        received: the number of the first signal, 0 for none.
    """

    def __init__(self) -> None:
        self.received = 0
        self._ending = threading.Event()
        self._held = False
        self._first = 0.0

    def watch(self) -> None:
        """Handle the signals that the process does not ignore, as it does under nohup.

        Only the main thread can call this.
        """
        # Windows has no SIGHUP.
        known = [number for number in signal.Signals if number.name in _MESSAGES]
        for number in known:
            if signal.getsignal(number) in _DEFAULTS:
                signal.signal(number, self._on_signal)

    def hold(self) -> None:
        """Raise nothing from now on: changes in flight have to be finished and reported."""
        self._held = True

    @property
    def clock(self) -> Clock:
        """The system's clock, which ends with the first signal."""
        return replace(SYSTEM, sleep=self._sleep, ending=self._ending.is_set)

    @property
    def exit_code(self) -> int:
        """128 and the number of the first signal: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.received

    def _sleep(self, seconds: float) -> None:
        self._ending.wait(seconds)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self.received:
            self._again(number)
            return
        self.received, self._first = number, time.monotonic()
        self._ending.set()
        with suppress(OSError):  # the terminal may be gone
            os.write(2, _MESSAGES[signal.Signals(number).name])
        if not self._held:
            raise KeyboardInterrupt

    def _again(self, number: int) -> None:
        if number == signal.SIGINT or time.monotonic() - self._first >= _SAME_REQUEST:
            os._exit(128 + number)
