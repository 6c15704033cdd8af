"""State and effect by the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from user_manager.domain.access_clock import clock_end, effect_at
from user_manager.domain.vocabulary import AccessState, Effect

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PENDING, APPROVED, DENIED, WITHDRAWN, EXPIRED, REVOKED = AccessState


@pytest.mark.parametrize(
    ("until", "end"), [(NOW + SECOND, None), (NOW, NOW), (NOW - SECOND, NOW - SECOND), (None, None)]
)
def test_an_access_is_over_at_its_second(until, end):
    assert clock_end(APPROVED, until=until, pending_until=NOW - SECOND, now=NOW) == end


@pytest.mark.parametrize(("until", "end"), [(NOW + SECOND, None), (NOW, NOW), (None, None)])
def test_a_request_that_nobody_decided_in_time_is_over(until, end):
    assert clock_end(PENDING, until=NOW - SECOND, pending_until=until, now=NOW) == end


@pytest.mark.parametrize("state", [DENIED, WITHDRAWN, EXPIRED, REVOKED])
def test_history_stays_what_it_was(state):
    past = NOW - SECOND

    assert clock_end(state, until=past, pending_until=past, now=NOW) is None


@given(st.sampled_from(AccessState), st.datetimes(timezones=st.just(UTC)), st.integers(0, 10**9))
def test_what_is_over_never_comes_back(state, until, seconds):
    later = NOW + timedelta(seconds=seconds)
    end = clock_end(state, until=until, pending_until=until, now=NOW)

    assert end in {None, clock_end(state, until=until, pending_until=until, now=later)}


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
