"""Waiting in tests: check again and again until a condition holds, or until the deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_FIRST, _LONGEST = 0.005, 0.1


class TooLate(AssertionError):
    """The condition did not hold in time; the message has it and the last observation."""


def wait_for(
    what: str,
    look: Callable[[], T],
    *,
    seconds: float = 60.0,
    instead: Callable[[], object] | None = None,
) -> T:
    """Wait until `look` returns a true value; return that value.

    Args:
        seconds: much longer than it takes, as machines differ: a profile controller that was
            away, for example, looks at every Profile again.
        instead: tells what there is instead, should it not become so; without it what `look`
            returned last.

    Raises:
        TooLate: it was not within the time.
    """
    until, pause = time.monotonic() + seconds, _FIRST
    while not (found := look()):
        if time.monotonic() > until:
            raise TooLate(
                f"waited {seconds:g} s for {what}; there is: {instead() if instead else repr(found)}"
            )
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)
    return found
