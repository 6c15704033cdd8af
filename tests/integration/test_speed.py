"""`make bench` on small clusters: the number of requests of each way, never the time."""

import os
import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "bench"))

from speed import page
from speed.figures import Figures, Way
from speed.run import measured

PROFILES, CONTRIBUTORS = 20, 3
CHANGED = 1  # a hundredth of the contributors, and at least one
LOOK = {"LIST": 6, "GET": 3}  # one list a kind, one question for each ClusterRole
ROLE_CHANGE = {"POST": 2, "DELETE": 2}


def figures_of(profiles: int, slow: int) -> Figures:
    if os.environ.get("PROFILES_TEST_KUBECONFIG"):
        pytest.skip("this cluster is not ours to fill")
    return measured(profiles, CONTRIBUTORS, runs=1, slow=slow)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of(PROFILES, slow=1)


def requests(figures: Figures, way: Way) -> dict[str, int]:
    """Return how many requests each run of a way takes."""
    first, *others = (run["requests"] for run in figures.runs[way])
    assert all(one == first for one in others)
    return first


def test_a_no_op_is_six_lists_and_three_questions(figures):
    assert requests(figures, Way.NOOP) == LOOK


def test_a_no_op_takes_as_many_requests_with_a_quarter_of_the_profiles(figures):
    fewer = figures_of(PROFILES // 4, slow=0)

    assert requests(fewer, Way.NOOP) == requests(figures, Way.NOOP)


def test_a_first_apply_is_a_look_and_two_writes_for_each_contributor(figures):
    assert requests(figures, Way.FIRST) == {**LOOK, "POST": 2 * PROFILES * CONTRIBUTORS}


def test_one_contributor_changed_is_a_look_and_the_writes_it_takes(figures):
    assert requests(figures, Way.ONE) == {**LOOK, **ROLE_CHANGE}


def test_a_hundredth_changed_is_a_look_and_the_writes_it_takes(figures):
    assert requests(figures, Way.PERCENT) == {
        **LOOK,
        **{verb: CHANGED * count for verb, count in ROLE_CHANGE.items()},
    }


def test_looking_from_profile_to_profile_is_one_list_and_four_lists_a_profile(figures):
    assert requests(figures, Way.LOOK) == {"LIST": 1 + 4 * PROFILES}


def test_kubectl_diff_asks_for_each_object(figures):
    assert requests(figures, Way.DIFF) == {"GET": PROFILES * (1 + 2 * CONTRIBUTORS)}


@pytest.mark.parametrize("way", [Way.WHOLE, Way.PAGES, Way.PLAIN])
def test_the_same_lists_raw_are_as_many_lists(figures, way):
    assert requests(figures, way) == {"LIST": LOOK["LIST"]}


def test_the_same_objects_raw_are_as_many_writes(figures):
    assert requests(figures, Way.WRITES) == {"POST": requests(figures, Way.FIRST)["POST"]}


def test_kubectl_applies_as_many_objects(figures):
    assert requests(figures, Way.KUBECTL) == {"APPLY": requests(figures, Way.FIRST)["POST"]}


def test_going_from_profile_to_profile_is_one_list_five_requests_a_profile_its_quota_and_two_a_contributor(
    figures,
):
    assert (
        sum(requests(figures, Way.LOOP).values())
        == 1 + PROFILES * (5 + 1) + 2 * PROFILES * CONTRIBUTORS
    )


def test_the_page_has_a_row_for_each_way_and_says_of_each_goal_whether_it_is_met(figures):
    text = page.text([figures], date(2026, 11, 1))

    assert sum(line.startswith(("| **", "| (")) for line in text.splitlines()) == len(Way)
    assert text.count("et.**") == 7
