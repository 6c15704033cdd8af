"""Deletion: preconditions, finalizers, owners, namespaces."""

import httpx2
import pytest

from memory_api import MemoryApi

IN_ML = "/apis/rbac.authorization.k8s.io/v1/namespaces/ml/rolebindings"
PROFILES = "/apis/kubeflow.org/v1/profiles"
MERGE = {"Content-Type": "application/merge-patch+json"}


def owned_by(owner: dict) -> list[dict]:
    uid = owner["metadata"]["uid"]
    return [
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "name": "p",
            "uid": uid,
            "controller": True,
        }
    ]


def test_a_deletion_is_answered_with_what_was_deleted(http, binding):
    uid = http.post(IN_ML, json=binding()).json()["metadata"]["uid"]
    answer = http.delete(f"{IN_ML}/b").json()

    assert (answer["status"], answer["details"]["uid"]) == ("Success", uid)


@pytest.mark.parametrize(
    ("wrong", "what"), [("resourceVersion", "ResourceVersion"), ("uid", "UID")]
)
def test_a_precondition_that_does_not_hold_is_409(http, binding, wrong, what):
    http.post(IN_ML, json=binding())
    answer = http.request("DELETE", f"{IN_ML}/b", json={"preconditions": {wrong: "1"}})

    assert answer.status_code == 409
    assert f"the {what} in the precondition (1) does not match" in answer.json()["message"]


def test_a_precondition_that_holds_is_no_hindrance(http, binding):
    found = http.post(IN_ML, json=binding()).json()["metadata"]
    wanted = {key: found[key] for key in ("uid", "resourceVersion")}

    assert http.request("DELETE", f"{IN_ML}/b", json={"preconditions": wanted}).status_code == 200


def test_an_object_stays_until_its_finalizers_are_gone(http, profile):
    http.post(PROFILES, json={**profile("p"), "metadata": {"name": "p", "finalizers": ["a/b"]}})
    leaving = http.delete(f"{PROFILES}/p").json()["metadata"]
    http.patch(f"{PROFILES}/p", json={"metadata": {"finalizers": []}}, headers=MERGE)

    assert leaving["deletionTimestamp"]
    assert http.get(f"{PROFILES}/p").status_code == 404


def test_no_finalizer_is_added_to_what_is_being_deleted(http, profile):
    http.post(PROFILES, json={**profile("p"), "metadata": {"name": "p", "finalizers": ["a/b"]}})
    http.delete(f"{PROFILES}/p")
    answer = http.patch(
        f"{PROFILES}/p", json={"metadata": {"finalizers": ["a/b", "c/d"]}}, headers=MERGE
    )

    assert answer.status_code == 422
    assert "no new finalizers can be added" in answer.json()["message"]


def test_what_an_object_owned_goes_with_it(api, http, profile, binding):
    owner = http.post(PROFILES, json=profile("p")).json()
    http.post(IN_ML, json=binding(ownerReferences=owned_by(owner)))
    http.delete(f"{PROFILES}/p")

    assert api.objects("RoleBinding") == []


def test_orphans_stay_without_their_owner(api, http, profile, binding):
    owner = http.post(PROFILES, json=profile("p")).json()
    http.post(IN_ML, json=binding(ownerReferences=owned_by(owner)))
    http.request("DELETE", f"{PROFILES}/p", json={"propagationPolicy": "Orphan"})

    assert api.get("Profile", None, "p") is None
    assert "ownerReferences" not in api.get("RoleBinding", "ml", "b")["metadata"]


def test_an_owner_deleted_in_the_foreground_waits_for_what_it_owned(api, http, profile, binding):
    owner = http.post(PROFILES, json=profile("p")).json()
    http.post(IN_ML, json=binding(ownerReferences=owned_by(owner), finalizers=["a/b"]))
    http.request("DELETE", f"{PROFILES}/p", json={"propagationPolicy": "Foreground"})
    waiting = api.get("Profile", None, "p")["metadata"]["finalizers"]
    http.patch(f"{IN_ML}/b", json={"metadata": {"finalizers": None}}, headers=MERGE)

    assert waiting == ["foregroundDeletion"]
    assert api.get("Profile", None, "p") is None


def test_what_is_owned_by_nobody_who_exists_is_collected(api, http, binding):
    http.post(IN_ML, json=binding(ownerReferences=owned_by({"metadata": {"uid": "gone"}})))

    assert api.objects("RoleBinding") == []


def test_a_namespace_goes_with_what_is_in_it(api, http, binding):
    http.post(IN_ML, json=binding())
    answer = http.delete("/api/v1/namespaces/ml").json()

    assert answer["status"] == {"phase": "Terminating"}
    assert api.snapshot() == {}


def test_a_namespace_can_be_held_until_the_test_lets_it_go(binding):
    api = MemoryApi(
        hold_namespaces=True, objects=[{"kind": "Namespace", "metadata": {"name": "ml"}}, binding()]
    )
    api.call("DELETE", api.path("Namespace", None, "ml"))
    held = {kind: len(api.objects(kind)) for kind in ("Namespace", "RoleBinding")}
    api.finish_deletions()

    assert held == {"Namespace": 1, "RoleBinding": 1}
    assert api.snapshot() == {}


def test_a_finalizer_in_a_namespace_keeps_it(api, http, binding):
    http.post(IN_ML, json=binding(finalizers=["a/b"]))
    http.delete("/api/v1/namespaces/ml")
    phase = http.get("/api/v1/namespaces/ml").json()["status"]["phase"]
    http.patch(f"{IN_ML}/b", json={"metadata": {"finalizers": []}}, headers=MERGE)

    assert phase == "Terminating"
    assert http.get("/api/v1/namespaces/ml").status_code == 404


def test_a_namespace_on_its_way_out_cannot_be_made_again(binding):
    api = MemoryApi(
        hold_namespaces=True, objects=[{"kind": "Namespace", "metadata": {"name": "ml"}}]
    )
    http = httpx2.Client(base_url="http://memory", transport=api.transport)
    http.delete("/api/v1/namespaces/ml")
    answer = http.post("/api/v1/namespaces", json={"metadata": {"name": "ml"}})

    assert answer.status_code == 409
    assert answer.json()["message"] == 'object is being deleted: namespaces "ml" already exists'


def test_some_namespaces_are_for_ever(api, http):
    api.put({"kind": "Namespace", "metadata": {"name": "kube-system"}})

    assert http.delete("/api/v1/namespaces/kube-system").status_code == 403


def test_guards_of_patches_and_deletions_are_answered_as_the_real_server_does(http, binding):
    """tests/integration/attacks/test_outrun_a_revocation.py asks the real one the same."""
    http.post(IN_ML, json=binding())
    other = "00000000-0000-4000-8000-000000000000"

    patches = [
        http.patch(f"{IN_ML}/b", json={"metadata": guard}, headers=MERGE)
        for guard in ({"uid": other}, {"resourceVersion": "1"})
    ]
    deletions = [
        http.request("DELETE", f"{IN_ML}/b", json={"preconditions": guard})
        for guard in ({"uid": other}, {"resourceVersion": "1"})
    ]

    assert [answer.status_code for answer in (*patches, *deletions)] == [422, 409, 409, 409]


def test_a_deletion_that_a_finalizer_holds_up_is_answered_with_the_object(http, binding):
    http.post(IN_ML, json=binding(finalizers=["a/b"]))

    answer = http.delete(f"{IN_ML}/b").json()

    assert answer["kind"] == "RoleBinding"
    assert answer["metadata"]["deletionTimestamp"]
