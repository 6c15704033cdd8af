"""For any state of a cluster, one apply matches the document and keeps objects of others."""

from hypothesis import given

from engine import happenings, strategies
from engine.world import World

ANYTHING = happenings.lists(happenings.people, happenings.foreign, happenings.places)


@given(strategies.documents(), ANYTHING, strategies.documents(), strategies.settings)
def test_one_apply_does_all_that_can_be_done(first, happened, second, settings):
    world = World(settings).after(first, happened)

    report = world.apply(second)
    written = len(world.api.writes)
    left = world.plan(second)
    again = world.apply(second)

    assert not report.failed, report.errors
    assert len(world.api.writes) == written
    assert world.plan(second) == left
    assert left.changes == tuple(
        outcome.change for outcome in again.outcomes if outcome.why.startswith("waits for")
    )


@given(
    strategies.documents(),
    happenings.lists(happenings.people, happenings.foreign),
    strategies.documents(),
    strategies.settings,
)
def test_nothing_is_left_where_nothing_is_ending(first, happened, second, settings):
    world = World(settings).after(first, [one for one in happened if not ends_something(one)])

    report = world.apply(second)

    assert report.exit_code == 0, report.errors or report.pending
    assert not world.plan(second).changes


@given(strategies.documents(), ANYTHING, strategies.documents(), strategies.settings)
def test_what_is_foreign_stays_as_it_was(first, happened, second, settings):
    world = World(settings).after(first, happened)
    before = world.foreign_objects()

    world.apply(second)

    assert world.foreign_objects() == before


def ends_something(happening):
    return happening.keywords.get("change") is happenings.terminating


@given(
    strategies.crowds(),
    happenings.lists(happenings.people),
    strategies.crowds(),
    strategies.settings,
)
def test_people_whose_names_are_alike_are_settled_in_one_run(first, happened, second, settings):
    world = World(settings).after(first, [one for one in happened if not ends_something(one)])

    report = world.apply(second)

    assert report.exit_code == 0, report.errors or report.pending
    assert not world.plan(second).changes
