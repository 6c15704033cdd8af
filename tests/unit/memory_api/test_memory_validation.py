"""What the server refuses, defaults and rewrites, with the messages of a real server."""

from typing import Any

import httpx2
import pytest

from memory_api import quantities

MERGE = {"Content-Type": "application/merge-patch+json"}


def made(http: httpx2.Client, plural: str, spec: Any, **metadata: Any) -> httpx2.Response:
    return http.post(
        f"/api/v1/namespaces/ml/{plural}",
        json={"metadata": {"name": "x", **metadata}, "spec": spec},
    )


# Answers of Kubernetes 1.36.3 to a ResourceQuota with this amount of requests.cpu.
SEEN = {
    "1000m": "1", "1024Mi": "1Gi", "1e3": "1e3", "+2": "+2", "1073741824": "1073741824", "0.0001": "1m", "100u": "1m",
    "1.5": "1500m", "1.5Gi": "1536Mi", "0.5Gi": "512Mi", "00": "0", "1k": "1k", "1000": "1k", "1000k": "1M",
    "1.0": "1", "010": "010", "-0": "0", "1e-3": "1e-3", "1e2": "100", "12e6": "12e6", "1.25Gi": "1280Mi",
    "1024Ki": "1Mi", "0Gi": "0", "0.1Mi": "104857600m", "9223372036854775807": "9223372036854775807",
    "92233720368547758070": "92233720368547758070", "1n": "1m", "1.": "1.", " 1 ": "1", ".5": "500m", "5e0": "5e0",
    "1E3": "1E3", "2.5e1": "2.5e1", "1000Mi": "1000Mi", "1024": "1024", "2000000n": "2m", "1e-10": "1e-3",
    "1000e3": "1e6", "1Ei": "1Ei",
}  # fmt: skip


@pytest.mark.parametrize(("written", "stored"), SEEN.items())
def test_quantities_of_built_in_kinds_are_rewritten_as_go_does(http, written, stored):
    answer = made(http, "resourcequotas", {"hard": {"requests.cpu": written}})

    assert answer.json()["spec"]["hard"]["requests.cpu"] == stored


@pytest.mark.parametrize(
    ("written", "stored"), [(1, "1"), (1.5, "1500m"), (1000.0, "1k"), (10**20, "100E"), (None, "0")]
)
def test_numbers_are_quantities_too(http, written, stored):
    assert (
        made(http, "resourcequotas", {"hard": {"cpu": written}}).json()["spec"]["hard"]["cpu"]
        == stored
    )


@pytest.mark.parametrize("written", ["abc", "", "1 Gi", "1Zi", "--1", "0x1"])
def test_what_is_no_quantity_is_a_value_error(written):
    with pytest.raises(ValueError, match="quantit"):
        quantities.parse(written)


def test_what_go_cannot_decode_is_400(http):
    answer = made(http, "resourcequotas", {"hard": {"cpu": "abc"}})

    assert answer.status_code == 400
    assert "cannot be handled as a ResourceQuota: quantities must match" in answer.json()["message"]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"hard": {"cpu": "-1"}}, "must be greater than or equal to 0"),
        ({"hard": {"foo": "1"}}, "must be a standard resource for quota"),
        ({"hard": {"Bad Key": "1"}}, "name part must consist of"),
        ({"hard": {"pods": "1.5"}}, "must be an integer"),
        ({"hard": {"limits.example.com/gpu": "1.5"}}, "must be an integer"),
        ({"hard": {"pods": "1"}, "scopes": ["Foo"]}, "unsupported scope"),
        ({"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}, "unsupported scope applied to resource"),
        (
            {
                "scopeSelector": {
                    "matchExpressions": [{"operator": "In", "scopeName": "PriorityClass"}]
                }
            },
            "must be at least one value",
        ),
        (
            {
                "scopeSelector": {
                    "matchExpressions": [{"operator": "Foo", "scopeName": "PriorityClass"}]
                }
            },
            "not a valid selector operator",
        ),
    ],
)
def test_a_quota_that_kubernetes_refuses_is_422(http, spec, words):
    answer = made(http, "resourcequotas", spec)

    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_a_device_in_a_quota_may_be_a_fraction(http):
    assert (
        made(http, "resourcequotas", {"hard": {"requests.example.com/gpu": "1.5"}}).status_code
        == 201
    )


