"""The limits of reading a repository: seconds, and bytes to receive. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Callable

from profiles_management.pmr.problems import GitError


class Budget:
    """The time that is left until a deadline, and the bytes that may still be received.

    Args:
        clock: returns seconds that never decrease.
        seconds: how many seconds all attempts may take together from now on.
        most: how many bytes a single attempt may receive.
    """

    def __init__(self, clock: Callable[[], float], seconds: float, most: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._received = 0
        self.deadline = clock() + seconds

    def restart(self) -> None:
        """Begin another attempt: no byte is received yet. The deadline stays."""
        self._received = 0

    def left(self) -> float:
        """Return the seconds that are left, always more than 0.

        Raises:
            GitError: the deadline has passed.
        """
        left = self.deadline - self._clock()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> GitError:
        """Return the error for a deadline that has passed."""
        what = f"the repository was not read within {self._seconds:g} seconds."
        return GitError(f"{what} Try again later.", passing=True)

    def take(self, received: bytes) -> bytes:
        """Count received bytes, and return them.

        Raises:
            GitError: more bytes were received than allowed.
        """
        self._received += len(received)
        if self._received > self._most:
            what = f"the server sent more than {self._most:,} bytes."
            raise GitError(f"{what} Keep the document in a smaller repository.")
        return received
