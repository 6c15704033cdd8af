"""What the tests of the command share."""

from datetime import UTC, datetime

import pytest

from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM
from user_manager.domain.policy import Policy


@pytest.fixture
def system_call() -> Call:
    return Call(SYSTEM, datetime(2026, 6, 1, tzinfo=UTC), Policy())
