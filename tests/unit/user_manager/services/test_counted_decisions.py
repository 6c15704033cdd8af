"""Decisions are counted for /metrics when they are committed, by whatever API they came."""

from typing import Any

import pytest
from prometheus_client import REGISTRY
from service_world import ANN, BOB, OLGA, SYSTEM_MODULE, approve, ask, by, deny

from user_manager.domain.errors import Precondition
from user_manager.observability import metrics

pytestmark = pytest.mark.usefixtures("people")


def counted(decision: str) -> float:
    name = f"{metrics.DECISIONS._name}_total"
    return REGISTRY.get_sample_value(name, {"decision": decision}) or 0.0


def test_each_decision_is_counted_once(
    system: object, django_capture_on_commit_callbacks: Any
) -> None:
    before = counted("approved"), counted("denied")
    with django_capture_on_commit_callbacks(execute=True):
        first = ask(ANN, SYSTEM_MODULE)
        approve(first, by(OLGA))
        approve(first, by(OLGA))
        second = ask(BOB, SYSTEM_MODULE)
        deny(second, by(OLGA))
        with pytest.raises(Precondition):
            approve(second, by(OLGA))
    assert (counted("approved"), counted("denied")) == (before[0] + 1, before[1] + 1)


def test_the_access_of_a_founder_is_no_decision(
    request: pytest.FixtureRequest, django_capture_on_commit_callbacks: Any
) -> None:
    before = counted("approved")
    with django_capture_on_commit_callbacks(execute=True):
        request.getfixturevalue("system")
    assert counted("approved") == before
