"""The brake: a plan that would revoke too much access writes nothing."""

import pytest

from engine.build import contributor, document
from engine.looking import roles_in
from engine.world import NOON, World
from memory_api import Kfam
from profiles_management import BrakeError, Settings


@pytest.fixture
def braked():
    """A cluster whose brake is on."""
    return World(Settings())


def crowd(number, role="edit"):
    return [contributor(f"p{index}", role) for index in range(number)]


def full(profile, number, name="ml"):
    return profile(name, contributors=crowd(number))


def test_above_share_and_minimum_nothing_is_written(braked, profile):
    braked.apply(document(full(profile, 6)))
    braked.api.log.clear()

    with pytest.raises(BrakeError) as stopped:
        braked.apply(document(profile(ann="edit")))

    assert (stopped.value.lost, stopped.value.before, stopped.value.exit_code) == (6, 6, 3)
    assert not braked.api.writes


def test_the_message_says_how_many_and_what_to_do(braked, profile):
    braked.apply(document(full(profile, 6)))

    with pytest.raises(BrakeError, match=r"6 of 6 .* Nothing was changed") as stopped:
        braked.apply(document(profile()))

    assert "allow revocations" in stopped.value.remedy


@pytest.mark.parametrize(
    ("before", "lost", "trips"), [(12, 6, False), (11, 6, True), (5, 5, False), (6, 6, True)]
)
def test_it_wants_more_than_half_and_more_than_five(braked, profile, before, lost, trips):
    braked.apply(document(full(profile, before)))
    pmr = document(profile(contributors=crowd(before)[lost:]))

    if trips:
        with pytest.raises(BrakeError):
            braked.apply(pmr)
    else:
        assert braked.apply(pmr).exit_code == 0


def test_share_and_minimum_are_settings(profile):
    world = World(Settings(brake_share=0.1, brake_minimum=0))
    world.apply(document(full(profile, 6)))

    with pytest.raises(BrakeError):
        world.apply(document(profile(contributors=crowd(6)[1:])))


def test_it_can_be_released_for_one_run(braked, profile):
    braked.apply(document(full(profile, 6)))

    braked.apply(document(profile()), allow_revocations=True)

    assert roles_in(braked.api) == {"owner": "admin"}


def test_an_emptied_document_goes_through_the_brake(braked, profile):
    braked.apply(document(full(profile, 6)))

    with pytest.raises(BrakeError):
        braked.apply(document())


def test_all_profiles_count_together(braked, profile):
    braked.apply(document(full(profile, 6), full(profile, 6, "data")))

    assert braked.apply(document(profile(), full(profile, 6, "data"))).exit_code == 0


def test_role_changes_do_not_count(braked, profile):
    braked.apply(document(full(profile, 6)))

    assert braked.apply(document(profile(contributors=crowd(6, "view")))).plan.access.lost == 0


def test_expiry_does_not_count(braked, profile):
    braked.apply(document(full(profile, 6)))
    ended = [contributor(f"p{index}", until=NOON) for index in range(6)]

    assert braked.apply(document(profile(contributors=ended))).plan.access.lost == 0
    assert roles_in(braked.api) == {"owner": "admin"}


def test_whom_the_dashboard_added_counts_too(braked, profile):
    braked.apply(document(profile()))
    for index in range(6):
        Kfam(braked.api).add("ml", f"p{index}@example.com", "edit")

    with pytest.raises(BrakeError):
        braked.apply(document(profile()))


def test_people_in_refused_profiles_do_not_count(braked, profile):
    braked.apply(document(full(profile, 6)), instance="other")

    plan = braked.plan(document(profile()))

    assert plan.access.lost == plan.access.before == 0


def test_somebody_with_two_roles_is_one_pair(braked, profile):
    braked.apply(document(profile(ann="edit")))
    Kfam(braked.api).add("ml", "ann@example.com", "view")

    plan = braked.plan(document(profile()))

    assert (plan.access.before, plan.access.lost) == (1, 1)


def test_renaming_everybody_takes_nothing_away(braked, profile):
    braked.apply(
        document(profile(contributors=[contributor(f"a.{index}@x.com") for index in range(8)]))
    )
    alike = [contributor(f"a{mark}{index}@x.com") for index in range(8) for mark in ".-"]

    plan = braked.apply(document(profile(contributors=alike))).plan

    assert (plan.access.lost, plan.access.gained) == (0, 8)


def test_planning_shows_what_the_brake_would_stop(braked, profile):
    braked.apply(document(full(profile, 6)))

    assert braked.plan(document(profile())).access.lost == 6
