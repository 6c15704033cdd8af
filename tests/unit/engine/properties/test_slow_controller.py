"""A slow profile controller: missing objects are pending, and later runs finish."""

from hypothesis import given
from hypothesis import strategies as st

from engine import happenings, strategies
from engine.world import World
from memory_api.controller import STAGES
from profiles_management import Settings
from scenarios.documents import document, profile
from scenarios.states import of_profiles

PATIENT = Settings(allow_revocations=True, deadline=300)
IN_A_HURRY = Settings(allow_revocations=True, deadline=0)
HUNDRED = document(
    *(
        profile(f"p{number:03}", ann="edit", bob="view", labels={"team": "red"})
        for number in range(100)
    )
)


def test_a_first_apply_of_a_hundred_profiles_is_no_error():
    world = World(PATIENT, slow=True)

    report = world.apply(HUNDRED)

    assert report.exit_code == 0
    assert of_profiles(world, HUNDRED) == of_profiles(World(PATIENT).after(HUNDRED), HUNDRED)


def test_what_is_not_there_at_the_deadline_is_pending():
    world = World(IN_A_HURRY, slow=True)

    report = world.apply(HUNDRED)

    assert report.exit_code == 4
    assert not report.errors
    assert {one.profile for one in report.pending} == set(HUNDRED.profiles)


def test_the_run_after_the_controller_finishes_what_was_pending():
    world = World(IN_A_HURRY, slow=True)
    world.apply(HUNDRED)
    world.controller.run()

    report = world.apply(HUNDRED)

    assert report.exit_code == 0
    assert not world.plan(HUNDRED).changes


@given(
    strategies.documents(),
    strategies.documents(),
    strategies.settings.filter(lambda one: not one.standalone),
)
def test_runs_without_patience_end_where_one_with_patience_ends(first, second, settings):
    world, patient = World(settings, slow=True), World(settings).after(first)
    finished(world, first)

    report = finished(world, second)
    patient.apply(second)

    assert report.exit_code == 0, report.errors or report.pending
    assert of_profiles(world, second) == of_profiles(patient, second)


def finished(world, pmr):
    """Run without waiting, with the controller between runs, to the end; return the report."""
    report = world.apply(pmr, deadline=0.0)
    for _ in range(6):
        world.controller.run()
        report = world.apply(pmr, deadline=0.0)
    return report


@given(
    strategies.documents(),
    strategies.documents(),
    st.sampled_from(STAGES),
    strategies.settings.filter(lambda one: not one.standalone),
)
def test_a_controller_that_stops_anywhere_is_no_reason_to_write_twice_or_to_warn(
    first, second, stage, settings
):
    world, running = World(settings).after(first), World(settings).after(first)
    world.controller.stops_before = stage

    world.apply(second, deadline=0.0)
    written = len(world.api.writes)
    report = world.apply(second, deadline=0.0)

    assert len(world.api.writes) == written
    assert not report.errors
    assert not [one for one in report.plan.warnings if one.code == "owner-drift"]
    world.controller.stops_before = ""
    last = finished(world, second)
    running.apply(second)
    assert last.exit_code == 0
    assert (last.plan.changes, last.plan.pending) == ((), ())
    assert of_profiles(world, second) == of_profiles(running, second)


@given(
    strategies.documents(),
    happenings.lists(happenings.people, happenings.foreign, happenings.places),
    strategies.documents(),
    st.sampled_from(STAGES),
    strategies.settings.filter(lambda one: not one.standalone),
)
def test_whatever_happened_two_runs_write_all_that_a_stopped_controller_allows(
    first, happened, second, stage, settings
):
    world = World(settings).after(first, happened)
    world.controller.stops_before = stage
    for _ in range(2):  # in the first, the controller may be quicker with an object
        world.apply(second, deadline=0.0)
    written = len(world.api.writes)

    report = world.apply(second, deadline=0.0)

    assert len(world.api.writes) == written
    assert not report.failed
