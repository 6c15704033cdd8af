"""How the profile controller, stand-in or real, behaves, and what the API server answers.

The engine relies on these rules. Each was observed on the real controller. Source:
kubeflow/dashboard, components/profile-controller.
"""

import itertools

import pytest

from integration.cluster.waiting import wait_for
from integration.people import OLGA, person
from memory_api.status import Refusal

PARTS = {
    "ServiceAccount": ["default-editor", "default-viewer"],
    "RoleBinding": ["default-editor", "default-viewer", "namespaceAdmin"],
    "AuthorizationPolicy": ["ns-owner-access-istio"],
}


@pytest.fixture
def make(server, name):
    """Create a Profile by hand: `make(owner=..., hard={...})`."""

    def make(owner=OLGA, hard=None, **spec):
        quota = {"resourceQuotaSpec": {"hard": hard}} if hard else {}
        subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": owner}
        head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": name}}
        return server.create({**head, "spec": {"owner": subject, **quota, **spec}})

    return make


@pytest.fixture
def complete(server, name):
    """Return whether all objects of the controller for a Profile exist."""

    def complete(owner=OLGA):
        binding = server.get("RoleBinding", name, "namespaceAdmin") or {}
        profile = server.get("Profile", None, name) or {"metadata": {}}
        return [one["name"] for one in binding.get("subjects", [])] == [owner] and profile[
            "metadata"
        ].get("finalizers")

    return complete


@pytest.fixture
def quota(server, name):
    """The hard limits of the quota that the controller keeps, None without one."""

    def quota():
        found = server.get("ResourceQuota", name, "kf-resource-quota")
        return found and found["spec"]["hard"]

    return quota


@pytest.fixture
def barrier(server, name):
    """Wait until the controller, which has one worker, has handled all earlier events."""
    count = itertools.count(1)

    def barrier():
        later = f"{name}-later-{next(count)}"
        head = {"apiVersion": "kubeflow.org/v1", "kind": "Profile", "metadata": {"name": later}}
        server.create({**head, "spec": {"owner": {"kind": "User", "name": OLGA}}})
        wait_for(
            "a later profile",
            lambda: "finalizers" in server.get("Profile", None, later)["metadata"],
        )

    return barrier


def touch(server, name):
    old = server.get("Profile", None, name)["metadata"]["resourceVersion"]
    server.patch("Profile", None, name, {"metadata": {"annotations": {"touched": old}}})


