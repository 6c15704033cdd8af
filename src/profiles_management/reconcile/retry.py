"""What can pass by itself is tried again: with backoff, jitter and a deadline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity
from tenacity.stop import stop_base

from profiles_management.reconcile.clock import Clock

T = TypeVar("T")


class Passing(Exception):
    """A failure that can pass by itself: 429, 5xx, a lost connection.

    Attributes:
        seconds: how long the server asked to wait (Retry-After), or 0.
        sent: whether the request may have been carried out although no answer came.
        remedy: what to check where it does not pass, '' where nothing is known.
    """

    def __init__(
        self, message: str, *, seconds: float = 0.0, sent: bool = False, remedy: str = ""
    ) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.seconds = seconds
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long to try. Durations are seconds.

    The longest wait is kept short beside a deadline of minutes, so that a server that recovers is
    soon used again.
    """

    clock: Clock
    attempts: int = 6
    longest: float = 10.0

    def __call__(self, call: Callable[[int], T], *, deadline: float) -> T:
        """Return `call(n)`, n being how often it was tried before.

        Args:
            call: what to try; raises Passing for what can pass.
            deadline: the reading of `clock.monotonic` after which nothing is tried again.

        Raises:
            Passing: the last failure, once attempts or time are used up, or the program is asked to
                end.
        """
        backoff = tenacity.wait_random_exponential(multiplier=0.2, max=self.longest)

        def wait(state: tenacity.RetryCallState) -> float:
            failure = state.outcome.exception() if state.outcome else None
            asked = failure.seconds if isinstance(failure, Passing) else 0.0
            return max(asked, backoff(state))

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            wait=wait,
            stop=tenacity.stop_any(
                tenacity.stop_after_attempt(self.attempts), _Late(self.clock, deadline)
            ),
            sleep=self.clock.sleep,
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                return call(attempt.retry_state.attempt_number - 1)
        raise AssertionError("tenacity either returns or raises")


class _Late(stop_base):
    """Stops where the next wait would end after the deadline, and where the program is asked to end."""

    def __init__(self, clock: Clock, deadline: float) -> None:
        self.clock = clock
        self.deadline = deadline

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        return (
            self.clock.ending()
            or self.clock.monotonic() + retry_state.upcoming_sleep > self.deadline
        )
