"""Retries of calls: what a call leaves behind. When calls are repeated is tested with a cluster."""

import gc
from dataclasses import replace

import pytest

from profiles_management.reconcile.clock import SYSTEM
from profiles_management.reconcile.retry import Passing, Retry


@pytest.fixture
def collector_off():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_call_leaves_nothing_to_the_garbage_collector(collector_off):
    retry = Retry(SYSTEM)
    for _ in range(100):
        assert retry(lambda: 1, deadline=float("inf")) == 1
    assert gc.collect() == 0


def test_the_last_failure_is_raised_when_the_attempts_are_used_up():
    waits: list[float] = []
    failures = iter([Passing("first"), Passing("second", seconds=3.0), Passing("third")])

    def call() -> None:
        raise next(failures)

    with pytest.raises(Passing, match="third"):
        Retry(replace(SYSTEM, sleep=waits.append), attempts=3)(call, deadline=float("inf"))
    assert len(waits) == 2
    assert waits[1] >= 3.0
