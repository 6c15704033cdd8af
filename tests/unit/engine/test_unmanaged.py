"""Access through unmanaged objects stays, and is always reported."""

from dataclasses import replace

import pytest

from engine.build import contributor, document
from engine.looking import let_in, roles_in
from engine.world import BRAKE_OFF, World
from memory_api import Kfam
from memory_api.controller import PRINCIPALS
from profiles_management import (
    delete_stale_profiles,
    export_pmr,
    list_access,
    list_stale_profiles,
    plan_deletion,
)
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.pmr import Contributor
from scenarios.foreign import account, binding, kfam_notes, peer_pair, person, policy, put, rule

ANN, ZED = "ann@example.com", "zed@example.com"


def target(world):
    return Cluster(world.client, clock=world.ticks.clock)


def said(problems):
    """Return the warnings about unmanaged access as text."""
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

    assert said(plan.warnings) == [
        "ann@example.com still has edit by RoleBinding some-name, which is not managed"
    ]


def test_an_expired_person_still_has_access(ml, profile):
    put(ml.api, binding("some-name", person(ANN)))

    plan = ml.plan(document(profile(contributors=[contributor("ann", until="2026-01-01")])))

    assert said(plan.warnings) == [
        "ann@example.com still has edit by RoleBinding some-name, which is not managed"
    ]


def test_an_owner_who_is_replaced_still_has_access(ml, profile):
    put(ml.api, binding("some-name", person("owner@example.com")))

    plan = ml.plan(document(profile(owner="olga", ann="edit")))

    assert said(plan.warnings) == [
        "owner@example.com still has edit by RoleBinding some-name, which is not managed"
    ]


def test_somebody_whom_the_document_names_in_another_profile_is_reported(ml, profile):
    put(ml.api, binding("some-name", person(ZED)))

    plan = ml.plan(document(profile(ann="edit"), profile("data", zed="view")))

    assert said(plan.warnings) == [
        "zed@example.com also has edit by RoleBinding some-name, which is not managed"
    ]


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
    "admin": binding(
        "x", person(ZED), person(ANN), role="kubeflow-admin", notes=kfam_notes(ANN, "edit")
    ),
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
    "through every gateway of a namespace": policy(
        "x", rule(ANN, principals=["cluster.local/ns/istio-system/*"])
    ),
    "whatever sent it": policy("x", {"when": rule(ANN)["when"]}),
    "with a header in capitals": policy("x", rule(ANN, key="request.headers[Kubeflow-UserID]")),
    "from any address": policy(
        "x", {**rule(ANN), "from": [{"source": {"ipBlocks": ["0.0.0.0/0"]}}]}
    ),
    "from the gateway's namespace": policy(
        "x", {**rule(ANN), "from": [{"source": {"namespaces": ["istio-*"]}}]}
    ),
    "from all but one": policy("x", {**rule(ANN), "from": [{"source": {"notPrincipals": ["x"]}}]}),
    "from the gateway's account": policy(
        "x", {**rule(ANN), "from": [{"source": {"serviceAccounts": ["istio-system/*"]}}]}
    ),
    "to some paths": policy("x", {**rule(ANN), "to": [{"operation": {"paths": ["/notebook/*"]}}]}),
    "and not from one address": policy(
        "x",
        {
            **rule(ANN),
            "when": [*rule(ANN)["when"], {"key": "source.ip", "notValues": ["192.0.2.1"]}],
        },
    ),
    "and with another header": policy(
        "x",
        {
            **rule(ANN),
            "when": [*rule(ANN)["when"], *rule("x", key="request.headers[x-other]")["when"]],
        },
    ),
    "by the claim of an address": policy("x", rule(ANN, key="request.auth.claims[email]")),
}


@pytest.mark.parametrize("body", LETS_ANN_IN.values(), ids=LETS_ANN_IN.keys())
def test_a_policy_alone_is_access_too(ml, profile, body):
    put(ml.api, body)

    assert said(ml.plan(document(profile(ann="edit"))).warnings) == [
        "ann@example.com also passes the mesh by AuthorizationPolicy x, which is not managed"
    ]


