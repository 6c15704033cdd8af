"""Retries of calls whose failure can pass by itself, with backoff, jitter and a deadline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import tenacity

from profiles_management.reconcile.clock import Clock

T = TypeVar("T")


class Passing(Exception):
    """A failure that can pass by itself, such as a lost connection or an overloaded server.

    Attributes:
        seconds: the wait that the server asked for, or 0.
        sent: whether the request may have been executed although no answer came.
        remedy: what to check if the failure stays, '' where nothing is known.
    """

    def __init__(
        self, message: str, *, seconds: float = 0.0, sent: bool = False, remedy: str = ""
    ) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.seconds = seconds
        self.sent = sent


_IF_PASSING: Final = tenacity.retry_if_exception_type(Passing)


@dataclass(frozen=True, slots=True)
class Retry:
    """Calls again after a failure that can pass by itself.

    Attributes:
        clock: the time, and whether the program is asked to end.
        attempts: the most calls.
        longest: the longest wait in seconds. It is short compared with a deadline of minutes, so
            that a server that recovers is soon used again.
    """

    clock: Clock
    attempts: int = 6
    longest: float = 10.0

    def __call__(self, call: Callable[[], T], *, deadline: float) -> T:
        """Return the result of a call, which is repeated while it raises Passing.

        Args:
            call: the call; raises Passing for a failure that can pass by itself.
            deadline: the reading of `clock.monotonic` after which no call is made.

        Raises:
            Passing: the last failure, after the last attempt, at the deadline, or when the program
                is asked to end.
        """
        backoff = tenacity.wait_random_exponential(multiplier=0.2, max=self.longest)

        def wait(state: tenacity.RetryCallState) -> float:
            return max(_requested_wait(state), backoff(state))

        def is_over(state: tenacity.RetryCallState) -> bool:
            if state.attempt_number >= self.attempts or self.clock.ending():
                return True
            return self.clock.monotonic() + state.upcoming_sleep > deadline

        retrying = tenacity.Retrying(
            retry=_IF_PASSING,
            wait=wait,
            stop=is_over,
            sleep=self.clock.sleep,
            reraise=True,
        )
        try:
            return retrying(call)
        finally:
            # Its actions refer back to it. This cycle for each request made the garbage collector
            # run twice as often in a first apply of 1,000 profiles.
            retrying.iter_state.reset()


def _requested_wait(state: tenacity.RetryCallState) -> float:
    """Return the seconds that a server asked to wait, 0 for none."""
    failure = state.outcome.exception() if state.outcome is not None else None
    return failure.seconds if isinstance(failure, Passing) else 0.0
