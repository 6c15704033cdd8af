"""A namespace admin occupies names, or keeps objects in deletion, to delay changes of others."""

import pytest
from engine.build import document, profile
from engine.looking import let_in, names_of, roles_in
from engine.world import World

from profiles_management.kubeflow.objects import naming
from profiles_management.reconcile.plan import Person

ANN = Person("User", "ann@example.com")
KINDS = ("RoleBinding", "AuthorizationPolicy")
GROUP = "rbac.authorization.k8s.io"


@pytest.fixture
def world():
    return World()


def occupy(world, name, kind="RoleBinding"):
    """Create an object of another purpose under that name."""
    rest = {
        "RoleBinding": {
            "apiVersion": f"{GROUP}/v1",
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "kubeflow-view"},
            "subjects": [{"apiGroup": GROUP, "kind": "User", "name": "zoe@example.com"}],
        },
        "AuthorizationPolicy": {"apiVersion": "security.istio.io/v1", "spec": {"rules": []}},
    }
    world.api.put({"kind": kind, "metadata": {"name": name, "namespace": "ml"}, **rest[kind]})


def edit(world, kind, name, **metadata):
    obj = world.api.get(kind, "ml", name)
    obj["metadata"] |= metadata
    world.api.put(obj)
    return obj


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("numbers", [0, 1, 2, 20])
def test_the_next_name_is_used_if_names_are_occupied(world, kind, numbers):
    world.apply(document(profile()))
    occupy(world, naming.kfam_name(ANN, "edit"), kind)
    for number in range(numbers):
        occupy(world, naming.hashed_name(ANN, "edit", number), kind)

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api)["ann"] == "edit"
    assert "ann" in let_in(world.api)
    assert not world.plan(document(profile(ann="edit"))).changes


def test_once_the_name_is_free_the_dashboard_finds_it_again(world):
    pmr = document(profile(ann="edit"))
    world.apply(document(profile()))
    for name in (naming.kfam_name(ANN, "edit"), naming.hashed_name(ANN, "edit")):
        occupy(world, name)
    world.apply(pmr)

    for name in (naming.kfam_name(ANN, "edit"), naming.hashed_name(ANN, "edit")):
        world.api.remove("RoleBinding", "ml", name)
    world.apply(pmr)

    assert names_of(world.api, "RoleBinding") == [naming.kfam_name(ANN, "edit")]
    assert not world.plan(pmr).changes


def test_a_name_that_is_occupied_between_read_and_write_is_reported_as_occupied(world):
    world.apply(document(profile()))

    def snatch(request, act):
        if request.method == "POST" and request.resource == "rolebindings":
            occupy(world, naming.kfam_name(ANN, "edit"))
        return act()

    world.api.faults.append(snatch)
    first = world.apply(document(profile(ann="edit", bob="view")))
    world.api.faults.clear()
    world.apply(document(profile(ann="edit", bob="view")))

    assert first.exit_code == 4
    assert "was created by somebody else meanwhile" in first.pending[0].what
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit", "bob": "view"}


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize("role", ["view", "edit", "admin"])
def test_a_finalizer_on_a_binding_of_another_role_holds_up_no_role_change(world, role, deleted):
    world.apply(document(profile(ann="edit")))
    name = naming.kfam_name(ANN, "edit")
    binding = edit(world, "RoleBinding", name, finalizers=["example.com/keep"])
    # under the name of another role: made again by hand
    binding["roleRef"]["name"] = "kubeflow-admin"
    world.api.put(binding)
    if deleted:
        world.api.call("DELETE", world.api.path("RoleBinding", "ml", name))

    report = world.apply(document(profile(ann=role)))

    assert report.exit_code == 0
    assert roles_in(world.api)["ann"] == role
    assert not world.plan(document(profile(ann=role))).changes


@pytest.mark.parametrize("kinds", [("RoleBinding",), ("AuthorizationPolicy",), KINDS])
def test_who_comes_back_does_not_wait_for_what_a_finalizer_keeps(world, kinds):
    world.apply(document(profile(ann="edit")))
    for kind in kinds:
        edit(world, kind, naming.kfam_name(ANN, "edit"), finalizers=["example.com/keep"])
    world.apply(document(profile()))
    assert roles_in(world.api) == {"owner": "admin"}

    report = world.apply(document(profile(ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api)["ann"] == "edit"
    assert let_in(world.api) == ["ann"]
    assert not world.plan(document(profile(ann="edit"))).changes


def test_somebody_elses_finalizer_on_ones_name_holds_up_nobody(world):
    """Zoe has a pair under the name of Ann, and puts finalizers on it before it is renamed."""
    world.apply(document(profile(zoe="edit")))
    for kind in KINDS:
        obj = world.api.get(kind, "ml", "user-zoe-example-com-clusterrole-edit")
        world.api.remove(kind, "ml", obj["metadata"]["name"])
        obj["metadata"] |= {
            "name": naming.kfam_name(ANN, "edit"),
            "finalizers": ["example.com/keep"],
        }
        world.api.put(obj)

    report = world.apply(document(profile(zoe="edit", ann="edit")))

    assert report.exit_code == 0
    assert roles_in(world.api) == {"owner": "admin", "zoe": "edit", "ann": "edit"}
    assert not world.plan(document(profile(zoe="edit", ann="edit"))).changes
