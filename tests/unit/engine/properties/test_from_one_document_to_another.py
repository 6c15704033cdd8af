"""From any document to any other, the result depends on the last document only."""

from hypothesis import given

from engine import strategies
from engine.world import World
from scenarios.states import of_profiles


@given(strategies.documents(), strategies.settings)
def test_after_an_apply_nothing_is_left_to_do(pmr, settings):
    world = World(settings)

    report = world.apply(pmr)

    assert report.exit_code == 0, report.errors or report.pending
    assert not world.plan(pmr).changes


@given(strategies.documents(), strategies.documents(), strategies.settings)
def test_the_end_does_not_depend_on_the_document_before(first, second, settings):
    world, fresh = World(settings), World(settings)

    world.apply(first)
    report = world.apply(second)
    fresh.apply(second)

    assert report.exit_code == 0, report.errors or report.pending
    assert of_profiles(world, second) == of_profiles(fresh, second)
    assert not world.plan(second).changes


@given(strategies.documents(), strategies.documents(), strategies.settings)
def test_there_and_back_again_changes_nothing(first, second, settings):
    world = World(settings)
    world.apply(first)
    before = of_profiles(world, first)

    world.apply(second)
    world.apply(first)

    assert of_profiles(world, first) == before
