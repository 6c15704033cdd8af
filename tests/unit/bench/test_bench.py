"""`make bench` on a cluster of three profiles: its counts, never its times."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "bench"))

from scale import page, run


@pytest.fixture(scope="module")
def figures():
    return run.measured(3, 2, runs=1)


def test_a_no_op_lists_each_of_six_kinds_and_asks_for_three_roles(figures):
    assert figures.requests == 6 + 3


def test_a_no_op_writes_nothing(figures):
    assert [(one["writes"], one["errors"]) for one in figures.engine] == [(0, 0)]


def test_both_readers_see_the_same_document(figures):
    assert [one["profiles"] for one in figures.yaml] == [figures.profiles]


def test_the_page_has_a_row_for_each_goal_and_says_whether_it_is_met(figures):
    text = page.text([figures], contributors=2, runs=1)
    assert "| profiles | 3 |" in text
    assert text.count("et.**") == 2
