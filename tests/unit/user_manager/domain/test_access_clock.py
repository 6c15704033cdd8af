"""State and effect by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.access_clock import clock_end, effect_at, state_at
from user_manager.domain.vocabulary import AccessState, Effect

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PENDING, APPROVED, DENIED, WITHDRAWN, EXPIRED, REVOKED = AccessState


@pytest.mark.parametrize(
    ("until", "state"),
    [(NOW + SECOND, APPROVED), (NOW, EXPIRED), (NOW - SECOND, EXPIRED), (None, APPROVED)],
)
def test_an_access_is_over_at_its_second(until, state):
    assert state_at(APPROVED, until=until, pending_until=None, now=NOW) is state


@pytest.mark.parametrize(
    ("pending_until", "state"), [(NOW + SECOND, PENDING), (NOW, EXPIRED), (None, PENDING)]
)
def test_a_request_that_nobody_decided_in_time_is_over(pending_until, state):
    assert state_at(PENDING, until=None, pending_until=pending_until, now=NOW) is state


def test_the_time_for_a_decision_does_not_end_an_approved_access():
    assert state_at(APPROVED, until=None, pending_until=NOW - SECOND, now=NOW) is APPROVED


def test_the_clock_says_since_when_an_access_is_over():
    past = NOW - SECOND

    assert clock_end(APPROVED, until=past, pending_until=None, now=NOW) == past
    assert clock_end(PENDING, until=None, pending_until=past, now=NOW) == past
    assert clock_end(APPROVED, until=None, pending_until=past, now=NOW) is None
    assert clock_end(REVOKED, until=past, pending_until=past, now=NOW) is None


@pytest.mark.parametrize("state", [DENIED, WITHDRAWN, EXPIRED, REVOKED])
def test_history_stays_what_it_was(state):
    past = NOW - SECOND

    assert state_at(state, until=past, pending_until=past, now=NOW) is state


@given(st.sampled_from(AccessState), st.datetimes(timezones=st.just(UTC)), st.integers(0, 10**9))
def test_what_is_over_never_comes_back(state, until, seconds):
    later = NOW + timedelta(seconds=seconds)
    now_state = state_at(state, until=until, pending_until=until, now=NOW)
    later_state = state_at(state, until=until, pending_until=until, now=later)

    assert now_state is later_state or later_state is EXPIRED


@pytest.mark.parametrize(
    "effect", [Effect.UNKNOWN, Effect.WAITING, Effect.IN_EFFECT, Effect.REFUSED]
)
def test_an_approved_access_has_the_effect_that_the_cluster_reported(effect):
    assert effect_at(effect, state=APPROVED) is effect


@pytest.mark.parametrize("state", [EXPIRED, REVOKED])
@pytest.mark.parametrize(
    "effect",
    [Effect.UNKNOWN, Effect.WAITING, Effect.IN_EFFECT, Effect.REFUSED, Effect.ENDING],
)
def test_an_access_that_is_over_is_ending_until_the_cluster_answered(state, effect):
    assert effect_at(effect, state=state) is Effect.ENDING


@pytest.mark.parametrize("state", [EXPIRED, REVOKED])
def test_an_access_that_left_the_cluster_is_ended(state):
    assert effect_at(Effect.ENDED, state=state) is Effect.ENDED


@pytest.mark.parametrize("state", AccessState)
def test_what_never_was_approved_or_is_external_has_no_effect(state):
    assert effect_at(Effect.NONE, state=state) is Effect.NONE
