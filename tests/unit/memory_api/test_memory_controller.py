"""The stand-in for the profile controller acts as the real one was observed to act."""

from typing import Any

import httpx2
import pytest

from memory_api import Kfam, MemoryApi, ProfileController

PROFILES = "/apis/kubeflow.org/v1/profiles"
MERGE = {"Content-Type": "application/merge-patch+json"}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


@pytest.fixture
def api() -> MemoryApi:
    return MemoryApi()


@pytest.fixture
def controller(api: MemoryApi) -> ProfileController:
    return ProfileController(api)


@pytest.fixture
def ready(http: httpx2.Client, controller: ProfileController, profile: Any) -> ProfileController:
    """A Profile `ml` of ann with a quota, reconciled."""
    http.post(PROFILES, json=profile("ml", owner="ann", hard={"cpu": "1"}))
    controller.writes.clear()
    return controller


def patch(http: httpx2.Client, body: Any, path: str = f"{PROFILES}/ml") -> httpx2.Response:
    return http.patch(path, json=body, headers=JSON_PATCH if isinstance(body, list) else MERGE)


def test_a_profile_gets_everything_at_once(api, ready):
    found = {(kind, name) for kind, _, name in api.snapshot()}

    assert found == {
        ("Profile", "ml"),
        ("Namespace", "ml"),
        ("ServiceAccount", "default-editor"),
        ("ServiceAccount", "default-viewer"),
        ("RoleBinding", "default-editor"),
        ("RoleBinding", "default-viewer"),
        ("RoleBinding", "namespaceAdmin"),
        ("AuthorizationPolicy", "ns-owner-access-istio"),
        ("ResourceQuota", "kf-resource-quota"),
    }


def test_everything_it_makes_is_owned_by_the_profile(api, ready):
    uid = api.get("Profile", None, "ml")["metadata"]["uid"]
    made = [
        each for kind in ("Namespace", "RoleBinding", "ResourceQuota") for each in api.objects(kind)
    ]

    assert {owner["uid"] for each in made for owner in each["metadata"]["ownerReferences"]} == {uid}


def test_the_namespace_names_its_owner_and_wears_the_default_labels(api, ready):
    metadata = api.get("Namespace", None, "ml")["metadata"]

    assert metadata["annotations"] == {"owner": "ann"}
    assert metadata["labels"]["istio-injection"] == "enabled"
    assert metadata["labels"]["app.kubernetes.io/part-of"] == "kubeflow-profile"


def test_the_owners_policy_has_four_rules_and_matches_the_header(api):
    ProfileController(api, userid_header="x-user", userid_prefix="pre:", principals=("p1", "p2"))
    owner = {"kind": "User", "name": "ann"}
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": "ml"},
        "spec": {"owner": owner},
    }
    api.call("POST", PROFILES, body)
    rules = api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")["spec"]["rules"]

    assert len(rules) == 4
    assert rules[0] == {
        "from": [{"source": {"principals": ["p1", "p2"]}}],
        "when": [{"key": "request.headers[x-user]", "values": ["pre:ann"]}],
    }


def test_the_profile_gets_a_finalizer_an_empty_quota_and_canonical_quantities(
    api, http, controller, profile
):
    http.post(PROFILES, json=profile("none"))
    http.post(
        PROFILES,
        json=profile(
            "some", hard={"cpu": "1000m", "memory": 5, "limits.cpu": "0.0001", "pods": "+2"}
        ),
    )
    none, some = api.get("Profile", None, "none"), api.get("Profile", None, "some")

    assert none["metadata"]["finalizers"] == ["profile-finalizer"]
    assert none["spec"]["resourceQuotaSpec"] == {}
    assert some["spec"]["resourceQuotaSpec"]["hard"] == {
        "cpu": "1",
        "limits.cpu": "100u",
        "memory": "5",
        "pods": "+2",
    }
    assert (
        api.get("ResourceQuota", "some", "kf-resource-quota")["spec"]["hard"]["limits.cpu"] == "1m"
    )


def test_a_patch_that_changes_nothing_wakes_nobody(http, ready):
    patch(http, {"spec": {"owner": {"name": "ann"}}})

    assert ready.writes == []


def test_a_touch_wakes_it_and_it_finds_nothing_to_do(api, http, ready):
    before = api.snapshot()
    patch(http, {"metadata": {"annotations": {"touched": "1"}}})
    before["Profile", "", "ml"]["metadata"]["annotations"] = {"touched": "1"}

    assert ready.writes == []
    assert api.snapshot() == before


def test_an_owner_without_api_group_costs_an_empty_write_each_time(http, ready):
    patch(http, {"spec": {"owner": {"apiGroup": None}}})
    first = list(ready.writes)
    ready.writes.clear()
    patch(http, {"metadata": {"annotations": {"touched": "1"}}})

    assert first == ready.writes == ["PUT RoleBinding ml/namespaceAdmin"]


