"""What an installation decides: limits and rules that the settings hold."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of an installation. docs/reference/user-manager-settings.md lists the settings.

    Attributes:
        administrators: ids of people; more are in the database.
        pending_period: how long a request waits for a decision before it expires.
        longest_duration: the limit for every access; None for no limit.
        reason_required: whether every request needs a reason.
        open_requests: how many requests of one person may wait for a decision.
        break_glass: whether administrators may decide their own requests, with a comment.
        four_eyes: whether `requested_by` may not decide either.
        notices: whether a webhook is told what happens.
    """

    administrators: frozenset[str] = frozenset()
    pending_period: timedelta = timedelta(days=14)
    longest_duration: timedelta | None = None
    reason_required: bool = False
    open_requests: int = 50
    break_glass: bool = False
    four_eyes: bool = False
    notices: bool = False