def test_the_scopes_of_a_quota_cannot_change_but_its_selector_can(http):
    made(http, "resourcequotas", {"hard": {"pods": "1"}, "scopes": ["BestEffort"]})
    scopes = {"spec": {"scopes": ["NotBestEffort"]}}
    selector = {
        "spec": {
            "scopeSelector": {
                "matchExpressions": [{"operator": "Exists", "scopeName": "PriorityClass"}]
            }
        }
    }
    answers = [
        http.patch("/api/v1/namespaces/ml/resourcequotas/x", json=each, headers=MERGE)
        for each in (scopes, selector)
    ]

    assert [answer.status_code for answer in answers] == [422, 200]
    assert (
        'spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable'
        in answers[0].json()["message"]
    )


def test_a_container_limit_gets_its_defaults_from_its_bounds(http):
    limit = {
        "type": "Container",
        "max": {"cpu": "2000m", "memory": "2Gi"},
        "default": {"cpu": 1},
        "min": {"memory": "1Mi"},
    }
    found = made(http, "limitranges", {"limits": [limit]}).json()["spec"]["limits"][0]

    assert found["default"] == {"cpu": "1", "memory": "2Gi"}
    assert found["defaultRequest"] == {"cpu": "1", "memory": "2Gi"}


def test_a_limit_without_a_maximum_takes_its_request_from_the_minimum(http):
    found = made(
        http, "limitranges", {"limits": [{"type": "Container", "min": {"cpu": "1"}}]}
    ).json()

    assert found["spec"]["limits"][0] == {
        "type": "Container",
        "min": {"cpu": "1"},
        "defaultRequest": {"cpu": "1"},
    }


def test_limits_in_another_spelling_are_no_change(http):
    before = made(http, "limitranges", {"limits": [{"type": "Pod", "max": {"cpu": "2"}}]}).json()
    patch = {"spec": {"limits": [{"type": "Pod", "max": {"cpu": "2000m"}}]}}

    assert (
        http.patch("/api/v1/namespaces/ml/limitranges/x", json=patch, headers=MERGE).json()
        == before
    )


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ([{"type": "Pod"}, {"type": "Pod"}], 'spec.limits[1].type: Duplicate value: "Pod"'),
        ([{"type": "Foo"}], "must be a standard limit type or fully qualified"),
        ([{"max": {"cpu": "1"}}], "name part must be non-empty"),
        ([{"type": "Pod", "default": {"cpu": "1"}}], "may not be specified when `type` is 'Pod'"),
        (
            [{"type": "Pod", "min": {"cpu": "2"}, "max": {"cpu": "1"}}],
            "min value 2 is greater than max value 1",
        ),
        (
            [{"type": "PersistentVolumeClaim"}],
            "either minimum or maximum storage value is required",
        ),
    ],
)
def test_limits_that_contradict_themselves_are_422(http, limits, words):
    answer = made(http, "limitranges", {"limits": limits})

    assert answer.status_code == 422
    assert words in answer.json()["message"]


@pytest.mark.parametrize("name", ["A", "a.b", "-a", "a" * 64, ""])
def test_a_namespace_is_named_by_a_dns_label(http, name):
    assert http.post("/api/v1/namespaces", json={"metadata": {"name": name}}).status_code == 422


@pytest.mark.parametrize(
    ("name", "code"), [("a.b", 201), ("a" * 253, 201), ("a" * 254, 422), ("A", 422)]
)
def test_a_profile_may_have_names_that_no_namespace_may_have(http, profile, name, code):
    assert http.post("/apis/kubeflow.org/v1/profiles", json=profile(name)).status_code == code