def test_somebody_elses_namespace_stops_it(api, http, controller, profile):
    api.put({"kind": "Namespace", "metadata": {"name": "ml", "annotations": {"owner": "bob"}}})
    http.post(PROFILES, json=profile("ml", owner="ann"))

    assert controller.writes == []
    assert "finalizers" not in api.get("Profile", None, "ml")["metadata"]


def test_a_namespace_is_adopted_when_it_was_annotated_first(api, http, controller, profile):
    api.put({"kind": "Namespace", "metadata": {"name": "ml", "annotations": {"owner": "ann"}}})
    http.post(PROFILES, json=profile("ml", owner="ann"))

    assert api.get("RoleBinding", "ml", "namespaceAdmin")
    assert "ownerReferences" not in api.get("Namespace", None, "ml")["metadata"]


def test_annotated_later_it_needs_a_touch(api, http, controller, profile):
    api.put({"kind": "Namespace", "metadata": {"name": "ml"}})
    http.post(PROFILES, json=profile("ml", owner="ann"))
    patch(http, {"metadata": {"annotations": {"owner": "ann"}}}, "/api/v1/namespaces/ml")
    before = api.get("RoleBinding", "ml", "namespaceAdmin")
    patch(http, {"metadata": {"annotations": {"touched": "1"}}})

    assert before is None
    assert api.get("RoleBinding", "ml", "namespaceAdmin")


@pytest.mark.parametrize(
    ("label", "value", "kept"),
    [
        ("pipelines.kubeflow.org/enabled", "false", "false"),
        ("pipelines.kubeflow.org/enabled", None, "true"),
        ("istio-injection", None, None),
    ],
)
def test_default_labels_come_back_but_another_value_is_kept(api, http, ready, label, value, kept):
    patch(http, {"metadata": {"labels": {label: value}}}, "/api/v1/namespaces/ml")

    assert api.get("Namespace", None, "ml")["metadata"]["labels"].get(label) == kept


def test_an_owner_change_waits_for_the_annotation(api, http, ready):
    patch(http, {"spec": {"owner": {"name": "bob"}}})
    between = api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"][0]["name"]
    patch(http, {"metadata": {"annotations": {"owner": "bob"}}}, "/api/v1/namespaces/ml")
    after = api.get("RoleBinding", "ml", "namespaceAdmin")

    assert (between, after["subjects"][0]["name"]) == ("ann", "bob")
    assert after["metadata"]["annotations"]["user"] == "ann"  # annotations never


def test_subjects_are_corrected_in_place(api, http, ready):
    path = api.path("RoleBinding", "ml", "namespaceAdmin")
    patch(http, {"subjects": [{"kind": "User", "name": "eve"}]}, path)

    assert [
        subject["name"] for subject in api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"]
    ] == ["ann"]


def test_another_role_is_an_error_that_stays_until_the_binding_is_gone(api, http, ready):
    path = api.path("RoleBinding", "ml", "default-editor")
    found = api.get("RoleBinding", "ml", "default-editor")
    found["roleRef"]["name"] = "cluster-admin"
    api.put(found)
    patch(http, {"metadata": {"annotations": {"touched": "1"}}})
    error = ready.errors["ml"]
    http.delete(path)

    assert "cannot change roleRef" in error
    assert ready.errors == {}
    assert api.get("RoleBinding", "ml", "default-editor")["roleRef"]["name"] == "kubeflow-edit"


@pytest.mark.parametrize(
    "kind", ["ServiceAccount", "RoleBinding", "AuthorizationPolicy", "Namespace"]
)
def test_what_is_deleted_comes_back(api, http, ready, kind):
    before = api.snapshot()
    for each in api.objects(kind):
        http.delete(api.path(kind, each["metadata"].get("namespace"), each["metadata"]["name"]))

    assert api.snapshot() == before


def test_a_quota_that_is_deleted_stays_away_until_something_wakes_it(api, http, ready):
    http.delete(api.path("ResourceQuota", "ml", "kf-resource-quota"))
    before = api.get("ResourceQuota", "ml", "kf-resource-quota")
    patch(http, {"metadata": {"annotations": {"touched": "1"}}})

    assert before is None
    assert api.get("ResourceQuota", "ml", "kf-resource-quota")


def test_a_quota_is_changed_in_place_and_removed_with_its_last_key(api, http, ready):
    patch(
        http,
        [{"op": "replace", "path": "/spec/resourceQuotaSpec", "value": {"hard": {"cpu": "2"}}}],
    )
    changed = api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"]["hard"]
    patch(http, [{"op": "replace", "path": "/spec/resourceQuotaSpec", "value": {}}])

    assert changed == {"cpu": "2"}
    assert api.get("ResourceQuota", "ml", "kf-resource-quota") is None