GATEWAY = PRINCIPALS[0]
USER_ID = "request.headers[kubeflow-userid]"
LETS_ANYBODY_IN = {
    "an empty rule": policy("x", {}),
    "any header": policy("x", rule("*")),
    "all but one": policy(
        "x", {**rule(), "when": [{"key": USER_ID, "notValues": ["zed@example.com"]}]}
    ),
    "all but one address": policy(
        "x", {**rule(), "when": [{"key": "source.ip", "notValues": ["192.0.2.1"]}]}
    ),
    "any browser": policy("x", rule("*", key="request.headers[user-agent]")),
    "the gateway as a condition": policy(
        "x", {"when": [{"key": "source.principal", "values": [GATEWAY]}]}
    ),
    "its namespace as a condition": policy(
        "x", {"when": [{"key": "source.namespace", "values": ["istio-*"]}]}
    ),
    "the gateway's namespace": policy(
        "x", {"from": [{"source": {"namespaces": ["istio-system"]}}]}
    ),
    "every path": policy("x", {"to": [{"operation": {"paths": ["/*"]}}]}),
    "all paths but one": policy("x", {"to": [{"operation": {"notPaths": ["/admin"]}}]}),
    "reading": policy("x", {"to": [{"operation": {"methods": ["GET"]}}]}),
    "the port of notebooks": policy("x", {"to": [{"operation": {"ports": ["8888"]}}]}),
}


@pytest.mark.parametrize("body", LETS_ANYBODY_IN.values(), ids=LETS_ANYBODY_IN.keys())
def test_a_policy_that_lets_anybody_in_is_reported(ml, profile, body):
    put(ml.api, body)

    assert said(ml.plan(document(profile(ann="edit"))).warnings) == [
        "anybody also passes the mesh by AuthorizationPolicy x, which is not managed"
    ]


KEEPS_ANN_OUT = {
    "by an end that is in the middle of the name": policy("x", rule("*ann@example")),
    "by a beginning that is in the middle of the name": policy("x", rule("nn@*")),
    "denying": policy("x", rule(ANN), action="DENY"),
    "of another": policy("x", rule(ZED)),
    "of another header": policy("x", rule(ANN, key="request.headers[x-other]")),
    "of a group": policy("x", rule(ANN, key="request.auth.claims[groups]")),
    "for health checks": policy("x", {"to": [{"operation": {"paths": ["/healthz"]}}]}),
    "for other workloads": policy("x", {"from": [{"source": {"namespaces": ["knative-serving"]}}]}),
    "through another gateway": policy(
        "x", rule(ANN, principals=["cluster.local/ns/other/sa/gateway"])
    ),
    "from all but the gateways": policy(
        "x", {**rule(ANN), "from": [{"source": {"notPrincipals": ["cluster.local/*"]}}]}
    ),
    "from the workloads of a namespace": policy(
        "x", {"when": [{"key": "source.namespace", "values": ["ml"]}]}
    ),
    "from one address": policy("x", {"from": [{"source": {"ipBlocks": ["192.0.2.1/32"]}}]}),
    "to the port of metrics": policy("x", {"to": [{"operation": {"ports": ["15090"]}}]}),
    "writing": policy("x", {"to": [{"operation": {"methods": ["POST"]}}]}),
    "with nothing": policy("x"),
}


@pytest.mark.parametrize("body", KEEPS_ANN_OUT.values(), ids=KEEPS_ANN_OUT.keys())
def test_a_policy_that_does_not_let_the_person_in_is_not_reported(ml, profile, body):
    put(ml.api, body)

    assert not said(ml.plan(document(profile(ann="edit"))).warnings)


def test_what_the_profile_controller_makes_is_not_reported(ml, profile):
    assert not ml.plan(document(profile(ann="edit"))).warnings


def test_an_object_with_a_contributors_name_that_is_not_one_is_reported_for_everybody(ml, profile):
    put(ml.api, binding("user-zed-example-com-clusterrole-edit", person(ZED)))

    (warning,) = ml.plan(document(profile(ann="edit"))).warnings

    assert (warning.code, warning.what) == (
        "unknown-binding",
        "RoleBinding user-zed-example-com-clusterrole-edit gives edit to zed@example.com, and is not managed",
    )


@pytest.mark.parametrize("value", ["goo:" + ANN, "*:" + ANN, "*" + ANN, "goo:ann@*"])
def test_a_prefix_of_user_ids_is_part_of_what_a_policy_compares(profile, value):
    world = World(replace(BRAKE_OFF, userid_prefix="goo:"))
    world.apply(document(profile(ann="edit")))
    put(world.api, policy("x", rule(value)))

    (what,) = said(world.plan(document(profile())).warnings)

    assert (
        what
        == "ann@example.com still passes the mesh by AuthorizationPolicy x, which is not managed"
    )


@pytest.mark.parametrize("value", ["*", "g*", "goo:*"])
def test_any_name_after_the_prefix_lets_anybody_in(profile, value):
    world = World(replace(BRAKE_OFF, userid_prefix="goo:"))
    world.apply(document(profile(ann="edit")))
    put(world.api, policy("x", rule(value)))

    (what,) = said(world.plan(document(profile())).warnings)

    assert what.startswith("anybody also passes the mesh")


