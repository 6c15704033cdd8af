"""Profiles that left the document lose contributors and keep data; deleting is explicit."""

import pytest

from engine.build import document
from engine.looking import let_in, meddle_once, names_of, roles_in, sent
from engine.test_ownership import a_namespace, made_by_hand
from engine.world import World
from memory_api import Kfam, Killed, fail_nth_write
from memory_api.controller import STAGES
from profiles_management import (
    StaleProfile,
    delete_stale_profiles,
    list_stale_profiles,
    plan_deletion,
)
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason, Verb
from profiles_management.reconcile.plan import Reason


def delete(world, *, keep_data=False, pmr=None, **changed):
    clock = world.ticks.clock
    return delete_stale_profiles(
        document() if pmr is None else pmr,
        target=Cluster(world.client, clock=clock),
        settings=type(world.settings)(**{"allow_revocations": True, **changed}),
        keep_data=keep_data,
        clock=clock,
    )


def there(world, name="ml"):
    return [kind for kind in ("Profile", "Namespace") if world.api.get(kind, None, name)]


def adopted(world, profile):
    a_namespace(world)
    world.apply(document(profile(ann="edit", fields={"adopt": True})))
    return world


# listing, and what an ordinary apply does


def test_a_profile_that_left_loses_its_contributors_and_keeps_everything_else(world, profile):
    world.apply(document(profile(ann="edit", cpu="1", fields={"labels": {"team": "red"}})))
    before = {key: one for key, one in world.api.snapshot().items() if "user-ann" not in key[2]}

    report = world.apply(document())

    assert [change.reason for change in report.plan.changes] == [Reason.LEFT_DOCUMENT]
    assert world.api.snapshot() == before
    assert report.plan.stale == ("ml",)


def test_a_stale_profile_is_listed_with_owner_and_contributors(world, profile):
    world.apply(document(profile(ann="edit", bob="view")))

    assert list_stale_profiles(document(), target=world.client) == (
        StaleProfile("ml", "owner@example.com", 2),
    )


