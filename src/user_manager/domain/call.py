"""What every verb is given: who calls, when, and the rules of the installation."""

from dataclasses import dataclass
from datetime import datetime

from user_manager.domain.caller import Caller
from user_manager.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a verb.

    Attributes:
        now: the time at which it is judged, with a zone.
    """

    caller: Caller
    now: datetime
    policy: Policy
