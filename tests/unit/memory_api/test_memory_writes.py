"""Create, patch, replace: the answers of a real server."""

from datetime import UTC, datetime

import pytest

from memory_api import MemoryApi

IN_ML = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"
PROFILES = "/apis/kubeflow.org/v1/profiles"
MERGE = {"Content-Type": "application/merge-patch+json"}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


def test_a_new_object_gets_a_uid_a_version_a_time_and_an_owner_of_its_fields(http, binding):
    metadata = http.post(IN_ML, json=binding()).json()["metadata"]

    assert metadata["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert int(metadata["resourceVersion"]) > 1
    assert metadata["uid"]
    assert metadata["managedFields"][0]["fieldsV1"] == {"f:roleRef": {}, "f:subjects": {}}


def test_time_is_what_the_clock_says(binding):
    api = MemoryApi(clock=lambda: datetime(2027, 5, 6, tzinfo=UTC))

    assert api.put(binding())["metadata"]["creationTimestamp"] == "2027-05-06T00:00:00Z"


def test_a_name_that_is_taken_is_409(http, binding):
    http.post(IN_ML, json=binding())
    answer = http.post(IN_ML, json=binding())

    assert answer.json() == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'rolebindings.rbac.authorization.k8s.io "b" already exists',
        "reason": "AlreadyExists",
        "details": {"name": "b", "group": "rbac.authorization.k8s.io", "kind": "rolebindings"},
        "code": 409,
    }


def test_a_namespace_that_does_not_exist_is_404(http, binding):
    answer = http.post(IN_ML.replace("ml", "nope"), json=binding(namespace="nope"))

    assert (answer.status_code, answer.json()["message"]) == (404, 'namespaces "nope" not found')


def test_a_namespace_that_is_being_deleted_is_403_and_says_so(binding):
    api = MemoryApi(
        hold_namespaces=True, objects=[{"kind": "Namespace", "metadata": {"name": "ml"}}]
    )
    api.call("DELETE", api.path("Namespace", None, "ml"))
    answer = api.client()._client._client.post(f"http://memory.invalid{IN_ML}", json=binding())

    assert answer.status_code == 403
    assert answer.json()["details"]["causes"][0]["reason"] == "NamespaceTerminating"


def test_a_merge_patch_changes_what_it_names_and_null_removes(http, binding):
    http.post(IN_ML, json=binding(annotations={"a": "1", "b": "2"}))
    patch = {"metadata": {"annotations": {"a": None, "c": "3"}}}
    metadata = http.patch(f"{IN_ML}/b", json=patch, headers=MERGE).json()["metadata"]

    assert metadata["annotations"] == {"b": "2", "c": "3"}


@pytest.mark.parametrize(
    "patch", [{}, {"metadata": {"labels": {"x": "y"}}}, {"roleRef": {"name": "edit"}}]
)
def test_a_patch_that_changes_nothing_keeps_the_version(http, binding, patch):
    before = http.post(IN_ML, json=binding(labels={"x": "y"})).json()

    assert http.patch(f"{IN_ML}/b", json=patch, headers=MERGE).json() == before


@pytest.mark.parametrize(
    ("patch", "headers"),
    [
        ({"metadata": {"resourceVersion": "1", "labels": {"x": "y"}}}, MERGE),
        ([{"op": "replace", "path": "/metadata/resourceVersion", "value": "1"}], JSON_PATCH),
    ],
)
def test_a_patch_of_an_older_version_is_409(http, binding, patch, headers):
    http.post(IN_ML, json=binding())
    answer = http.patch(f"{IN_ML}/b", json=patch, headers=headers)

    assert (answer.status_code, answer.json()["reason"]) == (409, "Conflict")
    assert answer.json()["message"].endswith(
        "please apply your changes to the latest version and try again"
    )


def test_a_json_patch_adds_replaces_removes_and_tests(http, binding):
    http.post(IN_ML, json=binding(annotations={"a/b": "1", "c": "2"}))
    steps = [
        {"op": "test", "path": "/metadata/annotations/a~1b", "value": "1"},
        {"op": "replace", "path": "/metadata/annotations/a~1b", "value": "5"},
        {"op": "remove", "path": "/metadata/annotations/c"},
        {"op": "add", "path": "/subjects/-", "value": {"kind": "Group", "name": "g"}},
    ]
    found = http.patch(f"{IN_ML}/b", json=steps, headers=JSON_PATCH).json()

    assert found["metadata"]["annotations"] == {"a/b": "5"}
    assert [subject["name"] for subject in found["subjects"]] == ["ann", "g"]


