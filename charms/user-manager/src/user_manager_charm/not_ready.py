"""Why the charm cannot go on in this event, as a status with what to do about it."""

import ops


class NotReady(Exception):
    """The charm cannot go on. The next event tries again.

    Args:
        status: the status of the unit.
    """

    def __init__(self, status: ops.StatusBase) -> None:
        super().__init__(status.message)
        self.status = status


def blocked(message: str) -> NotReady:
    """Return the error for something that somebody has to do."""
    return NotReady(ops.BlockedStatus(message))


def waiting(message: str) -> NotReady:
    """Return the error for something that passes by itself."""
    return NotReady(ops.WaitingStatus(message))
