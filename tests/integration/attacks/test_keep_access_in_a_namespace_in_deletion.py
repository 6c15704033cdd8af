"""A finalizer keeps a namespace in deletion, and access in it, with a real namespace controller."""

import contextlib

import pytest

from integration.cluster.waiting import wait_for
from integration.people import person
from memory_api.status import Refusal
from profiles_management import list_access

ANN, BOB = (f"user-{who}-example-com-clusterrole-edit" for who in ("ann", "bob"))
KEPT = {"metadata": {"finalizers": ["example.com/keep"]}}


@pytest.fixture
def hold_up(server, name):
    """Add finalizers and delete the Profile; the namespace stays until the end of the test."""
    held = []

    def is_terminating():
        return "deletionTimestamp" in server.get("Namespace", None, name)["metadata"]

    def hold(*objects):
        for kind, obj in objects:
            server.patch(kind, name, obj, KEPT)
            held.append((kind, obj))
        server.delete("Profile", None, name)
        wait_for(
            "a namespace in deletion",
            lambda: "deletionTimestamp" in server.get("Namespace", None, name)["metadata"],
        )
        wait_for(
            "the rest to be gone",
            lambda: server.get("ServiceAccount", name, "default-editor") is None,
        )

    yield hold
    for kind, obj in held:
        with contextlib.suppress(Refusal):
            server.patch(kind, name, obj, {"metadata": {"finalizers": None}})


PAIRS = tuple((kind, obj) for obj in (ANN, BOB) for kind in ("RoleBinding", "AuthorizationPolicy"))


def test_who_left_the_document_loses_access(engine, profile, server, hold_up, roles, name):
    engine.settle(profile(ann="edit", bob="edit"))
    hold_up(*PAIRS)
    roles(name, ann="edit", bob="edit")

    report = engine.apply(profile(bob="edit"))

    assert report.exit_code == 4
    roles(name, ann="", bob="edit")
    assert server.get("AuthorizationPolicy", name, ANN)["spec"] == {}
    assert not engine.plan(profile(bob="edit")).changes


def test_a_profile_that_left_the_document_loses_everybody_also_once_it_is_gone(
    engine, profile, server, hold_up, roles, name
):
    engine.settle(profile(ann="edit", bob="edit"))
    hold_up(*PAIRS)
    wait_for("the Profile to be gone", lambda: server.get("Profile", None, name) is None)

    engine.apply()

    roles(name, ann="", bob="")
    assert not engine.plan().changes


def test_a_stronger_role_ends_although_nothing_can_be_created(
    engine, profile, hold_up, roles, name
):
    engine.settle(profile(ann="edit"))
    hold_up(PAIRS[0])

    engine.apply(profile(ann="view"))

    roles(name, ann="")


@pytest.mark.parametrize("gone", [False, True])
def test_an_owner_who_was_replaced_loses_access(
    engine, profile, server, hold_up, roles, name, gone
):
    engine.settle(profile(ann="edit"))
    hold_up(
        *PAIRS[:1],
        ("RoleBinding", "namespaceAdmin"),
        ("AuthorizationPolicy", "ns-owner-access-istio"),
    )
    if gone:
        wait_for("the Profile to be gone", lambda: server.get("Profile", None, name) is None)

    engine.apply(profile(owner=person("nina"), ann="edit"))

    roles(name, olga="", nina="admin", ann="edit")


def test_nothing_can_be_created_there(engine, profile, server, hold_up, name):
    engine.settle(profile(ann="edit"))
    hold_up(PAIRS[0])
    binding = server.get("RoleBinding", name, ANN)
    again = {**binding, "metadata": {"name": "another", "namespace": name}}

    with pytest.raises(Refusal) as refused:
        server.create(again)

    assert refused.value.code == 403
    assert "being terminated" in refused.value.message


def test_access_there_is_listed_and_marked(engine, profile, hold_up, name):
    engine.settle(profile(ann="edit"))
    hold_up(PAIRS[0])

    entries = [
        entry
        for entry in list_access(target=engine.client, settings=engine.settings)
        if entry.profile == name
    ]

    assert {(entry.person.name, entry.deleting) for entry in entries} >= {(person("ann"), True)}


def test_a_finalizer_on_a_binding_of_another_role_holds_up_no_role_change(
    engine, profile, server, roles, name
):
    engine.settle(profile(ann="edit"))
    binding = server.get("RoleBinding", name, ANN)
    server.delete("RoleBinding", name, ANN)
    kept = {key: binding["metadata"][key] for key in ("name", "namespace", "labels", "annotations")}
    role = {**binding["roleRef"], "name": "kubeflow-admin"}
    server.create({**binding, "metadata": kept | KEPT["metadata"], "roleRef": role})
    roles(name, ann="admin")

    report = engine.apply(profile(ann="edit"))

    assert report.exit_code == 0, [*report.errors, *report.pending]
    roles(name, ann="edit")
    server.patch("RoleBinding", name, ANN, {"metadata": {"finalizers": None}})
    engine.settle(profile(ann="edit"))
    assert server.get("RoleBinding", name, ANN)["roleRef"]["name"] == "kubeflow-edit"
