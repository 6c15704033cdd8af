"""Access by objects that are not managed stays, and is always reported."""

import pytest

from engine.build import contributor, document
from engine.looking import roles_in
from memory_api import Kfam
from profiles_management import (
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_deletion,
)
from profiles_management.kubeflow.cluster import Cluster
from profiles_management.pmr import Contributor
from scenarios.foreign import account, binding, kfam_notes, peer_pair, person, policy, put, rule

ANN, ZED = "ann@example.com", "zed@example.com"


def target(world):
    return Cluster(world.client, clock=world.ticks.clock)


def said(problems):
    """Return what unmanaged access is reported, as text."""
    return [problem.what for problem in problems if problem.code == "unmanaged-access"]


@pytest.fixture
def ml(world, profile):
    """A cluster with the profile `ml` and ann in it."""
    world.apply(document(profile(ann="edit")))
    return world


# whose


def test_a_person_of_the_profile_has_more_by_another_binding(ml, profile):
    put(ml.api, binding("some-name", person(ANN), role="kubeflow-admin"))

    plan = ml.plan(document(profile(ann="edit")))

    assert not plan.changes
    (warning,) = plan.warnings
    assert str(warning) == (
        "Profile/ml: ann@example.com also has admin by RoleBinding some-name, which is not managed. "
        "Delete it if this access is not intended. [unmanaged-access]"
    )


def test_a_person_whom_the_run_revokes_still_has_access(ml, profile):
    put(ml.api, binding("some-name", person(ANN)))

    plan = ml.apply(document(profile())).plan

    assert said(plan.warnings) == ["ann@example.com still has edit by RoleBinding some-name, which is not managed"]


def test_an_expired_person_still_has_access(ml, profile):
    put(ml.api, binding("some-name", person(ANN)))

    plan = ml.plan(document(profile(contributors=[contributor("ann", until="2026-01-01")])))

    assert said(plan.warnings) == ["ann@example.com still has edit by RoleBinding some-name, which is not managed"]


def test_an_owner_who_is_replaced_still_has_access(ml, profile):
    put(ml.api, binding("some-name", person("owner@example.com")))

    plan = ml.plan(document(profile(owner="olga", ann="edit")))

    assert said(plan.warnings) == ["owner@example.com still has edit by RoleBinding some-name, which is not managed"]


def test_somebody_whom_the_document_names_in_another_profile_is_reported(ml, profile):
    put(ml.api, binding("some-name", person(ZED)))

    plan = ml.plan(document(profile(ann="edit"), profile("data", zed="view")))

    assert said(plan.warnings) == ["zed@example.com also has edit by RoleBinding some-name, which is not managed"]


def test_somebody_whom_nobody_names_is_not_reported(ml, profile):
    put(ml.api, binding("some-name", person(ZED)))

    assert not said(ml.plan(document(profile(ann="edit"))).warnings)


def test_those_who_lose_access_with_a_profile_that_left_are_reported(ml):
    put(ml.api, binding("some-name", person(ANN)))

    assert said(ml.plan(document()).warnings) == [
        "ann@example.com still has edit by RoleBinding some-name, which is not managed"
    ]


def test_a_user_is_not_a_group_of_the_same_name(ml, profile):
    put(ml.api, binding("some-name", person(ANN, "Group")))

    assert not said(ml.plan(document(profile(ann="edit"))).warnings)


def test_a_group_of_the_document_is_reported(world, profile):
    pmr = document(profile(contributors=[contributor("x@x.com", kind="Group")]))
    world.apply(pmr)
    put(world.api, binding("some-name", person("x@x.com", "Group")))

    assert said(world.plan(pmr).warnings) == [
        "x@x.com (Group) also has edit by RoleBinding some-name, which is not managed"
    ]


@pytest.mark.parametrize("group", ["system:authenticated", "system:unauthenticated"])
def test_a_group_that_everybody_is_in_is_reported(ml, profile, group):
    put(ml.api, binding("some-name", person(group, "Group")))

    (what,) = said(ml.plan(document(profile(ann="edit"))).warnings)

    assert what == f"{group} (Group) also has edit by RoleBinding some-name, which is not managed"


