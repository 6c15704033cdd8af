"""Who has which role in which profile, and until when, in the cluster."""

import pytest

from engine.build import contributor, document
from engine.looking import short
from engine.test_ownership import a_namespace, made_by_hand
from memory_api import Kfam
from profiles_management import Settings, list_access

HEADER = "request.headers[kubeflow-userid]"


def entries(world, **changed):
    return [
        (one.profile, short(one.person.name), one.role, one.owner)
        for one in list_access(target=world.client, settings=Settings(**changed))
    ]


def edited(world, change, kind="RoleBinding"):
    one = world.api.get(kind, "ml", "user-ann-example-com-clusterrole-edit")
    change(one)
    world.api.put(one)


def test_owners_and_contributors_are_listed_by_profile_and_person(world, profile):
    world.apply(document(profile(zed="view", ann="edit"), profile("data", owner="dan")))

    assert entries(world) == [
        ("data", "dan", "admin", True),
        ("ml", "ann", "edit", False),
        ("ml", "owner", "admin", True),
        ("ml", "zed", "view", False),
    ]


def test_profiles_that_are_not_ours_are_listed_too(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "ann@example.com", "edit")

    assert ("ml", "ann", "edit", False) in entries(world)


def test_the_role_is_the_one_that_is_bound(world, profile):
    world.apply(document(profile(ann="edit")))
    edited(world, lambda one: one["roleRef"].update(name="kubeflow-admin"))

    assert ("ml", "ann", "admin", False) in entries(world)


def test_a_role_that_is_none_of_ours_is_shown_by_its_name(world, profile):
    world.apply(document(profile(ann="edit")))
    edited(world, lambda one: one["roleRef"].update(name="cluster-admin"))

    assert ("ml", "ann", "cluster-admin", False) in entries(world)


@pytest.mark.parametrize("name", ["admin", "edit", "view"])
def test_a_cluster_role_with_the_name_of_a_role_is_not_shown_as_that_role(world, profile, name):
    world.apply(document(profile(ann="edit")))
    edited(world, lambda one: one["roleRef"].update(name=name))

    assert ("ml", "ann", f"ClusterRole/{name}", False) in entries(world)


def test_everybody_whom_a_binding_binds_is_listed(world, profile):
    world.apply(document(profile(ann="edit")))
    group = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "zed@example.com"}
    edited(world, lambda one: one["subjects"].append(group))

    assert {who for _, who, *_ in entries(world)} == {"owner", "ann", "zed"}


def test_somebody_who_only_passes_the_mesh_has_no_role(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.remove("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")

    assert ("ml", "ann", "", False) in entries(world)


def test_an_owner_is_who_is_bound(world, profile):
    world.apply(document(profile()))
    one = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    one["subjects"][0]["name"] = "zed@example.com"
    world.api.put(one)

    assert entries(world) == [("ml", "zed", "admin", True)]


def test_groups_and_users_are_distinguished(world, profile):
    world.apply(
        document(
            profile(contributors=[contributor("x@x.com"), contributor("x@x.com", kind="Group")])
        )
    )

    people = [one.person for one in list_access(target=world.client) if not one.owner]

    assert [str(one) for one in people] == ["x@x.com (Group)", "x@x.com"]


def test_a_plain_cluster_is_listed_by_its_namespaces(plain, profile):
    plain.apply(document(profile(ann="edit")))
    a_namespace(plain, "other")

    assert entries(plain, standalone=True) == [
        ("ml", "ann", "edit", False),
        ("ml", "owner", "admin", True),
    ]


def test_listing_writes_nothing(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.log.clear()

    entries(world)

    assert not world.api.writes


@pytest.mark.parametrize(
    ("rules", "who"),
    [([{}], "*"), ([{"when": [{"key": HEADER, "values": ["zed@example.com"]}]}], "zed")],
)
def test_everybody_whom_the_policy_of_a_contributor_lets_in_is_listed(world, profile, rules, who):
    world.apply(document(profile(ann="edit")))
    edited(world, lambda one: one["spec"].update(rules=rules), kind="AuthorizationPolicy")

    assert ("ml", who, "", False) in entries(world)
    assert ("ml", "ann", "edit", False) in entries(world)
