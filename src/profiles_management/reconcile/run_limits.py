"""What one run of the engine may take away, and how long it may take."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLimits:
    """Limits of one run.

    Attributes:
        brake_share: from 0 to 1; see brake_minimum.
        brake_minimum: a source that would take away more than this number of pairs of person and
            profile, and more than `brake_share` of its pairs, is stopped.
        allow_revocations: whether no source is stopped.
        writers: how many changes are sent at once.
        timeout: returns how many seconds the run may take, by the number of profiles that somebody
            else still has to make.
        ends_at_timeout: whether no change is begun after that time, because a target takes long to
            write. Otherwise only the waiting for others ends.
    """

    brake_share: float
    brake_minimum: int
    allow_revocations: bool
    writers: int
    timeout: Callable[[int], float]
    ends_at_timeout: bool = False