def test_a_service_account_that_the_document_names_as_a_user_is_reported(world, profile):
    robot = Contributor(name="system:serviceaccount:ci:robot", role="view")
    pmr = document(profile(contributors=[robot]))
    world.apply(pmr)
    put(world.api, binding("some-name", account("robot", "ci")))

    assert said(world.plan(pmr).warnings) == [
        "system:serviceaccount:ci:robot also has edit by RoleBinding some-name, which is not managed"
    ]


# by what


BY_WHAT = {
    "edit": binding("x", person(ANN)),
    "ClusterRole cluster-admin": binding("x", person(ANN), role="cluster-admin"),
    "ClusterRole edit": binding("x", person(ANN), role="edit"),
    "Role pod-reader": binding("x", person(ANN), role="pod-reader", kind="Role"),
    "admin": binding("x", person(ZED), person(ANN), role="kubeflow-admin", notes=kfam_notes(ANN, "edit")),
    "view": binding("x", person(ANN), role="kubeflow-view", notes={"user": ANN}),
}


@pytest.mark.parametrize(("role", "body"), BY_WHAT.items(), ids=BY_WHAT.keys())
def test_the_role_is_named_as_it_is_bound(ml, profile, role, body):
    put(ml.api, body)

    assert said(ml.plan(document(profile(ann="edit"))).warnings) == [
        f"ann@example.com also has {role} by RoleBinding x, which is not managed"
    ]


LETS_ANN_IN = {
    "by name": policy("x", rule(ANN)),
    "among others": policy("x", rule(ZED, ANN)),
    "by the end of the name": policy("x", rule("*nn@example.com")),
    "by its beginning": policy("x", rule("ann@*")),
    "in a second rule": policy("x", rule(ZED), rule(ANN)),
    "through every gateway of a namespace": policy("x", rule(ANN, principals=["cluster.local/ns/istio-system/*"])),
    "whatever sent it": policy("x", {"when": rule(ANN)["when"]}),
    "with a header in capitals": policy("x", rule(ANN, key="request.headers[Kubeflow-UserID]")),
}


@pytest.mark.parametrize("body", LETS_ANN_IN.values(), ids=LETS_ANN_IN.keys())
def test_a_policy_alone_is_access_too(ml, profile, body):
    put(ml.api, body)

    assert said(ml.plan(document(profile(ann="edit"))).warnings) == [
        "ann@example.com also passes the mesh by AuthorizationPolicy x, which is not managed"
    ]


LETS_ANYBODY_IN = {"an empty rule": policy("x", {}), "any header": policy("x", rule("*"))}


@pytest.mark.parametrize("body", LETS_ANYBODY_IN.values(), ids=LETS_ANYBODY_IN.keys())
def test_a_policy_that_lets_anybody_in_is_reported(ml, profile, body):
    put(ml.api, body)

    assert said(ml.plan(document(profile(ann="edit"))).warnings) == [
        "anybody also passes the mesh by AuthorizationPolicy x, which is not managed"
    ]


KEEPS_ANN_OUT = {
    "denying": policy("x", rule(ANN), action="DENY"),
    "of another": policy("x", rule(ZED)),
    "of another header": policy("x", rule(ANN, key="request.headers[x-other]")),
    "of a group": policy("x", rule(ANN, key="request.auth.claims[groups]")),
    "for health checks": policy("x", {"to": [{"operation": {"paths": ["/healthz"]}}]}),
    "for other workloads": policy("x", {"from": [{"source": {"namespaces": ["knative-serving"]}}]}),
    "through another gateway": policy("x", rule(ANN, principals=["cluster.local/ns/other/sa/gateway"])),
    "with nothing": policy("x"),
}


@pytest.mark.parametrize("body", KEEPS_ANN_OUT.values(), ids=KEEPS_ANN_OUT.keys())
def test_a_policy_that_does_not_let_the_person_in_is_not_reported(ml, profile, body):
    put(ml.api, body)

    assert not said(ml.plan(document(profile(ann="edit"))).warnings)


def test_what_the_profile_controller_makes_is_not_reported(ml, profile):
    assert not ml.plan(document(profile(ann="edit"))).warnings