def test_a_profile_gets_all_its_parts(server, make, complete, name):
    made = make()

    wait_for("the profile", complete)

    reference = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "name": name,
        "uid": made["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    for kind, names in PARTS.items():
        for one in names:
            assert server.get(kind, name, one)["metadata"]["ownerReferences"] == [reference]
    space = server.get("Namespace", None, name)["metadata"]
    assert (space["annotations"]["owner"], space["labels"]["istio-injection"]) == (OLGA, "enabled")
    profile = server.get("Profile", None, name)
    assert profile["metadata"]["finalizers"] == ["profile-finalizer"]
    assert profile["spec"]["resourceQuotaSpec"] == {}
    assert "status" not in profile


def test_an_owners_policy_has_four_rules(server, make, complete, name):
    make()

    wait_for("the profile", complete)

    policy = server.get("AuthorizationPolicy", name, "ns-owner-access-istio")
    rules = policy["spec"]["rules"]
    assert policy["metadata"]["annotations"] == {"user": OLGA, "role": "admin"}
    assert rules[0]["when"] == [{"key": "request.headers[kubeflow-userid]", "values": [OLGA]}]
    assert rules[1]["when"] == [{"key": "source.namespace", "values": [name]}]
    assert [rule.get("to", [{}])[0].get("operation", {}).get("paths") for rule in rules[2:]] == [
        ["/healthz", "/metrics", "/wait-for-drain"],
        ["*/api/kernels"],
    ]


def test_a_namespace_of_somebody_else_stays_as_it_is(server, make, barrier, name):
    metadata = {"name": name, "annotations": {"owner": person("eve")}}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    make()
    barrier()

    assert server.get("RoleBinding", name, "namespaceAdmin") is None
    assert "finalizers" not in server.get("Profile", None, name)["metadata"]


def test_a_namespace_annotated_first_is_adopted(server, make, complete, name):
    metadata = {"name": name, "annotations": {"owner": OLGA}}
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    make()

    wait_for("the profile", complete)
    assert "ownerReferences" not in server.get("Namespace", None, name)["metadata"]


def test_a_namespace_annotated_later_is_adopted_after_a_touch(server, make, complete, name):
    server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    make()

    server.patch("Namespace", None, name, {"metadata": {"annotations": {"owner": OLGA}}})
    touch(server, name)

    wait_for("the profile", complete)


def test_a_default_label_comes_back_and_another_value_stays(server, make, complete, name):
    make()
    wait_for("the profile", complete)
    part_of, injection = (
        "app.kubernetes.io/part-of",
        "katib.kubeflow.org/metrics-collector-injection",
    )

    server.patch(
        "Namespace", None, name, {"metadata": {"labels": {part_of: "mine", injection: None}}}
    )

    labels = lambda: server.get("Namespace", None, name)["metadata"]["labels"]  # noqa: E731
    wait_for("the label", lambda: labels().get(injection) == "enabled")
    assert labels()[part_of] == "mine"


def test_quantities_are_written_back_canonically(server, make, complete, quota, name):
    make(
        hard={
            "limits.cpu": "1000m",
            "limits.memory": "1024Mi",
            "pods": 5,
            "count/jobs.batch": "1e3",
        }
    )

    wait_for("the profile", complete)

    canonical = {"limits.cpu": "1", "limits.memory": "1Gi", "pods": "5", "count/jobs.batch": "1e3"}
    assert server.get("Profile", None, name)["spec"]["resourceQuotaSpec"]["hard"] == canonical
    assert quota() == canonical


def test_the_quota_follows_the_profile_and_an_empty_one_removes_it(server, make, quota, name):
    make(hard={"pods": "5"})
    wait_for("the quota", lambda: quota() == {"pods": "5"})

    path = server.path("Profile", None, name)
    op = [
        {"op": "replace", "path": "/spec/resourceQuotaSpec", "value": {"hard": {"limits.cpu": "2"}}}
    ]
    server.call("PATCH", path, op, content_type="application/json-patch+json")
    wait_for("the other quota", lambda: quota() == {"limits.cpu": "2"})

    op[0]["value"] = {}
    server.call("PATCH", path, op, content_type="application/json-patch+json")
    wait_for("no quota", lambda: quota() is None)


def test_a_quota_edited_by_hand_stays_until_something_wakes_the_controller(
    server, make, quota, barrier, name
):
    make(hard={"pods": "5"})
    wait_for("the quota", quota)

    # not the first, perhaps: the controller may still be busy with what it has just made
    def an_edit_stays():
        server.patch(
            "ResourceQuota", name, "kf-resource-quota", {"spec": {"hard": {"pods": "500"}}}
        )
        barrier()
        return quota() == {"pods": "500"}

    wait_for("an edit that stays", an_edit_stays)
    touch(server, name)
    wait_for("the quota", lambda: quota() == {"pods": "5"})


def test_scopes_cannot_change_in_place(server, make, quota, name):
    make(hard={"pods": "5"}, resourceQuotaSpec={"hard": {"pods": "5"}, "scopes": ["BestEffort"]})
    wait_for("the quota", quota)

    other = {"spec": {"resourceQuotaSpec": {"hard": {"pods": "7"}, "scopes": ["NotBestEffort"]}}}
    with pytest.raises(Refusal, match="field is immutable"):
        server.patch(
            "ResourceQuota", name, "kf-resource-quota", {"spec": other["spec"]["resourceQuotaSpec"]}
        )

    server.patch(
        "Profile", None, name, {"spec": {"resourceQuotaSpec": {"hard": None, "scopes": None}}}
    )
    wait_for("no quota", lambda: quota() is None)
    server.patch("Profile", None, name, other)
    wait_for("the other quota", lambda: quota() == {"pods": "7"})


def test_a_binding_edited_by_hand_is_corrected_but_not_its_annotation(server, make, complete, name):
    make()
    wait_for("the profile", complete)

    change = {"metadata": {"annotations": {"user": "eve"}}, "subjects": None}
    server.patch("RoleBinding", name, "namespaceAdmin", change)

    wait_for("the subject", complete)
    assert (
        server.get("RoleBinding", name, "namespaceAdmin")["metadata"]["annotations"]["user"]
        == "eve"
    )


def test_a_new_owner_is_bound_once_the_namespace_names_them(server, make, complete, name):
    make()
    wait_for("the profile", complete)
    nina = person("nina")

    server.patch("Profile", None, name, {"spec": {"owner": {"kind": "User", "name": nina}}})
    server.patch("Namespace", None, name, {"metadata": {"annotations": {"owner": nina}}})

    wait_for("the new owner", lambda: complete(nina))
    binding = server.get("RoleBinding", name, "namespaceAdmin")
    assert binding["metadata"]["annotations"]["user"] == OLGA


def test_a_deleted_profile_takes_its_namespace_along(server, make, complete, name):
    make()
    wait_for("the profile", complete)

    server.delete("Profile", None, name)

    wait_for("the profile to go", lambda: server.get("Profile", None, name) is None)
    wait_for("the namespace to go", lambda: server.get("Namespace", None, name) is None)


def test_an_owner_mismatch_keeps_a_deleted_profile_until_it_is_corrected(
    server, make, complete, name
):
    make()
    wait_for("the profile", complete)
    server.patch("Namespace", None, name, {"metadata": {"annotations": {"owner": person("eve")}}})

    server.delete("Profile", None, name)
    assert server.get("Profile", None, name)["metadata"]["deletionTimestamp"]

    server.patch("Namespace", None, name, {"metadata": {"annotations": {"owner": OLGA}}})
    wait_for("the profile to go", lambda: server.get("Profile", None, name) is None)


def test_a_namespace_set_free_outlives_its_profile(server, make, complete, name):
    make()
    wait_for("the profile", complete)

    server.patch("Namespace", None, name, {"metadata": {"ownerReferences": None}})
    server.delete("Profile", None, name)

    wait_for("the binding to go", lambda: server.get("RoleBinding", name, "namespaceAdmin") is None)
    space = server.get("Namespace", None, name)
    assert "deletionTimestamp" not in space["metadata"]
    assert space["metadata"]["annotations"]["owner"] == OLGA


def test_a_deleted_namespace_is_made_again_empty(server, make, complete, name):
    make()
    wait_for("the profile", complete)
    old = server.get("Namespace", None, name)["metadata"]["uid"]

    server.delete("Namespace", None, name)

    def made_again():
        space = server.get("Namespace", None, name)
        return space is not None and space["metadata"]["uid"] != old

    wait_for("another namespace", made_again)
    wait_for("the profile", complete)


@pytest.mark.parametrize("quantity", [1.5, "abc", "1 Gi"])
def test_the_crd_refuses_what_is_no_quantity(make, quantity):
    with pytest.raises(Refusal) as refused:
        make(hard={"limits.cpu": quantity})

    assert refused.value.code == 422


@pytest.mark.parametrize("hard", [{"limits.cpu": "-1"}, {"foo": "1"}, {"Bad Key": "1"}])
def test_the_crd_takes_quotas_that_kubernetes_refuses_later(server, make, quota, name, hard):
    make(hard=hard)

    wait_for("the owner's binding", lambda: server.get("RoleBinding", name, "namespaceAdmin"))
    assert quota() is None
    assert "finalizers" not in server.get("Profile", None, name)["metadata"]


def test_unknown_fields_are_pruned_or_refused_as_asked(server, name):
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": name},
        "spec": {"onwer": {}},
    }

    with pytest.raises(Refusal) as strict:
        server.call("POST", server.path("Profile") + "?fieldValidation=Strict", body)
    made = server.create(body)

    assert strict.value.code == 400
    assert made["spec"] == {}
