"""The exact content of a contributor's and an owner's objects."""

from dataclasses import replace

import pytest

from engine.build import contributor, document
from engine.world import World
from memory_api import Kfam
from profiles_management import CHARMED, UPSTREAM, Settings

BINDING = "user-ann-example-com-clusterrole-edit"
MARKS = {
    "app.kubernetes.io/managed-by": "profiles-management",
    "profiles-management.io/instance": "default",
}


def pair_of(settings, profile):
    world = World(replace(settings, allow_revocations=True))
    world.apply(document(profile(ann="edit")))
    return world.api.get("RoleBinding", "ml", BINDING), world.api.get(
        "AuthorizationPolicy", "ml", BINDING
    )


def test_a_role_binding_is_kfams(profile):
    binding, _ = pair_of(UPSTREAM, profile)

    assert binding["metadata"]["annotations"] == {"user": "ann@example.com", "role": "edit"}
    assert binding["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "kubeflow-edit",
    }
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "ann@example.com"}
    ]


def test_a_policy_is_kfams(profile):
    _, policy = pair_of(UPSTREAM, profile)

    assert policy["metadata"]["annotations"] == {"user": "ann@example.com", "role": "edit"}
    assert policy["spec"] == {
        "rules": [
            {
                "from": [
                    {
                        "source": {
                            "principals": [
                                "cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account",
                                "cluster.local/ns/kubeflow/sa/ml-pipeline-ui",
                            ]
                        }
                    }
                ],
                "when": [
                    {"key": "request.headers[kubeflow-userid]", "values": ["ann@example.com"]}
                ],
            }
        ]
    }


def test_it_is_just_what_kfam_would_have_made(world, profile):
    world.apply(document(profile(ann="edit")))
    other = World()
    other.apply(document(profile()))
    Kfam(other.api).add("ml", "ann@example.com", "edit")

    for kind in ("RoleBinding", "AuthorizationPolicy"):
        ours, theirs = (one.api.snapshot()[kind, "ml", BINDING] for one in (world, other))
        assert ours["metadata"].pop("labels") == MARKS
        assert ours == theirs


def test_both_have_the_labels_of_the_instance(profile):
    for one in pair_of(replace(UPSTREAM, instance="second"), profile):
        assert one["metadata"]["labels"] == {**MARKS, "profiles-management.io/instance": "second"}


def test_nothing_of_a_contributor_belongs_to_the_profile_object(profile):
    for one in pair_of(UPSTREAM, profile):
        assert "ownerReferences" not in one["metadata"]


def test_charmed_kubeflow_has_principals_of_its_own(profile):
    _, policy = pair_of(CHARMED, profile)

    assert policy["spec"]["rules"][0]["from"][0]["source"]["principals"] == [
        "cluster.local/ns/kubeflow/sa/istio-ingressgateway-workload-service-account",
        "cluster.local/ns/kubeflow/sa/kfp-ui",
    ]


def test_additional_principals_are_added_to_those_of_the_preset(profile):
    extra = UPSTREAM.principals[0], "cluster.local/ns/x/sa/y"

    _, policy = pair_of(replace(UPSTREAM, additional_principals=extra), profile)

    found = policy["spec"]["rules"][0]["from"][0]["source"]["principals"]
    assert found == [*UPSTREAM.principals, "cluster.local/ns/x/sa/y"]


def test_header_and_prefix_are_settings(profile):
    _, policy = pair_of(
        replace(UPSTREAM, userid_header="x-user", userid_prefix="accounts:"), profile
    )

    assert policy["spec"]["rules"][0]["when"] == [
        {"key": "request.headers[x-user]", "values": ["accounts:ann@example.com"]}
    ]


def test_the_prefix_is_the_headers_alone(profile):
    binding, _ = pair_of(replace(UPSTREAM, userid_prefix="accounts:"), profile)

    assert binding["subjects"][0]["name"] == "ann@example.com"


def test_in_an_ambient_mesh_a_policy_is_bound_to_the_waypoint(profile):
    _, policy = pair_of(replace(UPSTREAM, waypoint="waypoint"), profile)

    assert policy["spec"]["targetRefs"] == [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "waypoint"}
    ]


def test_roles_may_be_bound_to_other_cluster_roles(profile):
    roles = {"admin": "my-admin", "edit": "my-edit", "view": "my-view"}

    binding, _ = pair_of(replace(UPSTREAM, roles=roles), profile)

    assert binding["roleRef"]["name"] == "my-edit"


def test_a_group_is_an_rbac_group_and_a_claim_of_the_token(world, profile):
    world.apply(document(profile(contributors=[contributor("team@x", "view", kind="Group")])))

    name = "group-team-x-clusterrole-view"
    binding, policy = (
        world.api.get("RoleBinding", "ml", name),
        world.api.get("AuthorizationPolicy", "ml", name),
    )
    assert binding["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "team@x"}
    ]
    assert binding["metadata"]["annotations"] == {"group": "team@x", "role": "view"}
    assert policy["spec"]["rules"][0]["when"] == [
        {"key": "request.auth.claims[groups]", "values": ["team@x"]}
    ]


def test_the_claim_is_a_setting_and_the_prefix_is_not_a_groups(profile):
    world = World(Settings(groups_claim="roles", userid_prefix="accounts:"))

    world.apply(document(profile(contributors=[contributor("team@x", "view", kind="Group")])))

    policy = world.api.get("AuthorizationPolicy", "ml", "group-team-x-clusterrole-view")
    assert policy["spec"]["rules"][0]["when"] == [
        {"key": "request.auth.claims[roles]", "values": ["team@x"]}
    ]


@pytest.mark.parametrize("user", ['q <&> "o\'\\" /é', "用户@x.com", "o'b/c&d+e@x.com"])
def test_odd_names_are_taken_verbatim_and_read_back_as_no_change(world, profile, user):
    pmr = document(profile(contributors=[{"name": user, "role": "edit"}]))

    world.apply(pmr)

    assert not world.plan(pmr).changes
    assert not [request for request in world.api.writes if request.method == "PATCH"]


def test_a_new_profile_carries_owner_quota_plugins_and_our_mark(world, profile):
    plugin = {"kind": "WorkloadIdentity", "spec": {"gcpServiceAccount": "ml@example.com"}}

    world.apply(document(profile(cpu="2", fields={"plugins": [plugin]})))

    made = world.api.get("Profile", None, "ml")
    assert made["metadata"]["labels"] == MARKS
    assert made["spec"] == {
        "owner": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "User",
            "name": "owner@example.com",
        },
        "resourceQuotaSpec": {"hard": {"limits.cpu": "2"}},
        "plugins": [plugin],
    }


@pytest.mark.parametrize(
    ("kind", "group"), [("User", True), ("Group", True), ("ServiceAccount", False)]
)
def test_an_owner_has_the_group_of_rbac_unless_it_is_a_service_account(world, profile, kind, group):
    world.apply(document(profile(kind=kind)))

    assert ("apiGroup" in world.api.get("Profile", None, "ml")["spec"]["owner"]) is group


def test_an_owner_costs_the_controller_no_write_once_it_is_settled(world, profile):
    world.apply(document(profile(ann="edit")))
    world.controller.writes.clear()

    world.controller.resync()

    assert world.controller.writes == []


def test_a_service_account_may_own_a_profile_from_another_namespace(world, profile):
    pmr = document(profile(owner="bot", kind="ServiceAccount", space="ci"))

    report = world.apply(pmr)

    bound = world.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"]
    assert bound == [{"kind": "ServiceAccount", "name": "bot", "namespace": "ci"}]
    assert report.exit_code == 0
    assert not world.plan(pmr).changes
