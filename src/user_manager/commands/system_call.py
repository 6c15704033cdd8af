"""The call of the command line: who may run it on the server may do everything."""

from django.conf import settings

from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.identity import clock


def system_call() -> Call:
    """Return the call of the program itself, now."""
    return Call(SYSTEM, clock.now(), settings.USER_MANAGER.policy)