@pytest.mark.parametrize(
    "step",
    [
        {"op": "test", "path": "/metadata/name", "value": "other"},
        {"op": "replace", "path": "/metadata/labels/x", "value": "y"},
        {"op": "remove", "path": "/metadata/labels/x"},
        {"op": "add", "path": "/nope/x", "value": "y"},
        {"op": "jump", "path": "/metadata"},
    ],
)
def test_a_json_patch_that_cannot_be_done_is_422_and_says_nothing(http, binding, step):
    http.post(IN_ML, json=binding())
    answer = http.patch(f"{IN_ML}/b", json=[step], headers=JSON_PATCH)

    assert (answer.status_code, answer.json()["details"]) == (422, {})


def test_a_put_without_a_version_replaces_a_built_in_object_and_creates_a_missing_one(
    http, binding
):
    created = http.put(f"{IN_ML}/b", json=binding())
    replaced = http.put(f"{IN_ML}/b", json=binding(user="bob"))

    assert (created.status_code, replaced.status_code) == (201, 200)
    assert replaced.json()["subjects"][0]["name"] == "bob"


def test_a_put_of_a_custom_resource_needs_a_version(http, profile):
    http.post(PROFILES, json=profile())
    answer = http.put(f"{PROFILES}/ml", json=profile(owner="bob"))

    assert answer.status_code == 422
    assert (
        "metadata.resourceVersion: Invalid value: 0: must be specified for an update"
        in answer.json()["message"]
    )


def test_what_the_server_sets_cannot_be_changed(http, binding):
    before = http.post(IN_ML, json=binding()).json()["metadata"]
    patch = {"metadata": {"creationTimestamp": None, "generation": 9, "labels": {"x": "y"}}}
    after = http.patch(f"{IN_ML}/b", json=patch, headers=MERGE).json()["metadata"]

    assert (after["creationTimestamp"], after.get("generation")) == (
        before["creationTimestamp"],
        None,
    )


def test_a_custom_resource_counts_the_changes_of_its_spec(http, profile):
    http.post(PROFILES, json=profile())
    http.patch(f"{PROFILES}/ml", json={"metadata": {"labels": {"x": "y"}}}, headers=MERGE)
    changed = http.patch(f"{PROFILES}/ml", json={"spec": {"owner": {"name": "bob"}}}, headers=MERGE)

    assert changed.json()["metadata"]["generation"] == 2


def test_unknown_fields_of_a_profile_are_pruned_with_a_warning(http, profile):
    answer = http.post(PROFILES, json=profile(colour="red"))

    assert answer.headers["warning"] == '299 - "unknown field \\"spec.colour\\""'
    assert "colour" not in answer.json()["spec"]


def test_unknown_fields_are_refused_where_strictness_is_asked_for(http, profile, binding):
    strict = {"fieldValidation": "Strict"}
    custom = http.post(PROFILES, params=strict, json=profile(colour="red"))
    built_in = http.post(IN_ML, params=strict, json={**binding(), "colour": "red"})

    assert [custom.status_code, built_in.status_code] == [400, 400]
    assert 'strict decoding error: unknown field "spec.colour"' in custom.json()["message"]


def test_a_dry_run_answers_and_does_nothing(api, http, binding):
    before = api.snapshot()
    answer = http.post(IN_ML, params={"dryRun": "All"}, json=binding())

    assert answer.status_code == 201
    assert api.snapshot() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", IN_ML, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}, 400),
        (
            "POST",
            PROFILES,
            {"apiVersion": "kubeflow.org/v1beta1", "kind": "Profile", "metadata": {"name": "a"}},
            400,
        ),
        ("POST", PROFILES, {"apiVersion": "kubeflow.org/v1", "metadata": {"name": "a"}}, 400),
        ("POST", f"{IN_ML}/b", {}, 405),
        ("PATCH", f"{IN_ML}/b", {}, 415),
        ("GET", f"{IN_ML}/b", None, 404),
        ("DELETE", f"{IN_ML}/b", None, 404),
        ("GET", "/api/v1/secrets", None, 404),
    ],
)
def test_what_cannot_be_asked_for_is_refused(http, method, path, body, code):
    answer = http.request(method, path, json=body)

    assert (answer.status_code, answer.json()["code"]) == (code, code)
