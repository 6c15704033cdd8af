"""The next apply completes one that was cut off at any write, or in which a write failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import strategies
from engine.recorder import Recorder
from engine.world import World, before
from memory_api import INJURIES, Killed, fail_nth_write
from scenarios.documents import SCENARIOS
from scenarios.states import of_profiles

CUTS = ("kill_before", "kill_after")
GRID = [
    (scenario, injury)
    for scenario in SCENARIOS
    # what answers mean is the same for both modes
    for injury in (CUTS if scenario.settings.standalone else INJURIES)
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_access_is_right_at_every_moment_where_nothing_goes_wrong(scenario):
    world = before(scenario)
    seen = Recorder(world.api, owners=True)

    world.apply(scenario.after)

    assert seen.findings(scenario) == []


@pytest.mark.parametrize(("scenario", "injury"), GRID, ids=str)
def test_whichever_write_goes_wrong_the_next_run_ends_where_an_undisturbed_one_ends(
    scenario, injury
):
    start, pmr = before(scenario), scenario.after
    undisturbed = start.twin()
    undisturbed.apply(pmr)
    goal = of_profiles(undisturbed, pmr)

    for index in range(1, len(undisturbed.api.writes) + 1):
        world = start.twin()
        seen = Recorder(world.api, owners=True)
        injured = injure(world, pmr, index, injury)
        world.apply(pmr)

        assert of_profiles(world, pmr) == goal, f"write {index}"
        assert not world.plan(pmr).changes, f"write {index}"
        assert seen.findings(scenario, injured) == [], f"write {index}"


@given(
    strategies.documents(),
    strategies.documents(),
    strategies.settings,
    st.integers(1, 40),
    st.sampled_from(INJURIES),
)
def test_so_it_is_for_any_two_documents(first, second, settings, index, injury):
    start = World(settings).after(first)
    undisturbed = start.twin()
    undisturbed.apply(second)

    world = start.twin()
    injure(world, second, index, injury)
    report = world.apply(second)

    assert report.exit_code == 0, report.errors or report.pending
    assert of_profiles(world, second) == of_profiles(undisturbed, second)
    assert not world.plan(second).changes


def injure(world, pmr, index, injury):
    """Apply a document with a fault at one write; return that write, None if there are fewer."""
    fault = fail_nth_write(index, injury)
    world.api.faults.append(fault)
    try:
        world.apply(pmr)
    except Killed:
        pass
    finally:
        world.api.faults.clear()
    return fault.injured
