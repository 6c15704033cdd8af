"""An apply cut at any write is finished by the next one; so is one in which any write went wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import strategies
from engine.documents import SCENARIOS
from engine.states import of_profiles
from engine.world import World
from memory_api import INJURIES, Killed, fail_nth_write

CUTS = ("kill_before", "kill_after")
GRID = [
    (scenario, injury)
    for scenario in SCENARIOS
    for injury in (CUTS if scenario.settings.standalone else INJURIES)  # what answers mean is the same for both modes
]


@pytest.mark.parametrize(("scenario", "injury"), GRID, ids=str)
def test_whichever_write_goes_wrong_the_next_run_ends_where_an_undisturbed_one_ends(scenario, injury):
    start, pmr = scenario.world(), scenario.after
    undisturbed = start.twin()
    undisturbed.apply(pmr)
    goal = of_profiles(undisturbed, pmr)

    for index in range(1, len(undisturbed.api.writes) + 1):
        world = start.twin()
        injured(world, pmr, index, injury)
        world.apply(pmr)

        assert of_profiles(world, pmr) == goal, f"write {index}"
        assert not world.plan(pmr).changes, f"write {index}"


@given(
    strategies.documents(), strategies.documents(), strategies.settings, st.integers(1, 40), st.sampled_from(INJURIES)
)
def test_so_it_is_for_any_two_documents(first, second, settings, index, injury):
    start = World(settings).after(first)
    undisturbed = start.twin()
    undisturbed.apply(second)

    world = start.twin()
    injured(world, second, index, injury)
    report = world.apply(second)

    assert report.exit_code == 0, report.errors or report.pending
    assert of_profiles(world, second) == of_profiles(undisturbed, second)
    assert not world.plan(second).changes


def injured(world, pmr, index, injury):
    """Apply a document while one write goes wrong; return the report, None if the process died of it."""
    world.api.faults.append(fail_nth_write(index, injury))
    try:
        return world.apply(pmr)
    except Killed:
        return None
    finally:
        world.api.faults.clear()
