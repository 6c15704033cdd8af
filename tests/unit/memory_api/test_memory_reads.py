"""Lists, pages and selectors."""

from collections.abc import Callable

import httpx2
import pytest
from lightkube.resources.rbac_authorization_v1 import RoleBinding

from memory_api import MemoryApi

BINDINGS = "/apis/rbac.authorization.k8s.io/v1/rolebindings"
IN_ML = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"


@pytest.fixture
def five(api: MemoryApi, binding: Callable) -> MemoryApi:
    api.put_all(
        binding(f"b{number}", labels={"n": str(number)} if number else {}) for number in range(5)
    )
    return api


def names(answer: httpx2.Response) -> list[str]:
    return [item["metadata"]["name"] for item in answer.json()["items"]]


def test_lightkube_reads_a_list_in_pages(five):
    found = [
        each.metadata.name for each in five.client().list(RoleBinding, namespace="*", chunk_size=2)
    ]

    assert found == ["b0", "b1", "b2", "b3", "b4"]
    assert [request.query.get("limit") for request in five.log] == ["2", "2", "2"]


def test_a_page_says_how_many_are_left(five, http):
    metadata = http.get(BINDINGS, params={"limit": 2}).json()["metadata"]

    assert metadata["remainingItemCount"] == 3


def test_later_pages_show_the_moment_of_the_first(five, http, binding):
    first = http.get(IN_ML, params={"limit": 2}).json()["metadata"]
    http.delete(f"{IN_ML}/b3")
    http.post(IN_ML, json=binding("b9"))
    rest = http.get(IN_ML, params={"continue": first["continue"]})

    assert names(rest) == ["b2", "b3", "b4"]
    assert rest.json()["metadata"]["resourceVersion"] == first["resourceVersion"]


def test_a_list_that_was_forgotten_is_410_with_a_token_to_go_on_without_consistency(five, http):
    token = http.get(IN_ML, params={"limit": 2}).json()["metadata"]["continue"]
    five.expire_lists()
    gone = http.get(IN_ML, params={"limit": 2, "continue": token})
    rest = http.get(IN_ML, params={"continue": gone.json()["metadata"]["continue"]})

    assert (gone.status_code, gone.json()["reason"]) == (410, "Expired")
    assert names(rest) == ["b2", "b3", "b4"]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("n=1", "1"),
        ("n==1", "1"),
        ("n!=1", "0234"),
        ("n in (1, 2)", "12"),
        ("n notin (1,2)", "034"),
        ("n", "1234"),
        ("!n", "0"),
        ("n,n!=1,n in (1,2)", "2"),
        ("n=1,n=2", ""),
        ("", "01234"),
    ],
)
def test_label_selectors_select(five, http, selector, found):
    assert names(http.get(IN_ML, params={"labelSelector": selector})) == [
        f"b{digit}" for digit in found
    ]


def test_a_field_selector_selects_by_name(five, http):
    assert names(
        http.get(BINDINGS, params={"fieldSelector": "metadata.name=b3,metadata.namespace=ml"})
    ) == ["b3"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "x"},
        {"continue": "abc"},
        {"labelSelector": "a b c"},
        {"fieldSelector": "spec.x=1"},
        {"fieldSelector": "metadata.name in (a)"},
    ],
)
def test_a_query_that_makes_no_sense_is_400(http, query):
    answer = http.get(BINDINGS, params=query)

    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")


def test_a_version_from_the_future_is_a_timeout_that_says_when_to_come_back(http):
    answer = http.get(BINDINGS, params={"resourceVersion": "999999"})

    assert (answer.status_code, answer.headers["retry-after"]) == (504, "1")


def test_items_of_built_in_lists_have_no_kind_and_those_of_custom_ones_do(five, http, profile):
    five.put(profile())

    assert "kind" not in http.get(BINDINGS).json()["items"][0]
    assert http.get("/apis/kubeflow.org/v1/profiles").json()["items"][0]["kind"] == "Profile"


def test_a_custom_resource_is_the_same_object_in_both_versions(five, http, profile):
    five.put(profile())
    item = http.get("/apis/kubeflow.org/v1beta1/profiles").json()["items"][0]

    assert item["apiVersion"] == "kubeflow.org/v1beta1"
    assert item["metadata"]["uid"] == five.get("Profile", None, "ml")["metadata"]["uid"]


def test_keys_stand_in_gos_order_for_built_in_kinds_and_sorted_for_custom_ones(five, http, profile):
    five.put(profile(owner="<ann&>"))
    built_in, custom = (
        http.get(f"{IN_ML}/b0").text,
        http.get("/apis/kubeflow.org/v1/profiles/ml").text,
    )

    assert built_in.startswith(
        '{"kind":"RoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":'
    )
    assert custom.startswith(
        '{"apiVersion":"kubeflow.org/v1","kind":"Profile","metadata":{"creationTimestamp":'
    )
    assert r'"name":"\u003cann\u0026\u003e"' in custom


@pytest.mark.parametrize(
    "path", ["/apis/kubeflow.org/v1/profiles", "/apis/security.istio.io/v1/authorizationpolicies"]
)
def test_a_crd_that_is_not_installed_is_a_plain_404(path):
    api = MemoryApi(kinds=["Namespace", "RoleBinding"])
    answer = httpx2.Client(base_url="http://memory", transport=api.transport).get(path)

    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_list_in_a_namespace_that_does_not_exist_is_empty(http):
    assert names(http.get("/apis/rbac.authorization.k8s.io/v1/namespaces/nope/rolebindings")) == []
