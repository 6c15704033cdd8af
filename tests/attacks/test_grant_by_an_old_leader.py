"""A replaced leader finishes an old plan, and grants what the new leader revoked."""

from dataclasses import replace

import pytest
from engine.build import document, profile
from engine.looking import roles_in
from engine.still import Still
from engine.world import World

from profiles_management import Settings, create_or_update_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.report import Result

LOST = "this unit is no longer the leader"


@pytest.fixture
def world():
    return World()


def old_leader(world):
    """Return a run with a plan from before the new leader's writes."""
    seen = Still(Cluster(world.client, clock=world.ticks.clock), world.settings)

    def run(pmr, clock=None):
        return create_or_update_profiles(
            pmr, target=seen, settings=world.settings, clock=clock or world.ticks.clock
        )

    return run


def asked(*answers):
    """Return a function that gives these answers in order, then the last one again and again."""
    left = list(answers)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_it_grants_nothing_once_it_is_not_the_leader(world):
    world.apply(document(profile(ann="edit", bob="view")))
    clock = replace(world.ticks.clock, stop_reason=lambda: LOST)

    report = create_or_update_profiles(
        document(profile(bob="edit", li="edit"), profile("new")),
        target=Cluster(world.client, clock=clock),
        settings=world.settings,
        clock=clock,
    )

    assert roles_in(world.api) == {"owner": "admin", "bob": "view"}
    assert world.api.get("Profile", None, "new") is None
    assert report.stopped == LOST
    assert report.exit_code == 4
    assert {outcome.why for outcome in report.having(Result.NOT_TRIED)} == {LOST}


def test_it_asks_again_while_it_waits_for_others():
    world = World(slow=True)
    clock = replace(world.ticks.clock, stop_reason=asked("", LOST))

    report = create_or_update_profiles(
        document(profile(ann="edit")),
        target=Cluster(world.client, clock=clock),
        settings=world.settings,
        clock=clock,
    )

    assert roles_in(world.api) == {"owner": "admin"}
    assert report.stopped == LOST


def test_nobody_is_asked_where_nothing_is_written(world):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    clock = replace(world.ticks.clock, stop_reason=lambda: pytest.fail("asked"))

    create_or_update_profiles(
        pmr, target=Cluster(world.client, clock=clock), settings=world.settings, clock=clock
    )


CHANGES = {
    "the owner": (profile(owner="nina"), profile(owner="olga")),
    "the owner to be a contributor": (profile(owner="nina", owner2="edit"), profile(owner="olga")),
    "the quota": (profile(cpu="2"), profile(cpu="3")),
    "labels": (
        profile(fields={"labels": {"a": "1"}}),
        profile(fields={"labels": {"a": "2", "b": "3"}}),
    ),
    "the owner and the quota": (profile(owner="nina", cpu="2"), profile(owner="olga", cpu="3")),
    "the owner and labels": (
        profile(owner="nina", fields={"labels": {"a": "1"}}),
        profile(owner="olga", fields={"labels": {"a": "2"}}),
    ),
    "a role": (profile(ann="admin"), profile(ann="view")),
    "a contributor": (profile(ann="edit", bob="edit"), profile(ann="edit")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_the_new_leader_wrote_is_not_overwritten_by_an_old_plan(world, what):
    old, new = CHANGES[what]
    world.apply(document(profile(ann="edit", cpu="1")))
    run = old_leader(world)
    world.apply(document(new))
    after = world.api.snapshot()

    report = run(document(old))

    if what != "a contributor":  # without this, only leadership shows that the plan is outdated
        assert world.api.snapshot() == after
        assert report.exit_code == 4


@pytest.mark.parametrize("standalone", [False, True])
def test_correcting_the_owners_binding_does_not_bring_the_owner_of_before_back(standalone):
    world = World(Settings(standalone=standalone, allow_revocations=True))
    world.apply(document(profile(owner="olga")))
    binding = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    binding["subjects"].append({**binding["subjects"][0], "name": "eve@example.com"})
    binding["metadata"].pop("ownerReferences", None)
    world.api.put(binding)
    run = old_leader(world)
    world.apply(document(profile(owner="nina")))
    world.api.watchers.clear()  # no profile controller that would correct what we write

    report = run(document(profile(owner="olga")))

    assert roles_in(world.api) == {"nina": "admin"}
    assert report.exit_code == 4
