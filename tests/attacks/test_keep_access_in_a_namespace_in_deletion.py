"""A finalizer keeps a namespace in deletion, and access in it, until its author removes it."""

from datetime import timedelta

import pytest
from engine.build import contributor, document, profile
from engine.looking import let_in, roles_in, short
from engine.world import BRAKE_OFF, NOON, World

from profiles_management import Settings, list_access
from profiles_management.kubeflow.access import access_listing, access_report
from profiles_management.pmr.merging import SourceDocument, merge

KINDS = ("RoleBinding", "AuthorizationPolicy")
LIMITS = {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}


@pytest.fixture
def world():
    return World()


def held_up(world, *kinds, kind="Profile"):
    """Add a finalizer to objects of these kinds, then delete: the namespace stays in deletion."""
    for each in kinds:
        for obj in world.api.objects(each, "ml"):
            obj["metadata"]["finalizers"] = ["example.com/keep"]
            world.api.put(obj)
    world.api.call("DELETE", world.api.path(kind, None, "ml"))
    assert world.api.get("Namespace", None, "ml")["metadata"]["deletionTimestamp"]


def has_no_access(world, who):
    return who not in roles_in(world.api) and who not in let_in(world.api)


@pytest.mark.parametrize(
    "kinds", [("RoleBinding",), ("AuthorizationPolicy",), KINDS, ("LimitRange",)]
)
@pytest.mark.parametrize("kind", ["Profile", "Namespace"])
def test_who_left_the_document_loses_access(world, kinds, kind):
    world.apply(document(profile(ann="edit", bob="edit", fields={"limitRange": LIMITS})))
    held_up(world, *kinds, kind=kind)

    report = world.apply(document(profile(bob="edit")))

    assert has_no_access(world, "ann")
    assert ("bob" in roles_in(world.api)) is ("RoleBinding" in kinds)
    assert report.exit_code == 4
    assert not world.plan(document(profile(bob="edit"))).changes


def test_whose_time_is_up_loses_access(world):
    def until(moment):
        return document(profile(contributors=[contributor("ann", until=moment)]))

    world.apply(until(NOON + timedelta(days=1)))
    held_up(world, *KINDS)

    world.apply(until(NOON - timedelta(days=1)))

    assert has_no_access(world, "ann")


@pytest.mark.parametrize("kinds", [("RoleBinding",), KINDS])
@pytest.mark.parametrize("kind", ["Profile", "Namespace"])
def test_a_profile_that_left_the_document_loses_all_contributors(world, kinds, kind):
    world.apply(document(profile(ann="edit"), profile("other")))
    held_up(world, *kinds, kind=kind)

    world.apply(document(profile("other")))

    assert has_no_access(world, "ann")
    assert not world.plan(document(profile("other"))).changes


def test_without_the_controller_it_is_the_same():
    world = World(Settings(standalone=True, allow_revocations=True))
    world.apply(document(profile(ann="edit", bob="edit"), profile("other")))
    held_up(world, *KINDS, kind="Namespace")

    world.apply(document(profile(bob="edit"), profile("other")))
    assert has_no_access(world, "ann")
    world.apply(document(profile("other")))
    assert has_no_access(world, "bob")


def test_a_stronger_role_ends_and_a_weaker_one_cannot_be_given(world):
    world.apply(document(profile(ann="admin", bob="view", li="edit")))
    held_up(world, *KINDS)

    world.apply(document(profile(ann="view", bob="admin", li="edit", zoe="edit")))

    assert {who: role for who, role in roles_in(world.api).items() if who != "owner"} == {
        "bob": "view",
        "li": "edit",
    }
    assert not world.plan(document(profile(ann="view", bob="admin", li="edit", zoe="edit"))).changes


def test_subjects_that_somebody_added_are_removed(world):
    world.apply(document(profile(ann="edit")))
    held_up(world, *KINDS)
    [binding] = [
        one for one in world.api.objects("RoleBinding", "ml") if "ann" in one["metadata"]["name"]
    ]
    binding["subjects"].append({**binding["subjects"][0], "name": "zoe@example.com"})
    world.api.put(binding)

    world.apply(document(profile(ann="edit")))

    assert "ann" in roles_in(world.api)
    assert has_no_access(world, "zoe")


def test_what_others_put_there_stays(world):
    world.apply(document(profile(ann="edit")))
    foreign = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "theirs", "namespace": "ml"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "kubeflow-edit",
        },
        "subjects": [
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "zoe@example.com"}
        ],
    }
    world.api.put(foreign)
    held_up(world, *KINDS)

    world.apply(document())

    assert world.api.get("RoleBinding", "ml", "theirs")["subjects"] == foreign["subjects"]


def test_a_namespace_in_deletion_of_somebody_else_is_left_alone(world):
    other = World(Settings(instance="other", allow_revocations=True), api=world.api)
    other.apply(document(profile(ann="edit")))
    held_up(world, *KINDS)

    world.apply(document(profile()))
    world.apply(document())

    assert not has_no_access(world, "ann")