@pytest.mark.parametrize(
    ("name", "code"), [("a:b@C", 201), ("r" * 300, 201), ("a/b", 422), ("a%b", 422)]
)
def test_a_role_binding_may_be_called_almost_anything(http, binding, name, code):
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"

    assert http.post(path, json=binding(name)).status_code == code


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"a b": "c"}, "name part must consist of"),
        ({"a": "b c"}, "a valid label must be"),
        ({"a": "b" * 64}, "must be no more than 63 bytes"),
        ({"A_b/c": "d"}, "prefix part a lowercase RFC 1123 subdomain"),
    ],
)
def test_labels_that_are_none_are_422(http, labels, words):
    assert words in made(http, "serviceaccounts", None, labels=labels).json()["message"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"subjects": [{"kind": "Foo", "name": "x"}]},
            'supported values: "ServiceAccount", "User", "Group"',
        ),
        ({"subjects": [{"kind": "User", "name": ""}]}, "subjects[0].name: Required value"),
        (
            {"subjects": [{"apiGroup": "x", "kind": "ServiceAccount", "name": "a"}]},
            'supported values: ""',
        ),
        ({"roleRef": {"kind": "Foo", "name": "x"}}, 'supported values: "Role", "ClusterRole"'),
    ],
)
def test_a_binding_to_nobody_or_nothing_is_422(http, binding, change, words):
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"
    answer = http.post(path, json={**binding(), **change})

    assert answer.status_code == 422
    assert words in answer.json()["message"]


def test_the_role_of_a_binding_cannot_change(http, binding):
    path = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"
    http.post(path, json=binding(role="edit"))
    answer = http.patch(f"{path}/b", json={"roleRef": {"name": "view"}}, headers=MERGE)

    assert answer.status_code == 422
    assert answer.json()["message"].endswith("cannot change roleRef")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"owner": {"name": "x"}}, "spec.owner.kind: Required value"),
        ({"owner": "x"}, 'spec.owner in body must be of type object: "string"'),
        (
            {"resourceQuotaSpec": {"hard": {"cpu": "1 Gi"}}},
            "spec.resourceQuotaSpec.hard.cpu in body should match",
        ),
        ({"resourceQuotaSpec": {"hard": {"cpu": 1.5}}}, "must be of type integer,string"),
        (
            {"resourceQuotaSpec": {"scopes": [1]}},
            "spec.resourceQuotaSpec.scopes[0] in body must be of type string",
        ),
    ],
)
def test_a_profile_that_the_crd_refuses_is_422(http, spec, words):
    body = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": "p"},
        "spec": spec,
    }
    answer = http.post("/apis/kubeflow.org/v1/profiles", json=body)

    assert answer.status_code == 422
    assert words in answer.json()["message"]


@pytest.mark.parametrize("hard", [{"cpu": "-1"}, {"foo": "1"}, {"Bad Key": 1}])
def test_the_crd_takes_quotas_that_kubernetes_refuses_later(http, profile, hard):
    assert http.post("/apis/kubeflow.org/v1/profiles", json=profile(hard=hard)).json()["spec"][
        "resourceQuotaSpec"
    ] == {"hard": hard}


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({}, 201),
        (
            {
                "targetRefs": [
                    {"kind": "Gateway", "name": "waypoint", "group": "gateway.networking.k8s.io"}
                ]
            },
            201,
        ),
        ({"targetRefs": [{"name": "waypoint"}]}, 422),
        (
            {
                "selector": {"matchLabels": {"a": "b"}},
                "targetRefs": [{"kind": "Gateway", "name": "w"}],
            },
            422,
        ),
        ({"action": "PERHAPS"}, 422),
        ({"rules": [{"when": [{"values": ["a"]}]}]}, 422),
    ],
)
def test_istio_has_a_say_in_its_policies(http, spec, code):
    path = "/apis/security.istio.io/v1/namespaces/ml/authorizationpolicies"
    kind = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "p"},
    }

    assert http.post(path, json={**kind, "spec": spec}).status_code == code


def test_a_namespace_wears_its_name_as_a_label_for_ever(http):
    patch = {"metadata": {"labels": {"kubernetes.io/metadata.name": None}}}
    labels = http.patch("/api/v1/namespaces/ml", json=patch, headers=MERGE).json()["metadata"][
        "labels"
    ]

    assert labels == {"kubernetes.io/metadata.name": "ml"}
