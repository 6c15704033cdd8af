"""`make bench` on a portal of three projects: its counts, never its times."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "bench"))

from portal import page, run


@pytest.fixture(scope="module")
def figures():
    return run.measured(3, 2, runs=1, pace=0.0)


def test_a_no_op_asks_for_version_and_customer_and_for_a_page_of_projects_and_of_people(figures):
    assert figures.requests == 2 + 1 + 1 + 1
    assert figures.pages == 3


def test_a_no_op_changes_nothing(figures):
    for turns in (figures.paced, figures.instant):
        assert [(no_op["changes"], no_op["errors"]) for no_op in turns.own] == [(0, 0)]


def test_the_raw_requests_are_those_of_the_no_op(figures):
    assert [raw["requests"] for raw in figures.instant.raw] == [figures.requests]


def test_the_page_has_a_row_for_each_goal_and_says_whether_it_is_met(figures):
    text = page.text([figures], runs=1)
    assert "| projects | 3 |" in text
    assert text.count("et.**") == 3