def test_a_source_that_cannot_be_read_keeps_what_it_gave_until_its_time_is_up(world):
    def of(ann_until):
        return document(
            profile(contributors=[contributor("ann", until=ann_until), contributor("bob")])
        )

    world.apply(
        merge(
            [
                SourceDocument("git", of(NOON + timedelta(days=1))),
                SourceDocument("config", document()),
            ]
        )
    )
    held_up(world, *KINDS)
    unread = merge([SourceDocument("git", None, "away"), SourceDocument("config", document())])

    assert not world.plan(unread).changes
    binding = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    binding["metadata"]["annotations"]["profiles-management.io/until"] = "2026-10-01T00:00:00Z"
    world.api.put(binding)
    world.apply(unread)

    assert has_no_access(world, "ann")
    assert "bob" in roles_in(world.api)


def test_protected_namespaces_are_left_alone(world):
    world.apply(document(profile(ann="edit")))
    held_up(world, *KINDS)

    plan = world.plan(document(), protected_namespaces=frozenset({"ml"}))

    assert not plan.changes


@pytest.mark.parametrize("kind", ["Profile", "Namespace"])
def test_access_there_is_listed_and_marked(world, kind):
    world.apply(document(profile(ann="edit"), profile("other", bob="view")))
    held_up(world, *KINDS, kind=kind)

    entries = list_access(target=world.client, settings=BRAKE_OFF)
    report = access_report.report(entries, at=NOON)
    lines, data = access_listing.lines(report), access_listing.data(report)

    assert {(entry.profile, short(entry.person.name)): entry.deleting for entry in entries} == {
        ("ml", "owner"): True,
        ("ml", "ann"): True,
        ("other", "owner"): False,
        ("other", "bob"): False,
    }
    assert [entry["deleting"] for entry in data["access"]] == [True, True, False, False]
    assert any(
        "ann@example.com" in str(row) and "namespace in deletion" in str(row) for row in lines
    )


# the owner


def add_eve(world):
    binding = world.api.get("RoleBinding", "ml", "namespaceAdmin")
    binding["subjects"].append({**binding["subjects"][0], "name": "eve@example.com"})
    world.api.put(binding)


def owners(world):
    return [
        subject["name"]
        for subject in world.api.get("RoleBinding", "ml", "namespaceAdmin")["subjects"]
    ]


def owner_let_in(world):
    rules = world.api.get("AuthorizationPolicy", "ml", "ns-owner-access-istio")["spec"]["rules"]
    return [
        value
        for rule in rules
        for when in rule.get("when", ())
        for value in when["values"]
        if "@" in value
    ]


@pytest.mark.parametrize("kind", ["Profile", "Namespace"])
@pytest.mark.parametrize("settings", [BRAKE_OFF, Settings(standalone=True, allow_revocations=True)])
def test_an_owner_who_was_replaced_loses_access(settings, kind):
    world = World(settings)
    world.apply(document(profile(owner="olga", ann="edit")))
    kind = "Namespace" if settings.standalone else kind
    held_up(world, *KINDS, kind=kind)

    world.apply(document(profile(owner="nina", ann="edit")))

    assert owners(world) == ["nina@example.com"]
    assert "olga@example.com" not in owner_let_in(world)
    assert not world.plan(document(profile(owner="nina", ann="edit"))).changes


@pytest.mark.parametrize(
    ("kind", "left"), [("Profile", False), ("Namespace", False), ("Namespace", True)]
)
def test_who_was_bound_with_the_owner_loses_access(world, kind, left):
    world.apply(document(profile(ann="edit"), profile("other")))
    held_up(world, *KINDS, kind=kind)
    add_eve(world)
    pmr = document(profile("other")) if left else document(profile(ann="edit"), profile("other"))

    world.apply(pmr)

    assert owners(world) == ["owner@example.com"]
    assert not world.plan(pmr).changes


def test_an_owner_of_a_profile_that_left_the_document_stays(world):
    world.apply(document(profile(ann="edit"), profile("other")))
    held_up(world, *KINDS, kind="Namespace")

    world.apply(document(profile("other")))

    assert owners(world) == ["owner@example.com"]


def test_of_a_namespace_in_deletion_of_somebody_else_nothing_is_said(world):
    world.apply(document(profile("theirs", owner="olga")), instance="other")
    policy = world.api.get("AuthorizationPolicy", "theirs", "ns-owner-access-istio")
    policy["metadata"] |= {
        "name": "for-olga",
        "finalizers": ["example.com/keep"],
        "ownerReferences": [],
    }
    world.api.put(policy)
    world.api.call("DELETE", world.api.path("Profile", None, "theirs"))
    assert world.api.get("Namespace", None, "theirs")["metadata"]["deletionTimestamp"]

    assert world.plan(document(profile(owner="olga"))).warnings == ()
