"""The page on a real API server, from given figures. tests/integration/test_speed.py measures."""

import sys
from datetime import date
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[3] / "bench"))

from speed import page
from speed.figures import Figures, Way
from spread import Spread, cores

DAY = date(2026, 11, 1)
SECONDS = {
    Way.NOOP: 1.0,
    Way.WHOLE: 1.5,
    Way.PAGES: 1.2,
    Way.PLAIN: 1.4,
    Way.LOOK: 12.0,
    Way.DIFF: 200.0,
    Way.ONE: 1.1,
    Way.PERCENT: 2.0,
    Way.FIRST: 10.0,
    Way.WRITES: 8.0,
    Way.KUBECTL: 30.0,
    Way.LOOP: 50.0,
}


def run(way: Way, wall: float) -> dict:
    requests = {"LIST": 6, "GET": 3, "POST": 4 if way is Way.ONE else 0}
    figures = {
        "wall": wall,
        "cpu": wall / 2,
        "server": wall,
        "peak": 100_000_000,
        "requests": requests,
    }
    return {**figures, "objects": 270}


def figures_of(**changed: float) -> Figures:
    seconds = {**SECONDS, **{Way[name]: wall for name, wall in changed.items()}}
    figures = Figures(10, 10)
    figures.runs.update({way: [run(way, wall)] for way, wall in seconds.items()})
    return figures


def goal(figures: Figures, start: str) -> str:
    (found,) = (line for line in page.goals([figures]) if start in line)
    return found


def test_ways_are_compared_run_by_run():
    figures = figures_of()
    figures.runs[Way.NOOP] = [run(Way.NOOP, wall) for wall in (1.0, 4.0, 9.0)]
    figures.runs[Way.PAGES] = [run(Way.PAGES, wall) for wall in (2.0, 4.0, 3.0)]

    assert figures.ratio(Way.NOOP, Way.PAGES) == Spread(1.0, 0.5, 3.0)


def test_what_is_run_less_often_is_compared_as_often_as_it_was_run():
    figures = figures_of()
    figures.runs[Way.FIRST] = [run(Way.FIRST, wall) for wall in (10.0, 20.0, 30.0)]

    assert figures.ratio(Way.FIRST, Way.LOOP).high == 0.2


def test_a_no_op_is_held_against_the_quickest_way_to_fetch_the_lists():
    assert figures_of().raw is Way.PAGES
    assert figures_of(WHOLE=0.5).raw is Way.WHOLE
    assert goal(figures_of(WHOLE=0.5), "(a)").endswith(
        "2.00 (2.00-2.00) times as long. "
        "**Not met.** Its own processor time is 0.50 s, that of (a) 0.25 s: it plans after it has read all lists."
    )


@pytest.mark.parametrize(
    ("way", "start", "met", "missed"),
    [
        ("NOOP", "(a)", 1.2, 1.3),
        ("FIRST", "within 2 times", 16.0, 17.0),
        ("FIRST", "3 times faster", 10.0, 10.1),
        ("FIRST", "5 times faster", 10.0, 10.1),
    ],
)
def test_a_goal_is_met_up_to_its_limit(way, start, met, missed):
    assert "**Met.**" in goal(figures_of(**{way: met}), start)
    assert "**Not met.**" in goal(figures_of(**{way: missed}), start)


def test_a_goal_that_is_missed_for_want_of_cores_says_what_sending_alone_reaches():
    line = goal(figures_of(FIRST=25.0), "5 times faster")

    assert f"needs 25 s of processor time for these writes on the {cores()} cores" in line
    assert line.endswith("(d), which does nothing but send them, is 6.2 times faster.")


def test_one_changed_contributor_is_held_against_the_requests_of_a_no_op():
    assert "4 requests more, 1.10 s compared with 1.00 s. **Met.**" in goal(
        figures_of(), "One contributor"
    )


def test_a_size_without_first_applies_has_no_rows_and_no_goals_for_them():
    figures = figures_of()
    for way in (Way.FIRST, Way.WRITES, Way.KUBECTL, Way.LOOP, Way.LOOK, Way.DIFF):
        del figures.runs[way]

    text = page.text([figures_of(), figures], DAY)

    assert text.count("| **No-op** |") == 2
    assert text.count("| **First apply** |") == 1


def test_a_no_op_is_compared_with_common_tools():
    assert page.today(figures_of()).splitlines()[-2:] == [
        "- (b) one request after another: 9 requests and 12.0 s. The no-op is 12 times faster, with 9 requests.",
        "- (c) `kubectl diff`: 9 requests and 200.0 s. The no-op is 200 times faster, with 9 requests.",
    ]


def test_the_page_says_when_it_was_measured():
    assert "Measured on 2026-11-01, on " in page.text([figures_of()], DAY)
