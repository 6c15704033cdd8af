"""`make bench` on a User Manager of a hundred users: that it runs, never its times."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "bench"))

from user_manager_load import page, run
from user_manager_load.run import Size

CALLS = {
    "GetUser, REST",
    "GetUser, gRPC",
    "requests to decide",
    "a decision",
    "document",
    "document, unchanged",
}


@pytest.fixture(scope="module")
def figures():
    return run.measured(
        "SQLite",
        lambda folder: f"sqlite:///{folder}/db.sqlite3",
        Size(users=100, events=100, runs=1, requests=100),
    )


def test_each_call_is_measured_and_compared_with_the_plain_view(figures):
    assert set(figures.calls) == CALLS
    assert len(figures.ratios) == 1


def test_the_page_has_a_row_for_each_call_and_says_whether_a_goal_is_met(figures):
    text = page.text([figures])
    for call in CALLS:
        assert f"| {call}, requests/s |" in text
    assert text.count("et.**") == 1