def test_scopes_cannot_change_but_can_be_removed_and_set_again(api, http, ready):
    wanted = {"hard": {"cpu": "1"}, "scopes": ["NotTerminating"]}
    replace = {"op": "replace", "path": "/spec/resourceQuotaSpec"}
    patch(http, [{**replace, "value": wanted}])
    error, stuck = (
        ready.errors.get("ml", ""),
        api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"],
    )
    patch(http, [{**replace, "value": {}}])
    patch(http, [{**replace, "value": wanted}])

    assert "field is immutable" in error
    assert "scopes" not in stuck
    assert api.get("ResourceQuota", "ml", "kf-resource-quota")["spec"]["scopes"] == [
        "NotTerminating"
    ]


@pytest.mark.parametrize("hard", [{"cpu": "-1"}, {"foo": "1"}])
def test_a_quota_that_kubernetes_refuses_keeps_the_finalizer_away(
    api, http, controller, profile, hard
):
    http.post(PROFILES, json=profile("ml", hard=hard))

    assert controller.errors["ml"]
    assert "finalizers" not in api.get("Profile", None, "ml")["metadata"]


@pytest.mark.parametrize(
    "owner",
    [
        {"kind": "Foo", "name": "x"},
        {"kind": "User", "name": ""},
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "ServiceAccount", "name": "x"},
    ],
)
def test_some_owners_never_get_a_binding(api, http, controller, profile, owner):
    body = profile("ml")
    body["spec"]["owner"] = owner
    http.post(PROFILES, json=body)

    assert api.get("RoleBinding", "ml", "namespaceAdmin") is None
    assert controller.errors["ml"]


@pytest.mark.parametrize("name", ["a.b", "a" * 64])
def test_some_names_never_get_a_namespace(api, http, controller, profile, name):
    http.post(PROFILES, json=profile(name))

    assert api.objects("Namespace") == []
    assert controller.errors[name]


def test_a_deleted_profile_takes_its_namespace_with_it(api, http, ready):
    Kfam(api).add("ml", "bob@example.com", "edit")
    http.delete(f"{PROFILES}/ml")

    assert api.snapshot() == {}


def test_an_owner_mismatch_keeps_a_deleted_profile_in_terminating(api, http, ready):
    path = "/api/v1/namespaces/ml"
    patch(http, {"metadata": {"annotations": {"owner": "bob"}}}, path)
    http.delete(f"{PROFILES}/ml")
    stuck = api.get("Profile", None, "ml")
    patch(http, {"metadata": {"annotations": {"owner": "ann"}}}, path)

    assert stuck["metadata"]["deletionTimestamp"]
    assert api.get("Profile", None, "ml") is None


def test_data_is_kept_where_the_owner_reference_was_taken_off_first(api, http, ready):
    Kfam(api).add("ml", "bob@example.com", "edit")
    patch(http, {"metadata": {"ownerReferences": None}}, "/api/v1/namespaces/ml")
    http.delete(f"{PROFILES}/ml")

    assert api.get("Profile", None, "ml") is None
    assert api.get("Namespace", None, "ml")["metadata"]["annotations"] == {"owner": "ann"}
    assert [each["metadata"]["name"] for each in api.objects("RoleBinding")] == [
        "user-bob-example-com-clusterrole-edit"
    ]


def test_orphaned_everything_stays(api, http, ready):
    http.request("DELETE", f"{PROFILES}/ml", json={"propagationPolicy": "Orphan"})

    assert api.get("Profile", None, "ml") is None
    assert len(api.objects("RoleBinding", "ml")) == 3


def test_other_objects_in_the_namespace_are_left_alone(api, http, ready, binding):
    api.put(binding("foreign"))
    before = api.get("RoleBinding", "ml", "foreign")
    patch(http, {"metadata": {"annotations": {"touched": "1"}}})

    assert api.get("RoleBinding", "ml", "foreign") == before


def test_a_slow_controller_works_when_the_test_says_so(api, http, profile):
    slow = ProfileController(api, manual=True)
    for name in ("one", "two", "three"):
        http.post(PROFILES, json=profile(name))
    ready_after = [len(api.objects("Namespace")) for _ in range(3) if slow.run(limit=1)]

    assert ready_after == [1, 2, 3]
    assert slow.run() == 0


def test_a_late_controller_works_after_so_many_requests(api, http, profile):
    ProfileController(api, delay=3)
    http.post(PROFILES, json=profile("ml"))
    seen = [http.get("/api/v1/namespaces").json()["items"] != [] for _ in range(4)]

    assert seen == [False, False, True, True]


def test_what_it_writes_is_not_in_the_log(api, ready):
    assert [str(request) for request in api.log] == [f"POST {PROFILES} -> 201"]
