"""A profile controller that stops between stages: missing objects are pending, nothing else.

A grid of every situation with work for the controller and every stage before which it stops.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from engine.build import contributor, document, profile
from engine.looking import codes, roles_in, sent
from engine.test_ownership import RBAC, a_namespace, made_by_hand
from engine.world import NOON, World
from memory_api import Killed, fail_nth_write
from memory_api.controller import STAGES
from profiles_management import plan_profiles
from profiles_management.kubeflow.objects import naming
from profiles_management.reconcile.plan import Reason
from scenarios.states import of_profiles

BEST, NOT_BEST = (
    {"hard": {"pods": "5"}, "scopes": [scope]} for scope in ("BestEffort", "NotBestEffort")
)
LIMITS = {"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}


@dataclass(frozen=True)
class Situation:
    """A cluster that matches a document, and the next one, for a stopped controller.

    Attributes:
        last: the last stage of the controller; "finalizer" if it reconciles twice.
        writes: the number of writes of the first run to the Profile.
    """

    before: Any
    after: Any
    last: str
    writes: int = 1
    found: Any = None


def nothing(world):
    pass


def unowned_namespace(world):
    a_namespace(world)


def profile_by_hand(world):
    made_by_hand(world)


def of(**fields):
    return document(profile(fields=fields))


def with_quota(spec):
    return of(resources=spec)


ADOPTED = {"adopt": True}
SITUATIONS = {
    "a new profile": Situation(
        document(), document(profile(ann="edit", cpu="1", fields=LIMITS)), "quota"
    ),
    "a new profile without a quota": Situation(
        document(), document(profile(ann="edit")), "binding"
    ),
    "a new profile in a namespace without ownerReference": Situation(
        document(),
        document(profile(ann="edit", cpu="1", fields=ADOPTED)),
        "quota",
        found=unowned_namespace,
    ),
    "an adopted profile that gets a quota": Situation(
        document(), document(profile(ann="edit", cpu="1")), "quota", found=profile_by_hand
    ),
    "another owner": Situation(document(profile()), document(profile(owner="new")), "binding"),
    "another owner in an adopted namespace": Situation(
        of(**ADOPTED),
        document(profile(owner="new", fields=ADOPTED)),
        "binding",
        found=unowned_namespace,
    ),
    "owner and contributor change places": Situation(
        document(profile(new="edit")),
        document(profile(owner="new", contributors=[contributor("owner")])),
        "binding",
    ),
    "another owner and another quota": Situation(
        document(profile(cpu="1")), document(profile(owner="new", cpu="2")), "finalizer", 2
    ),
    "another quota": Situation(document(profile(cpu="1")), document(profile(cpu="2")), "quota"),
    "a quota more": Situation(document(profile()), document(profile(cpu="2")), "quota"),
    "a quota less": Situation(document(profile(cpu="1")), document(profile()), "quota"),
    "explicitly no quota": Situation(document(profile(cpu="1")), with_quota({}), "quota"),
    "other scopes": Situation(with_quota(BEST), with_quota(NOT_BEST), "finalizer", 2),
    "scopes that come": Situation(document(profile(cpu="1")), with_quota(BEST), "finalizer", 2),
    "scopes that go": Situation(with_quota(BEST), document(profile(cpu="1")), "finalizer", 2),
}
CELLS = [(name, stage) for name in SITUATIONS for stage in STAGES]


def stopped(situation, stage):
    """Return a world that matched the first document; the controller now stops at a stage."""
    world = World()
    (situation.found or nothing)(world)
    world.apply(situation.before)
    world.api.log.clear()
    world.controller.stops_before = stage
    return world


def go_on(world):
    """Run the controller to the end."""
    world.controller.stops_before = ""
    while world.controller.queue or world.controller.errors:
        world.controller.run()


def is_through(situation, stage):
    return STAGES.index(stage) > STAGES.index(situation.last)


@pytest.mark.parametrize(("name", "stage"), CELLS)
class TestAStoppedController:
    def test_what_it_has_not_made_is_pending_and_no_warning(self, name, stage):
        situation = SITUATIONS[name]
        world = stopped(situation, stage)
        world.apply(situation.after, deadline=0)

        plan = world.plan(situation.after)

        assert (plan.warnings, plan.refused) == ((), ())
        waits = [one.what for one in plan.pending]
        assert len(waits) == (0 if is_through(situation, stage) else 1)
        assert all(what.startswith("waits for the profile controller to ") for what in waits)

    def test_any_number_of_runs_writes_once(self, name, stage):
        situation = SITUATIONS[name]
        world = stopped(situation, stage)
        first = world.apply(situation.after, deadline=0)
        to_the_profile = [one for one in sent(world.api) if " profiles" in one]
        written = len(world.api.writes)

        later = [world.apply(situation.after, deadline=0) for _ in range(3)]

        assert len(world.api.writes) == written
        assert len(to_the_profile) <= situation.writes + is_through(situation, stage)
        for report in (first, *later):
            assert report.errors == ()
            assert set(codes(report.plan.warnings)) <= {"adopts-namespace"}
            assert report.exit_code == (0 if is_through(situation, stage) else 4)

    def test_afterwards_nothing_is_left(self, name, stage):
        situation = SITUATIONS[name]
        world = stopped(situation, stage)
        for _ in range(2):
            world.apply(situation.after, deadline=0)
        go_on(world)
        world.apply(situation.after)  # what could not be sent before
        world.api.log.clear()

        report = world.apply(situation.after)

        assert world.api.writes == []
        assert report.exit_code == 0
        assert (report.plan.changes, report.plan.pending, report.plan.warnings) == ((), (), ())
        running = World()
        (situation.found or nothing)(running)
        running.apply(situation.before)
        running.apply(situation.after)
        assert of_profiles(world, situation.after) == of_profiles(running, situation.after)


# damage is not a delay


def quota_of(world):
    found = world.api.get("ResourceQuota", "ml", "kf-resource-quota")
    return found and found["spec"]


def edit_quota(world, cpu):
    found = world.api.get("ResourceQuota", "ml", "kf-resource-quota")
    world.api.put({**found, "spec": {"hard": {"limits.cpu": cpu}}})


def delete_quota(world):
    world.api.remove("ResourceQuota", "ml", "kf-resource-quota")


@pytest.mark.parametrize(
    "damage", [delete_quota, lambda world: edit_quota(world, "9")], ids=["deleted", "edited"]
)
@pytest.mark.parametrize(
    "before", [document(profile(cpu="1")), document(profile())], ids=["from the start", "later"]
)
def test_a_quota_that_is_damaged_again_and_again_is_restored_each_time(before, damage):
    world, pmr = World(), document(profile(cpu="1"))
    world.apply(before)
    world.apply(pmr)

    for _ in range(3):
        damage(world)
        plan = world.apply(pmr).plan
        assert [change.reason for change in plan.changes] == [Reason.DRIFTED]
        assert quota_of(world) == {"hard": {"limits.cpu": "1"}}
        assert not world.plan(pmr).changes


def test_a_quota_edited_while_the_controller_is_stopped_wakes_it_once_for_each_edit():
    world, pmr = World(), document(profile(cpu="1"))
    world.apply(pmr)
    world.controller.stops_before = "quota"
    world.api.log.clear()

    for cpu in ("7", "8"):
        edit_quota(world, cpu)
        assert world.apply(pmr, deadline=0).exit_code == 4
        assert world.apply(pmr, deadline=0).plan.changes == ()

    assert sent(world.api) == ["PATCH profiles ml"] * 2
    go_on(world)
    assert quota_of(world) == {"hard": {"limits.cpu": "1"}}
    assert not world.plan(pmr).changes


def test_a_quota_that_stays_missing_wakes_the_controller_again_after_an_hour():
    world, pmr = World(), document(profile(cpu="1"))
    world.apply(pmr)
    world.controller.stops_before = "quota"
    delete_quota(world)
    world.apply(pmr, deadline=0)

    def plan(minutes):
        return plan_profiles(pmr, target=world.client, now=NOON + timedelta(minutes=minutes))

    assert not plan(59).changes
    assert [one.what for one in plan(59).pending] == [
        "waits for the profile controller to make the quota"
    ]
    assert plan(60).changes


@pytest.mark.parametrize(
    "mark", ["missing since yesterday", "missing since 2026-11-01T11:59:59", "nonsense", "7"]
)
def test_a_record_that_somebody_else_wrote_records_nothing(mark):
    world, pmr = World(), document(profile(cpu="1"))
    world.apply(pmr)
    seen = world.api.get("Profile", None, "ml")
    seen["metadata"]["annotations"][naming.TOUCHED] = mark
    world.api.put(seen)
    delete_quota(world)

    world.apply(pmr)

    assert quota_of(world) == {"hard": {"limits.cpu": "1"}}


def test_an_owners_policy_that_shuts_the_owner_out_is_a_warning_although_the_quota_is_pending():
    world = World()
    world.apply(document(profile(cpu="1")))
    world.controller.stops_before = "quota"
    world.apply(document(profile(cpu="2")), deadline=0)
    policy = world.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")
    world.api.put({**policy, "spec": {"rules": []}})

    plan = world.plan(document(profile(cpu="2")))

    assert codes(plan.warnings) == ["owner-drift"]
    assert [one.what for one in plan.pending] == [
        "waits for the profile controller to change the quota"
    ]


def test_an_owners_binding_to_another_role_is_a_warning_although_the_owner_is_pending():
    world = World()
    world.apply(document(profile()))
    world.controller.stops_before = "namespace"
    binding = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    binding["roleRef"]["name"] = "view"
    world.api.put(binding)
    pmr = document(profile(owner="new"))
    world.apply(pmr, deadline=0)

    plan = world.plan(pmr)

    assert codes(plan.warnings) == ["owner-drift"]
    assert [one.what for one in plan.pending] == [
        "waits for the profile controller to bind the new owner"
    ]


@pytest.mark.parametrize("extra", [["eve"], ["eve", "mia"], None])
@pytest.mark.parametrize("kind", ["User", "Group", "ServiceAccount"])
def test_whom_somebody_added_to_the_owners_binding_loses_access_although_the_controller_is_stopped(
    extra, kind
):
    world, pmr = (
        World(),
        document(profile(owner="bot", kind=kind, space="ci" if kind == "ServiceAccount" else None)),
    )
    world.apply(pmr)
    world.controller.stops_before = "namespace"
    binding = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    owner = binding["subjects"]
    added = [
        {"apiGroup": RBAC, "kind": "User", "name": f"{name}@example.com"} for name in extra or ()
    ]
    world.api.put({**binding, "subjects": owner + added if extra else []})
    world.api.log.clear()

    reports = [world.apply(pmr, deadline=0) for _ in range(2)]

    assert sent(world.api) == ["PATCH rolebindings namespaceAdmin"]
    assert world.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"] == owner
    (change,) = reports[0].plan.changes
    assert change.reason is Reason.DRIFTED
    (subjects,) = [
        field for field in change.fields if field.path in ("subjects", "namespaceAdmin.subjects")
    ]
    assert subjects.before == [
        one["name"] if one["kind"] == "User" else f"{one['name']} ({one['kind']})"
        for one in (owner + added if extra else [])
    ]
    assert [report.exit_code for report in reports] == [0, 0]


def test_an_owners_policy_that_is_not_there_is_pending():
    world = World()
    world.apply(document(profile()))
    world.controller.stops_before = "namespace"
    world.api.remove("AuthorizationPolicy", "ml", "ns-owner-access-istio")

    report = world.apply(document(profile()), deadline=0)

    assert report.exit_code == 4
    assert [one.what for one in report.pending] == [
        "waits for AuthorizationPolicy ml/ns-owner-access-istio to be there"
    ]
    assert report.plan.warnings == ()
    later = world.apply(document(profile()), deadline=0)
    assert later.exit_code == 4
    assert [one.what for one in later.pending] == [
        "waits for the profile controller to let the owner in"
    ]
    assert sent(world.api).count("PATCH profiles ml") == 1


def test_a_namespace_that_lost_its_owner_is_annotated_once():
    world, pmr = World(), document(profile(ann="edit"))
    world.apply(pmr)
    world.controller.stops_before = "namespace"
    space = world.api.get("Namespace", None, "ml")
    del space["metadata"]["annotations"]["owner"]
    world.api.put(space)
    world.api.log.clear()

    reports = [world.apply(pmr, deadline=0) for _ in range(3)]

    assert sent(world.api) == ["PATCH namespaces ml", "PATCH profiles ml"]
    assert [change.reason for change in reports[0].plan.changes] == [Reason.DRIFTED]
    assert [report.plan.changes for report in reports[1:]] == [(), ()]


# a namespace that does not wake the controller


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_an_adoption_that_died_anywhere_is_finished_by_the_next_run(writes):
    world, pmr = World(), document(profile(cpu="1", fields=ADOPTED))
    a_namespace(world)
    made_by_hand(world)
    world.apply(document())
    world.api.faults.append(fail_nth_write(writes + 1, "kill_before"))
    with suppress(Killed):
        world.apply(pmr)
    world.api.faults.clear()

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert not world.plan(pmr).changes


def test_a_controller_that_nothing_woke_for_a_namespace_is_woken_once():
    world, pmr = World(), document(profile())
    world.controller.stops_before = "namespace"
    world.apply(pmr, deadline=0)
    world.controller.queue.clear()
    a_namespace(world, owner="owner@example.com")
    world.api.log.clear()

    reports = [world.apply(pmr, deadline=0) for _ in range(3)]

    assert sent(world.api) == ["PATCH profiles ml"]
    assert [report.exit_code for report in reports] == [4, 4, 4]
    go_on(world)
    assert world.apply(pmr).exit_code == 0
    assert not world.plan(pmr).changes


@pytest.mark.parametrize("owner", ["owner", "new"])
@pytest.mark.parametrize("annotated", [None, "owner@example.com"])
def test_a_namespace_that_somebody_made_meanwhile_is_annotated_and_the_controller_woken(
    owner, annotated
):
    world = World()
    world.controller.stops_before = "namespace"
    world.apply(document(profile(fields=ADOPTED)), deadline=0)
    world.controller.queue.clear()
    a_namespace(world, owner=annotated)
    world.controller.stops_before = ""
    pmr = document(profile(owner=owner, fields=ADOPTED))

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert not world.plan(pmr).changes
    assert roles_in(world.api) == {owner: "admin"}


# waiting


def test_a_run_that_waits_for_the_namespace_waits_for_all_that_comes_after_it():
    world, pmr = World(slow=True), document(profile(cpu="1"))
    world.apply(pmr, deadline=0)
    stages = iter((*STAGES[1:], ""))

    def one_stage():
        world.controller.stops_before = next(stages, "")
        world.controller.run()

    world.ticks.meanwhile = one_stage

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert quota_of(world) == {"hard": {"limits.cpu": "1"}}


def test_a_new_profile_is_not_there_before_its_quota():
    world, pmr = World(), document(profile(cpu="1"))
    world.controller.stops_before = "quota"

    report = world.apply(pmr, deadline=0)

    assert [one.what for one in report.pending] == [
        "waits for ResourceQuota ml/kf-resource-quota to match the profile"
    ]


def test_a_controller_that_makes_nothing_ready_is_warned_of():
    world = World(slow=True)
    world.controller.run = lambda *_: None

    report = world.apply(document(profile("a"), profile("b")))

    [warning] = report.plan.warnings
    assert warning.code == "controller-silent"
    assert (
        warning.what == "2 profiles wait for the profile controller, which finished none in 299 s"
    )
    assert "Check that the profile controller runs" in warning.remedy


def test_a_controller_that_is_only_slow_is_not_warned_of():
    world = World(slow=True)
    one_profile = iter([1])
    world.ticks.meanwhile = lambda: [world.controller.run(number) for number in one_profile]

    report = world.apply(document(profile("a"), profile("b")), deadline=90.0)

    assert report.pending
    assert not report.plan.warnings