def test_a_policy_of_a_contributors_name_without_annotations_is_reported_in_every_run(ml, profile):
    name = "user-ann-example-com-clusterrole-edit"
    ml.api.remove("RoleBinding", "ml", name)
    put(ml.api, policy(name, rule(ANN)))

    for _ in range(2):
        (warning,) = ml.apply(document(profile())).plan.warnings
        assert warning.what == f"AuthorizationPolicy {name} lets {ANN} in, and is not managed"


def test_an_unmanaged_object_with_kfams_annotations_is_reported_for_everybody(ml, profile):
    put(ml.api, binding("x", person(ZED), person("yan@example.com"), notes=kfam_notes(ZED, "edit")))

    (warning,) = ml.plan(document(profile(ann="edit"))).warnings

    assert (
        warning.what
        == "RoleBinding x gives edit to zed@example.com, yan@example.com, and is not managed"
    )


def test_five_unknown_objects_are_named_of_one_profile_and_the_others_are_counted(ml, profile):
    put(ml.api, *(binding(f"user-p{n}-clusterrole-edit", person(f"p{n}")) for n in range(9)))

    warnings = ml.plan(document(profile(ann="edit"))).warnings

    assert len(warnings) == 6
    assert (
        warnings[-1].what
        == "4 more objects with a contributor's name or annotations give access and are not managed"
    )


def test_a_group_of_all_service_accounts_is_reported(ml, profile):
    put(ml.api, binding("x", person("system:serviceaccounts", "Group")))

    assert len(said(ml.plan(document(profile(ann="edit"))).warnings)) == 1


# by the owner's objects


def let_in_with_the_owner(api, name, **more):
    """Make the owner's policy let others in, unnoticed by the profile controller."""
    body = api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")
    body["metadata"].pop("ownerReferences")
    body["metadata"].update(more)
    body["spec"]["rules"][0]["when"][0]["values"].append(name)
    put(api, body)


def bind_with_the_owner(api, name, **more):
    """Bind somebody with the owner, where the profile controller does not see it."""
    body = api.get("RoleBinding", "ml", "namespaceAdmin")
    body["metadata"].pop("ownerReferences")
    body["metadata"].update(more)
    body["subjects"].append(person(name))
    put(api, body)


def test_whom_the_owners_policy_lets_in_too_loses_access_and_is_not_said_to_stay(ml, profile):
    let_in_with_the_owner(ml.api, ANN)

    assert not ml.apply(document(profile())).plan.warnings
    assert not ml.apply(document(profile())).plan.changes


def test_whom_the_run_takes_off_the_owners_binding_is_not_said_to_stay(ml, profile):
    bind_with_the_owner(ml.api, ANN)

    assert not ml.apply(document(profile())).plan.warnings
    assert roles_in(ml.api) == {"owner": "admin"}


def test_access_lists_who_is_bound_with_the_owner(ml):
    bind_with_the_owner(ml.api, ZED)

    found = [entry for entry in list_access(target=target(ml)) if entry.person.name == ZED]

    assert [(entry.role, entry.managed) for entry in found] == [("admin", False)]


@pytest.mark.parametrize("finalizers", [[], ["example.com/keep"]])
def test_keeping_the_data_removes_owners_objects_that_would_stay_without_their_profile(
    ml, finalizers
):
    bind_with_the_owner(ml.api, ANN, finalizers=finalizers)
    let_in_with_the_owner(ml.api, ANN, finalizers=finalizers)

    report = delete_stale_profiles(
        document(), target=target(ml), keep_data=True, clock=ml.ticks.clock
    )

    assert report.exit_code == 0
    assert roles_in(ml.api) == {}
    assert ml.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio") is None


def test_keeping_the_data_removes_owners_objects_with_finalizers(ml):
    for kind, name in (
        ("RoleBinding", "namespaceAdmin"),
        ("AuthorizationPolicy", "ns-owner-access-istio"),
    ):
        body = ml.api.get(kind, "ml", name)
        body["metadata"]["finalizers"] = ["example.com/keep"]
        put(ml.api, body)

    delete_stale_profiles(document(), target=target(ml), keep_data=True, clock=ml.ticks.clock)

    assert roles_in(ml.api) == {}
    assert ml.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio") is None


