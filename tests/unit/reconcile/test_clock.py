"""The format of moments in data."""

from datetime import UTC, datetime

import pytest

from profiles_management.reconcile.clock import read_moment


@pytest.mark.parametrize(
    "text", ["2027-01-31T18:00:00Z", "2027-01-31T20:00:00+02:00", "2027-01-31 18:00:00+00:00"]
)
def test_a_moment_is_read_in_utc(text):
    assert read_moment(text) == datetime(2027, 1, 31, 18, tzinfo=UTC)
    assert read_moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2027-01-31T18:00:00",
        "0001-01-01T00:00:00+14:00",
        "2027-02-30T00:00:00Z",
        None,
        5,
    ],
)
def test_anything_else_is_none(text):
    assert read_moment(text) is None