def test_what_has_a_contributors_name_and_is_not_one_is_reported_whoever_it_is_for(ml, profile):
    put(ml.api, binding("user-zed-example-com-clusterrole-edit", person(ZED)))

    (warning,) = ml.plan(document(profile(ann="edit"))).warnings

    assert (warning.code, warning.what) == (
        "unknown-binding",
        "RoleBinding user-zed-example-com-clusterrole-edit gives edit to zed@example.com, and is not managed",
    )


# how much


def test_five_are_named_of_one_profile_and_the_others_are_counted(ml, profile):
    put(ml.api, *(binding(f"x{number}", person(ANN)) for number in range(9)))

    warnings = ml.plan(document(profile(ann="edit"))).warnings

    assert [one.what for one in warnings][-1] == "4 more accesses by objects that are not managed"
    assert len(warnings) == 6


def test_those_who_were_just_revoked_are_named_first(ml, profile):
    put(ml.api, *(binding(f"x{number}", person("owner@example.com")) for number in range(9)))
    put(ml.api, binding("y", person(ANN)))

    assert said(ml.plan(document(profile())).warnings)[0].startswith("ann@example.com still has edit")


def test_hostile_objects_are_read_without_harm(ml, profile):
    deep = {"rules": [{"when": [{"key": "k" * 10_000, "values": ["*" * 5_000] * 100}]}] * 100}
    put(ml.api, {**policy("x"), "spec": deep}, binding("y", *(person(f"p{n}") for n in range(2_000))))

    assert not said(ml.plan(document(profile(ann="edit"))).warnings)


# lists and deletions


def test_an_export_says_who_has_more_than_the_document_can_say(ml):
    put(ml.api, binding("some-name", person(ANN), role="kubeflow-admin"))

    export = export_pmr(target=target(ml))

    assert said(export.notes) == ["ann@example.com also has admin by RoleBinding some-name, which is not managed"]
    assert "also has admin by RoleBinding some-name" in export.to_yaml().partition("profiles:")[0]


def test_stale_profiles_are_listed_with_it(ml):
    put(ml.api, binding("some-name", person(ANN)))

    (stale,) = list_stale_profiles(document(), target=target(ml))

    assert said(stale.warnings) == ["ann@example.com still has edit by RoleBinding some-name, which is not managed"]


def test_keeping_the_data_says_who_is_left_whoever_it_is(ml):
    put(ml.api, binding("some-name", person(ZED)), binding("own", account("default")))

    plan = plan_deletion(document(), target=target(ml), keep_data=True)

    assert said(plan.warnings) == ["zed@example.com still has edit by RoleBinding some-name, which is not managed"]


WITH_NOTES = {
    "of two people": binding("x", person(ANN), person(ZED), notes=kfam_notes(ANN, "edit")),
    "of another role": binding("x", person(ZED), role="cluster-admin", notes=kfam_notes(ZED, "edit")),
    "of another person": binding("x", person(ZED), notes=kfam_notes(ANN, "edit")),
}


@pytest.mark.parametrize("body", WITH_NOTES.values(), ids=WITH_NOTES.keys())
def test_keeping_the_data_closes_for_everything_that_has_kfams_annotations(ml, body):
    put(ml.api, body, policy("y", rule(ANN, ZED), notes=kfam_notes(ZED, "edit")))

    delete_stale_profiles(document(), target=target(ml), keep_data=True, clock=ml.ticks.clock)

    assert roles_in(ml.api) == {}
    assert ml.api.get("AuthorizationPolicy", "ml", "y") is None


def test_after_keeping_the_data_access_still_lists_who_is_left(ml):
    put(ml.api, binding("some-name", person(ZED)))

    delete_stale_profiles(document(), target=target(ml), keep_data=True, clock=ml.ticks.clock)

    found = [(entry.profile, entry.person.name, entry.role, entry.managed) for entry in list_access(target=target(ml))]
    assert found == [("ml", ZED, "edit", False)]


def test_access_lists_who_passes_a_policy_alone(ml):
    put(ml.api, policy("x", rule(ZED)))

    found = [entry for entry in list_access(target=target(ml)) if entry.person.name == ZED]

    assert [(entry.role, entry.managed) for entry in found] == [("", False)]


def test_what_the_dashboard_and_the_peer_made_is_managed(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", ANN, "edit")
    put(world.api, *peer_pair(ZED, "view"))

    assert not said(world.plan(document(profile(ann="edit", zed="view"))).warnings)
