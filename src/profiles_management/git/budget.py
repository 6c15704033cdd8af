"""How long one reading of a repository may take, and how much may be received. Pure but for the clock handed in."""

from __future__ import annotations

from collections.abc import Callable

from profiles_management.pmr.problems import GitError


class Budget:
    """What is left of a deadline and of a number of bytes.

    Args:
        clock: seconds that only grow.
        seconds: how long everything may take from now on.
        most: how many bytes one attempt may receive.
    """

    def __init__(self, clock: Callable[[], float], seconds: float, most: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._received = 0
        self.deadline = clock() + seconds

    def anew(self) -> None:
        """Forget what was received: another attempt begins. The deadline stays."""
        self._received = 0

    def left(self) -> float:
        """Return the seconds that are left, always more than 0.

        Raises:
            GitError: none are.
        """
        left = self.deadline - self._clock()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> GitError:
        """Return the error to raise when time is up."""
        what = (
            f"it was not read within {self._seconds:g} seconds. Try again later, or allow it more."
        )
        return GitError(what, passing=True)

    def take(self, received: bytes) -> bytes:
        """Return what was received, once it is counted.

        Raises:
            GitError: it is more than may be received.
        """
        self._received += len(received)
        if self._received > self._most:
            raise GitError(
                f"it sends more than {self._most:,} bytes. Keep the document in a smaller repository, or allow it more."
            )
        return received