def test_contributors_that_the_dashboard_adds_to_a_stale_profile_are_revoked(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    world.apply(document())

    assert roles_in(world.api) == {"owner": "admin"}


def test_by_default_only_ours_are_stale(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    assert list_stale_profiles(document(), target=world.client) == ()
    assert not world.plan(document()).changes


def test_a_setting_widens_stale_to_every_profile(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    world.apply(document(), stale="all")

    assert roles_in(world.api) == {"owner": "admin"}


def test_a_setting_turns_it_off(world, profile):
    world.apply(document(profile(ann="edit")))

    assert not world.plan(document(), stale="off").changes


def test_what_was_adopted_counts_as_ours(world, profile):
    made_by_hand(world)
    world.apply(document(profile(ann="edit")))

    world.apply(document())

    assert roles_in(world.api) == {"owner": "admin"}


def test_somebody_elses_namespace_under_a_stale_profiles_name_is_not_touched(world):
    a_namespace(world, owner="zed@example.com")
    made_by_hand(world)
    Kfam(world.api).add("ml", "zoe@example.com", "edit")
    before = world.api.snapshot()

    world.apply(document(), stale="all")

    assert world.api.snapshot() == before


def test_coming_back_into_the_document_gives_access_back(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    world.apply(document())

    world.apply(pmr)

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


# deleting, with the data


def test_deleting_removes_profile_and_namespace(world, profile):
    world.apply(document(profile(ann="edit"), profile("data")))

    report = delete(world, pmr=document(profile("data")))

    assert there(world) == []
    assert there(world, "data") == ["Profile", "Namespace"]
    assert report.exit_code == 0


def test_deleting_plans_before_it_writes(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.log.clear()

    plan = plan_deletion(document(), target=world.client)

    assert [change.reason for change in plan.changes] == [
        Reason.LEFT_DOCUMENT,
        KubeflowReason.STALE,
    ]
    assert not world.api.writes


def test_contributors_lose_access_before_anything_is_deleted(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.log.clear()

    delete(world)

    assert [one.split()[1] for one in sent(world.api)] == [
        "rolebindings",
        "authorizationpolicies",
        "profiles",
    ]


def test_nothing_stale_means_nothing_deleted(world, profile):
    world.apply(document(profile()))
    world.api.log.clear()

    delete(world, pmr=document(profile()))

    assert not world.api.writes


@pytest.mark.parametrize("stale", ["ours", "off"])
def test_what_is_not_stale_by_the_setting_is_not_deleted(world, stale):
    made_by_hand(world)

    delete(world, stale=stale)

    assert there(world) == ["Profile", "Namespace"]


def test_an_adopted_namespace_goes_too(world, profile):
    adopted(world, profile)

    report = delete(world)

    assert there(world) == []
    assert report.exit_code == 0


@pytest.mark.parametrize("index", [1, 2, 3, 4])
@pytest.mark.parametrize("when", ["kill_before", "kill_after"])
def test_deleting_an_adopted_namespace_is_finished_by_the_next_run_wherever_it_died(
    world, profile, index, when
):
    adopted(world, profile)
    world.api.faults.append(fail_nth_write(index, when))
    with pytest.raises(Killed):
        delete(world)
    world.api.faults.clear()

    delete(world)

    assert there(world) == []


def test_a_namespace_that_is_slow_to_go_is_pending(profile):
    world = World()
    world.apply(document(profile()))
    one = world.api.get("Namespace", None, "ml")
    one["metadata"]["finalizers"] = ["example.com/slow"]
    world.api.put(one)

    report = delete(world)
    again = delete(world)

    assert report.exit_code == 4
    assert again.exit_code == 0  # its Profile is gone, so nothing is left to do


def test_a_profile_that_is_being_deleted_is_pending(world, profile):
    world.apply(document(profile()))
    one = world.api.get("Profile", None, "ml")
    one["metadata"] |= {
        "deletionTimestamp": "2026-11-01T00:00:00Z",
        "finalizers": ["example.com/slow"],
    }
    world.api.put(one)

    assert delete(world).exit_code == 4


@pytest.mark.parametrize("keep_data", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_a_deletion_that_the_controller_has_not_finished_is_written_once_and_waited_for(
    profile, keep_data, stage
):
    world = World()
    world.apply(document(profile(ann="edit", cpu="1")))
    world.controller.stops_before = stage

    first = delete(world, keep_data=keep_data, deadline=0)
    written = len(world.api.writes)
    later = [delete(world, keep_data=keep_data, deadline=0) for _ in range(2)]

    assert len(world.api.writes) == written
    assert [report.exit_code for report in (first, *later)] == [4, 4, 4]
    assert [one.what for one in later[1].pending] == ["ml is being deleted"]
    assert world.plan(document()).changes == ()
    world.controller.stops_before = ""
    world.ticks.meanwhile = world.controller.run
    assert delete(world, keep_data=keep_data).exit_code == 0
    assert there(world) == (["Namespace"] if keep_data else [])


@pytest.mark.parametrize("stage", STAGES)
def test_a_profile_that_comes_back_into_the_document_while_it_is_deleted_is_pending(profile, stage):
    world, pmr = World(), document(profile(ann="edit", cpu="1"))
    world.apply(pmr)
    world.controller.stops_before = stage
    delete(world, deadline=0)
    written = len(world.api.writes)

    reports = [world.apply(pmr, deadline=0) for _ in range(2)]

    assert len(world.api.writes) == written
    for report in reports:
        assert (report.exit_code, report.errors, report.plan.warnings) == (4, (), ())
        assert [one.what for one in report.pending] == ["Profile ml is being deleted"]
    world.controller.stops_before = ""
    world.controller.run()
    assert world.apply(pmr).exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


@pytest.mark.parametrize("keep_data", [False, True])
@pytest.mark.parametrize(
    "make", [lambda world, profile: world.apply(document(profile(ann="edit"))), adopted]
)
def test_the_first_write_to_each_object_carries_the_version_that_was_read(
    world, profile, make, keep_data
):
    make(world, profile)

    plan = plan_deletion(document(), target=world.client, keep_data=keep_data)

    writes = [
        write for change in plan.changes for write in change.writes if write.verb is not Verb.CREATE
    ]
    assert writes
    assert all(write.version for write in writes)


@pytest.mark.parametrize("keep_data", [False, True])
def test_a_profile_that_somebody_changed_since_it_was_read_is_not_deleted(
    world, profile, keep_data
):
    world.apply(document(profile()))
    world.api.after.append(meddle_once(world.api, "Profile"))

    report = delete(world, keep_data=keep_data)

    assert "Profile" in there(world)
    assert report.exit_code == 4


# what would hang in Terminating


def with_another_owner(world):
    one = world.api.get("Namespace", None, "ml")
    one["metadata"]["annotations"]["owner"] = "zed@example.com"
    world.api.put(one)


def with_an_impossible_quota(world):
    body = {"spec": {"resourceQuotaSpec": {"hard": {"Bad Key": "1"}}}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )


def with_another_role(world):
    one = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    one["roleRef"]["name"] = "view"
    world.api.put(one)


@pytest.mark.parametrize("keep_data", [False, True])
@pytest.mark.parametrize(
    "trouble", [with_another_owner, with_an_impossible_quota, with_another_role]
)
def test_what_would_leave_a_profile_in_terminating_is_corrected_first(
    world, profile, trouble, keep_data
):
    world.apply(document(profile()))
    trouble(world)

    report = delete(world, keep_data=keep_data)

    assert world.api.get("Profile", None, "ml") is None
    assert report.exit_code == 0


# deleting, without the data


@pytest.mark.parametrize(
    "make", [lambda world, profile: world.apply(document(profile(ann="edit"))), adopted]
)
def test_keeping_the_data_keeps_the_namespace_and_what_is_in_it(world, profile, make):
    make(world, profile)
    limits = {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "mine", "namespace": "ml"},
        "spec": {"limits": []},
    }
    world.api.put(limits)

    report = delete(world, keep_data=True)

    assert there(world) == ["Namespace"]
    assert world.api.get("LimitRange", "ml", "mine")
    assert report.exit_code == 0


@pytest.mark.parametrize(
    "make", [lambda world, profile: world.apply(document(profile(ann="edit"))), adopted]
)
def test_keeping_the_data_leaves_nobody_with_access(world, profile, make):
    make(world, profile)
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    delete(world, keep_data=True)

    assert world.api.objects("RoleBinding", "ml") == []
    assert let_in(world.api) == []


def test_nobody_keeps_access_although_unlisted_contributors_are_kept_otherwise(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "zed@example.com", "edit")

    delete(world, keep_data=True, unlisted="keep")

    assert world.api.objects("RoleBinding", "ml") == []


def test_keeping_the_data_never_opens_the_mesh(world, profile):
    world.apply(document(profile(ann="edit")))
    policies = []
    world.api.after.append(
        lambda request: policies.append(len(world.api.objects("AuthorizationPolicy", "ml")))
    )

    delete(world, keep_data=True)

    assert min(policies) > 0  # without any policy, Istio lets everybody in
    assert names_of(world.api, "AuthorizationPolicy") == ["profiles-management-closed"]
    assert world.api.get("AuthorizationPolicy", "ml", "profiles-management-closed")["spec"] == {}


@pytest.mark.parametrize("index", [1, 2, 3, 4, 5])
def test_keeping_the_data_is_finished_by_the_next_run_wherever_it_died(world, profile, index):
    world.apply(document(profile(ann="edit")))
    world.api.faults.append(fail_nth_write(index, "kill_after"))
    with pytest.raises(Killed):
        delete(world, keep_data=True)
    world.api.faults.clear()

    delete(world, keep_data=True)

    assert there(world) == ["Namespace"]
    assert world.api.objects("RoleBinding", "ml") == []


def test_kept_data_can_be_had_back_by_its_owner(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    delete(world, keep_data=True)

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert not world.plan(pmr).changes


def test_kept_data_can_be_deleted_with_the_profile_that_has_it_back(world, profile):
    world.apply(document(profile()))
    delete(world, keep_data=True)
    world.apply(document(profile()))

    delete(world)

    assert there(world) == []


def test_a_plan_names_every_stale_profile_also_one_with_nothing_left_to_lose(world, profile):
    world.apply(document(profile(ann="edit"), profile("bare"), profile("data", dan="edit")))

    first = world.plan(document(profile("data", dan="edit")))
    world.apply(document(profile("data", dan="edit")))

    assert first.stale == world.plan(document(profile("data", dan="edit"))).stale == ("bare", "ml")
