"""Access with an end: afterwards the contributor counts as not listed; now is an argument."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.build import contributor, document
from engine.build import profile as a_profile
from engine.looking import let_in, roles_in, steps
from engine.world import NOON, World
from memory_api import Kfam
from profiles_management import create_or_update_profiles, list_access, plan_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.plan import Reason
from profiles_management.reconcile.summary import unchanged

MORNING = datetime(2027, 1, 1, tzinfo=UTC)
BINDING = "user-ann-example-com-clusterrole-edit"


def ending(profile, until=MORNING, role="edit"):
    return document(profile(contributors=[contributor("ann", role, until=until)]))


def at(world, pmr, moment):
    """Apply at another moment than noon."""
    clock = replace(world.ticks.clock, now=lambda: moment)
    return create_or_update_profiles(
        pmr, target=Cluster(world.client, clock=clock), settings=world.settings, clock=clock
    )


def test_access_that_ends_later_is_given_and_its_end_kept_on_both_objects(world, profile):
    world.apply(ending(profile))

    for kind in ("RoleBinding", "AuthorizationPolicy"):
        notes = world.api.get(kind, "ml", BINDING)["metadata"]["annotations"]
        assert notes["profiles-management.io/until"] == "2027-01-01T00:00:00Z"
    assert not world.plan(ending(profile)).changes


def test_access_shows_when_it_ends(world, profile):
    world.apply(ending(profile))

    (entry,) = [one for one in list_access(target=world.client) if not one.owner]

    assert (entry.person.name, entry.until) == ("ann@example.com", "2027-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("before", "has"),
    [(timedelta(seconds=1), True), (timedelta(0), False), (-timedelta(days=9), False)],
)
def test_it_ends_at_that_moment(profile, before, has):
    world = World()

    report = at(world, ending(profile), MORNING - before)

    assert ("ann" in roles_in(world.api)) is has
    assert report.exit_code == 0


def test_when_it_ends_it_is_revoked_as_expired(world, profile):
    world.apply(ending(profile))

    report = at(world, ending(profile), MORNING)

    assert [change.reason for change in report.plan.changes] == [Reason.EXPIRED]
    assert roles_in(world.api) == {"owner": "admin"}


def test_expiry_is_no_loss_that_the_brake_counts(world, profile):
    world.apply(ending(profile))

    plan = plan_profiles(ending(profile), target=world.client, now=MORNING)

    assert plan.access.lost == 0
    assert plan.access.before == 1


def test_a_plan_for_a_future_day_shows_what_will_end_and_changes_nothing(world, profile):
    world.apply(ending(profile))
    world.api.log.clear()

    plan = plan_profiles(ending(profile), target=world.client, now=MORNING)

    assert steps(plan) == ["- ann edit→"]
    assert not world.api.writes


@pytest.mark.parametrize(
    ("first", "then"), [(MORNING, None), (None, MORNING), (MORNING, MORNING + timedelta(days=1))]
)
def test_another_end_is_a_patch_that_opens_no_gap(world, profile, first, then):
    world.apply(ending(profile, first))

    plan = world.apply(ending(profile, then)).plan

    assert {write.verb for change in plan.changes for write in change.writes} == {"patch"}
    assert not world.plan(ending(profile, then)).changes


def test_a_role_change_carries_the_end_along(world, profile):
    world.apply(ending(profile))

    world.apply(ending(profile, role="view"))

    notes = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-view")["metadata"][
        "annotations"
    ]
    assert notes["profiles-management.io/until"] == "2027-01-01T00:00:00Z"


def test_a_plan_says_until_when_access_is_given(world, profile):
    world.apply(document(profile()))

    (change,) = world.plan(ending(profile)).changes

    assert change.until == "2027-01-01T00:00:00Z"


def test_a_bare_date_ends_at_midnight_utc_of_that_day(world, profile):
    pmr = document(profile(contributors=[contributor("ann", until="2027-01-01")]))

    world.apply(pmr)

    assert world.plan(ending(profile)).changes == ()


def test_an_end_in_another_zone_is_the_same_moment(world, profile):
    world.apply(
        document(profile(contributors=[contributor("ann", until="2027-01-01T02:00:00+02:00")]))
    )

    assert not world.plan(ending(profile)).changes


def test_fractions_of_a_second_are_no_drift(world, profile):
    pmr = ending(profile, NOON + timedelta(days=1, microseconds=500_000))
    world.apply(pmr)

    assert not world.plan(pmr).changes


def test_whose_time_is_up_and_who_was_added_in_the_dashboard_goes_too(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "ann@example.com", "edit")

    report = at(world, ending(profile), MORNING)

    assert [change.reason for change in report.plan.changes] == [Reason.EXPIRED]


@pytest.mark.parametrize("stale", ["ours", "off"])
def test_access_that_expires_outside_of_the_document_leaves_the_number_of_unchanged_profiles_alone(
    world, stale
):
    world.apply(ending(a_profile))
    settings = replace(world.settings, stale=stale)

    plan = plan_profiles(
        document(a_profile("web")), target=world.client, settings=settings, now=MORNING
    )

    assert [change.profile for change in plan.changes] == ["ml", "web"]
    assert (plan.stale, plan.outside) == ((("ml",), ()) if stale == "ours" else ((), ("ml",)))
    assert unchanged(plan) == 0


def test_a_policy_of_somebody_else_under_the_name_stays_where_stale_profiles_are_left_alone(
    world, profile
):
    world.apply(ending(profile))
    policy = world.api.get("AuthorizationPolicy", "ml", BINDING)
    text = json.dumps(policy).replace("ann@example.com", "bob@example.com")
    policy = {**json.loads(text), "metadata": {"namespace": "ml", "name": BINDING}}
    policy["metadata"]["annotations"] = {"user": "bob@example.com", "role": "edit"}
    world.api.put(policy)
    world.settings = replace(world.settings, stale="off")

    report = at(world, document(), MORNING)

    assert [str(change.person) for change in report.plan.changes] == ["ann@example.com"]
    assert let_in(world.api) == ["bob"]