def test_keeping_the_data_empties_what_a_finalizer_keeps_in_deletion(ml):
    finalizers = ["example.com/keep"]
    put(
        ml.api,
        binding(
            "x", person(ANN), person(ZED), notes=kfam_notes(ANN, "edit"), finalizers=finalizers
        ),
    )
    put(ml.api, policy("y", rule(ANN, ZED), notes=kfam_notes(ZED, "edit"), finalizers=finalizers))

    delete_stale_profiles(document(), target=target(ml), keep_data=True, clock=ml.ticks.clock)

    assert roles_in(ml.api) == {}
    assert let_in(ml.api) == []


@pytest.mark.parametrize(
    "body",
    [
        policy("profiles-management-closed", rule(ANN)),
        policy("profiles-management-closed", rule(ANN), action="DENY"),
        {
            **policy("profiles-management-closed"),
            "spec": {"selector": {"matchLabels": {"app": "x"}}},
        },
        policy(
            "profiles-management-closed", rule(ANN), labels={"hnc.x-k8s.io/inherited-from": "org"}
        ),
        policy(
            "profiles-management-closed",
            rule(ANN),
            notes=kfam_notes(ANN, "edit"),
            finalizers=["example.com/x"],
        ),
    ],
    ids=["lets in", "denies", "of one workload", "of a copy", "kept in deletion"],
)
def test_keeping_the_data_never_trusts_the_name_of_a_policy(ml, body):
    put(ml.api, body)

    report = delete_stale_profiles(
        document(), target=target(ml), keep_data=True, clock=ml.ticks.clock
    )

    assert report.exit_code == 0
    assert {} in [one["spec"] for one in ml.api.objects("AuthorizationPolicy", "ml")]


# how much


def test_five_are_named_of_one_profile_and_the_others_are_counted(ml, profile):
    put(ml.api, *(binding(f"x{number}", person(ANN)) for number in range(9)))

    warnings = ml.plan(document(profile(ann="edit"))).warnings

    assert [one.what for one in warnings][
        -1
    ] == "4 more role assignments by objects that are not managed"
    assert len(warnings) == 6


def test_those_who_were_just_revoked_are_named_first(ml, profile):
    put(ml.api, *(binding(f"x{number}", person("owner@example.com")) for number in range(9)))
    put(ml.api, binding("y", person(ANN)))

    assert said(ml.plan(document(profile())).warnings)[0].startswith(
        "ann@example.com still has edit"
    )


def test_hostile_objects_are_read_without_harm(ml, profile):
    deep = {"rules": [{"when": [{"key": "k" * 10_000, "values": ["*" * 5_000] * 100}]}] * 100}
    put(
        ml.api,
        {**policy("x"), "spec": deep},
        binding("y", *(person(f"p{n}") for n in range(2_000))),
    )

    assert not said(ml.plan(document(profile(ann="edit"))).warnings)


# lists and deletions


def test_an_export_says_who_has_more_than_the_document_can_say(ml):
    put(ml.api, binding("some-name", person(ANN), role="kubeflow-admin"))

    export = export_pmr(target=target(ml))

    assert said(export.notes) == [
        "ann@example.com also has admin by RoleBinding some-name, which is not managed"
    ]
    assert "also has admin by RoleBinding some-name" in export.to_yaml().partition("profiles:")[0]


def test_stale_profiles_are_listed_with_it(ml):
    put(ml.api, binding("some-name", person(ANN)))

    (stale,) = list_stale_profiles(document(), target=target(ml))

    assert said(stale.warnings) == [
        "ann@example.com still has edit by RoleBinding some-name, which is not managed"
    ]


def test_keeping_the_data_reports_everybody_who_is_left(ml):
    put(ml.api, binding("some-name", person(ZED)), binding("own", account("default")))

    plan = plan_deletion(document(), target=target(ml), keep_data=True)

    assert said(plan.warnings) == [
        "zed@example.com still has edit by RoleBinding some-name, which is not managed"
    ]


def test_accounts_of_a_namespace_whose_name_begins_alike_are_left_too(ml):
    put(ml.api, binding("own", account("default")), binding("other", account("robot", "ml-ops")))

    plan = plan_deletion(document(), target=target(ml), keep_data=True)

    assert said(plan.warnings) == [
        "system:serviceaccount:ml-ops:robot still has edit by RoleBinding other, which is not managed"
    ]


WITH_NOTES = {
    "of two people": binding("x", person(ANN), person(ZED), notes=kfam_notes(ANN, "edit")),
    "of another role": binding(
        "x", person(ZED), role="cluster-admin", notes=kfam_notes(ZED, "edit")
    ),
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

    found = [
        (entry.profile, entry.person.name, entry.role, entry.managed)
        for entry in list_access(target=target(ml))
    ]
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
