"""The brake counts who loses access before any write, and stops what revokes too much."""

from hypothesis import given
from hypothesis import strategies as st

from engine import happenings, strategies
from engine.world import NOON, World
from profiles_management import BrakeError
from profiles_management.reconcile.plan import Reason

PEOPLE = happenings.lists(happenings.people, happenings.places)


@given(
    strategies.documents(),
    PEOPLE,
    strategies.documents(),
    strategies.settings,
    st.sampled_from((0.0, 0.3, 0.5, 1.0)),
    st.integers(0, 6),
)
def test_what_one_source_takes_too_much_of_stays_and_everything_else_is_done(
    first, happened, second, settings, share, minimum
):
    world = World(settings).after(first, happened)
    braked = {"allow_revocations": False, "brake_share": share, "brake_minimum": minimum}
    plan = world.plan(second)
    too_much = {one.source for one in plan.sources if is_too_much(one, plan, share, minimum)}

    stopped = stops(world, second, **braked)

    left = world.plan(second).changes
    assert stopped == bool(too_much)
    assert {change.source for change in left} <= too_much
    groups = {
        (one.source, one.within) for one in plan.sources if is_too_much(one, plan, share, minimum)
    }
    held = {
        what(change)
        for change in plan.changes
        if (change.source, change.within) in groups and not ended(change)
    }
    assert held <= {what(change) for change in left}


@given(strategies.documents(), strategies.documents(), strategies.settings)
def test_it_counts_the_pairs_of_person_and_profile_that_end_with_no_role(first, second, settings):
    world = World(settings).after(first)
    access = world.plan(second).access
    before = holders(world)

    world.apply(second)

    assert access.lost == len(before - holders(world) - (expired(first, second) - owners(first)))


def is_too_much(group, plan, share, minimum):
    """Return whether a group loses too much; its part of a document counts as the whole."""
    whole = [
        one
        for one in plan.sources
        if one.source == group.source and (one == group or not one.within)
    ]
    lost, before = sum(one.lost for one in whole), sum(one.before for one in whole)
    return group.lost and lost > minimum and lost > share * before


def what(change):
    return change.phase, change.profile, change.person, change.reason


def ended(change):
    return change.reason is Reason.EXPIRED


def stops(world, pmr, **settings):
    try:
        world.apply(pmr, **settings)
    except BrakeError:
        return True
    return False


def holders(world):
    """Return who has a role where, owners included."""
    return {
        (
            one["metadata"]["namespace"],
            subject["kind"],
            subject["name"],
            subject.get("namespace", ""),
        )
        for one in world.api.objects("RoleBinding")
        if not one["metadata"]["name"].startswith("default-")
        for subject in one["subjects"]
    }


def owners(pmr):
    return {
        (profile.name, profile.owner.kind.value, profile.owner.name, profile.owner.namespace or "")
        for profile in pmr.in_order()
    }


def expired(*pmrs):
    """Return whose access has run out; that is no loss."""
    return {
        (profile.name, one.kind.value, one.name, "")
        for pmr in pmrs
        for profile in pmr.in_order()
        for one in profile.contributors
        if one.until is not None and one.until <= NOON
    }
