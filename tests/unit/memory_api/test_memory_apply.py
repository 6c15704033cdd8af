"""Server-side apply: who owns a field may change it, others conflict."""

from typing import Any

import httpx2
import pytest

PROFILE = "/apis/kubeflow.org/v1/profiles/ml"
BINDING = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings/b"


def apply(
    http: httpx2.Client, path: str, body: dict[str, Any], manager: str = "me", **query: str
) -> httpx2.Response:
    headers = {"Content-Type": "application/apply-patch+yaml"}
    return http.patch(path, params={"fieldManager": manager, **query}, json=body, headers=headers)


def test_applying_what_is_not_there_creates_it(http, profile):
    answer = apply(http, PROFILE, profile(hard={"cpu": "1"}))

    assert answer.status_code == 201
    assert answer.json()["metadata"]["managedFields"][0]["fieldsV1"] == {
        "f:spec": {"f:owner": {}, "f:resourceQuotaSpec": {"f:hard": {"f:cpu": {}}}}
    }


def test_applying_it_again_changes_nothing(http, profile):
    first = apply(http, PROFILE, profile())

    assert apply(http, PROFILE, profile()).json() == first.json()


def test_what_is_no_longer_applied_goes(http, profile):
    apply(http, PROFILE, profile(hard={"cpu": "1", "memory": "1Gi"}))
    apply(http, PROFILE, profile(hard={"memory": "1Gi"}))

    assert http.get(PROFILE).json()["spec"]["resourceQuotaSpec"] == {"hard": {"memory": "1Gi"}}


def test_a_field_that_somebody_updated_is_theirs(http, profile):
    http.post("/apis/kubeflow.org/v1/profiles", json=profile(owner="ann"))
    answer = apply(http, PROFILE, profile(owner="bob"))

    assert answer.status_code == 409
    assert answer.json()["message"] == (
        'Apply failed with 1 conflict: conflict with "tests" using kubeflow.org/v1: .spec.owner'
    )


def test_a_field_that_somebody_applied_is_theirs(http, binding):
    apply(http, BINDING, binding(user="ann"), manager="one")
    answer = apply(http, BINDING, binding(user="bob"), manager="two")

    assert answer.json()["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "one"', "field": ".subjects"}
    ]


def test_the_same_value_may_be_shared_and_stays_until_both_let_go(http, profile):
    quota = profile(hard={"cpu": "1"})
    apply(http, PROFILE, quota, manager="one")
    apply(http, PROFILE, quota, manager="two")
    apply(http, PROFILE, profile(), manager="two")

    assert http.get(PROFILE).json()["spec"]["resourceQuotaSpec"] == {"hard": {"cpu": "1"}}


def test_force_takes_a_field_over(http, profile):
    http.post("/apis/kubeflow.org/v1/profiles", json=profile(owner="ann"))
    answer = apply(http, PROFILE, profile(owner="bob"), force="true")
    owners = {
        each["manager"]: each["fieldsV1"] for each in answer.json()["metadata"]["managedFields"]
    }

    assert answer.json()["spec"]["owner"]["name"] == "bob"
    assert owners["me"] == {"f:spec": {"f:owner": {}}}
    assert "f:owner" not in owners["tests"]["f:spec"]


def test_an_unknown_field_of_a_profile_is_a_500(http, profile):
    answer = apply(http, PROFILE, profile(colour="red"))

    assert answer.status_code == 500
    assert answer.json()["message"].endswith(".spec.colour: field not declared in schema")


@pytest.mark.parametrize(
    ("change", "query", "code"),
    [
        ({}, {"manager": ""}, 422),
        ({"kind": ""}, {}, 400),
        ({"metadata": {"name": "other"}}, {}, 400),
        ({"metadata": {"name": "ml", "managedFields": [{}]}}, {}, 400),
    ],
)
def test_an_apply_that_is_none_is_refused(http, profile, change, query, code):
    assert apply(http, PROFILE, {**profile(), **change}, **query).status_code == code


def test_an_apply_against_an_older_version_is_409(http, profile):
    apply(http, PROFILE, profile())
    stale = {**profile(), "metadata": {"name": "ml", "resourceVersion": "1"}}

    assert apply(http, PROFILE, stale).status_code == 409
