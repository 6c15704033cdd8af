"""People in an export: all with a role, each with the strongest, and no profile is missing."""

import pytest

from engine.build import contributor, document
from engine.looking import codes, roles_in
from engine.test_ownership import a_namespace, made_by_hand
from memory_api import Kfam
from profiles_management import Settings, export_pmr
from profiles_management.pmr import loads
from scenarios.foreign import (
    RBAC,
    account,
    binding,
    kfam_notes,
    peer_pair,
    person,
    policy,
    put,
    rule,
)

GROUP_NOTES = {"group": "research", "role": "view"}


def exported(world, **changed):
    return export_pmr(target=world.client, settings=type(world.settings)(**changed))


def people(export, name="ml"):
    """Return the contributors of an export."""
    return [
        (one.kind.value, one.name, one.role.value) for one in export.pmr.profiles[name].contributors
    ]


def what(export):
    return [note.what for note in export.notes]


def is_unchanged(world, export):
    """Return whether an apply of an export leaves everybody's role, and takes and gives nothing."""
    before = roles_in(world.api)
    report = world.apply(loads(export.to_yaml()))
    access = report.plan.access
    return (
        report.exit_code == 0
        and (access.lost, access.gained) == (0, 0)
        and roles_in(world.api) == before
    )


# kinds


def test_a_user_and_a_group_of_one_name_are_both_exported(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "research", "edit")
    put(
        world.api,
        binding("g", person("research", "Group"), role="kubeflow-view", notes=GROUP_NOTES),
        policy("g", rule("research", key="request.auth.claims[groups]"), notes=GROUP_NOTES),
    )

    export = exported(world)

    assert people(export) == [("Group", "research", "view"), ("User", "research", "edit")]
    assert not export.notes
    assert is_unchanged(world, export)


@pytest.mark.parametrize(("owner", "other"), [("Group", "User"), ("User", "Group")])
def test_an_owner_and_a_contributor_of_another_kind_may_have_one_name(world, owner, other):
    made_by_hand(world, owner="research", kind=owner)
    notes = kfam_notes("research", "view") if other == "User" else GROUP_NOTES
    put(world.api, binding("x", person("research", other), role="kubeflow-view", notes=notes))

    export = exported(world)

    assert people(export) == [(other, "research", "view")]
    assert export.pmr.profiles["ml"].owner.kind == owner
    assert world.plan(export.pmr).access.lost == 0


# several bindings of one person


def test_pairs_of_the_peer_are_exported(world):
    made_by_hand(world)
    put(world.api, *peer_pair("ann@example.com", "edit"), *peer_pair("bob@example.com", "admin"))

    export = exported(world)

    assert people(export) == [
        ("User", "ann@example.com", "edit"),
        ("User", "bob@example.com", "admin"),
    ]
    assert is_unchanged(world, export)


def test_two_pairs_of_one_role_are_one_contributor_without_a_word(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "ann@example.com", "edit")
    put(world.api, *peer_pair("ann@example.com", "edit"))

    export = exported(world)

    assert people(export) == [("User", "ann@example.com", "edit")]
    assert not export.notes


def test_of_two_spellings_the_one_with_the_stronger_role_is_exported_and_the_other_reported(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "Ann@example.com", "view")
    put(world.api, *peer_pair("ann@example.com", "edit"))

    export = exported(world)

    assert people(export) == [("User", "ann@example.com", "edit")]
    (note,) = export.notes
    assert (
        note.what
        == 'Ann@example.com left out: "Ann@example.com" and "ann@example.com" differ only in case'
    )
    assert note.remedy == "The next apply removes this access."


def test_an_owner_who_contributes_too_is_reported_and_keeps_access_as_the_owner(world):
    made_by_hand(world)
    Kfam(world.api).add("ml", "owner@example.com", "edit")

    export = exported(world)

    assert people(export) == []
    assert [note.remedy for note in export.notes] == ["They keep access as the owner."]


def test_everybody_whom_a_binding_of_ours_binds_is_exported(world, profile):
    world.apply(document(profile(ann="edit")))
    body = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    body["subjects"] += [
        person("eve@example.com"),
        person("research", "Group"),
        account("robot", "ci"),
    ]
    world.api.put(body)

    export = exported(world)

    assert people(export) == [
        ("Group", "research", "edit"),
        ("User", "ann@example.com", "edit"),
        ("User", "eve@example.com", "edit"),
        ("User", "system:serviceaccount:ci:robot", "edit"),
    ]
    assert len(export.notes) == 1


def test_who_is_bound_to_no_role_is_exported_with_the_role_of_the_annotation(world, profile):
    world.apply(document(profile(ann="edit")))
    body = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    body["roleRef"]["name"] = "cluster-admin"
    world.api.put(body)

    export = exported(world)

    assert people(export) == [("User", "ann@example.com", "edit")]
    assert [note.remedy for note in export.notes] == [
        "Exported as edit, which its annotation names."
    ]


@pytest.mark.parametrize(
    ("ends", "end"),
    [
        (("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"), "2028-01-01"),
        (("2027-01-01T00:00:00Z", ""), None),
    ],
)
def test_of_two_ends_of_one_role_the_later_counts(world, profile, ends, end):
    world.apply(document(profile()))
    for number, until in enumerate(ends):
        notes = kfam_notes("ann@example.com", "edit") | {"profiles-management.io/until": until}
        put(world.api, binding(f"x-{number}", person("ann@example.com"), notes=notes))

    assert exported(world).pmr == document(profile(contributors=[contributor("ann", until=end)]))


# names that no document can have


@pytest.mark.parametrize(
    "name", ["*@example.com", " ann@example.com", "a\u200bnn@example.com", "x" * 321]
)
def test_who_cannot_be_named_is_reported_and_the_others_are_exported(world, name):
    made_by_hand(world)
    put(world.api, binding("x", person(name), notes=kfam_notes(name, "edit")))
    Kfam(world.api).add("ml", "bob@example.com", "view")

    export = exported(world)

    assert people(export) == [("User", "bob@example.com", "view")]
    (note,) = export.notes
    assert "left out" in note.what
    assert export.to_yaml().startswith("# Profile/ml: ")


def test_a_group_that_is_everybody_is_reported(world):
    made_by_hand(world)
    everybody = person("system:authenticated", "Group")
    notes = {"group": "system:authenticated", "role": "view"}
    put(world.api, binding("x", everybody, role="kubeflow-view", notes=notes))

    export = exported(world)

    assert people(export) == []
    assert len(export.notes) == 1


# owners


DRAFT = """\
# Profile/ml: left out: it has no owner. Give it an owner, or write one in the commented lines. [cannot-say]
profiles:
- name: data
  owner:
    kind: User
    name: owner@example.com
# - name: ml
#   owner:
#     kind: User
#     name: "<owner>"
#   contributors:
#   - name: ann@example.com
#     role: edit
- name: web
  owner:
    kind: User
    name: owner@example.com
"""


def without_owner(world, **metadata):
    """Create a Profile whose owner was removed."""
    made_by_hand(world)
    body = world.api.get("Profile", None, "ml")
    body["spec"].pop("owner")
    body["metadata"] |= metadata
    world.api.put(body)


def test_a_profile_without_an_owner_is_written_in_comments_in_its_place(world):
    for name in ("data", "web"):
        made_by_hand(world, name)
    without_owner(world)
    put(world.api, *peer_pair("ann@example.com", "edit"))

    export = exported(world)

    assert export.to_yaml() == DRAFT
    assert [*loads(export.to_yaml()).profiles] == ["data", "web"]
    assert is_unchanged(world, export)


def test_a_document_with_nothing_but_comments_is_an_empty_one(world):
    without_owner(world)

    text = exported(world).to_yaml()

    assert text.splitlines()[1:3] == ["profiles: []", "# - name: ml"]
    assert loads(text).profiles == {}


@pytest.mark.parametrize(
    "owner", [{"kind": "Foo", "name": "x"}, {"kind": "User", "name": "*@x.com"}]
)
def test_a_profile_whose_owner_no_document_can_name_is_written_in_comments(world, owner):
    made_by_hand(world)
    body = world.api.get("Profile", None, "ml")
    body["spec"]["owner"] = owner
    world.api.put(body)

    export = exported(world)

    assert [*export.drafts] == ["ml"]
    assert what(export)[0].startswith("left out: no document can name its owner: ")


def test_the_lines_of_a_draft_are_no_document_before_somebody_writes_the_owner(world):
    without_owner(world)
    text = exported(world).to_yaml()
    lines = text.partition("profiles: []\n")[2].splitlines()

    draft = "profiles:\n" + "".join(line.removeprefix("# ") + "\n" for line in lines)

    assert "<owner>" in draft
    assert (
        loads(draft.replace("<owner>", "ann@example.com")).profiles["ml"].owner.name
        == "ann@example.com"
    )


def test_a_profile_of_ours_that_lost_its_owner_is_exported_with_the_one_who_is_bound(
    world, profile
):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    body = world.api.get("Profile", None, "ml")
    body["spec"].pop("owner")
    world.api.put(body)

    assert exported(world).pmr == pmr


def test_an_export_warns_that_a_managed_profile_without_owner_loses_its_contributors(
    world, profile
):
    world.apply(document(profile(ann="edit")))
    body = world.api.get("Profile", None, "ml")
    body["spec"].pop("owner")
    world.api.put(body)
    world.api.remove("RoleBinding", "ml", "namespaceAdmin")

    export = exported(world)

    assert [*export.drafts] == ["ml"]
    assert "revokes its contributors" in export.notes[0].remedy


def test_who_is_still_bound_as_the_owner_is_exported_as_admin_and_reported(world):
    made_by_hand(world)
    body = world.api.get("Profile", None, "ml")
    body["spec"]["owner"]["name"] = "nina@example.com"
    world.api.put(body)

    export = exported(world)

    assert export.pmr.profiles["ml"].owner.name == "nina@example.com"
    assert people(export) == [("User", "owner@example.com", "admin")]
    assert what(export) == [
        "owner@example.com is bound as the owner, but nina@example.com is the declared owner"
    ]
    assert world.plan(export.pmr).access.lost == 0


@pytest.mark.parametrize("kind", ["User", "Group", "ServiceAccount"])
def test_an_owner_of_a_standalone_profile_is_exported_with_kind_and_namespace(plain, profile, kind):
    space = "ci" if kind == "ServiceAccount" else None
    pmr = document(profile(owner="robot", kind=kind, space=space))
    plain.apply(pmr)

    assert exported(plain, standalone=True).pmr == pmr


def test_a_standalone_namespace_whose_owner_is_not_bound_is_exported_with_the_owner_of_its_annotation(
    plain,
):
    a_namespace(plain, owner="zed@example.com")

    export = exported(plain, standalone=True)

    assert export.pmr.profiles["ml"].owner.name == "zed@example.com"
    assert not plain.plan(export.pmr).refused


# what is not managed


def test_access_by_objects_that_are_not_managed_is_reported(world):
    made_by_hand(world)
    subject = {"apiGroup": RBAC, "kind": "User", "name": "eve@example.com"}
    put(
        world.api,
        binding("my-team", subject, role="cluster-admin"),
        binding("jobs", account("default-editor")),
    )

    export = exported(world)

    assert codes(export.notes) == ["unmanaged-access"]
    assert export.notes[0].what == (
        "eve@example.com also has ClusterRole cluster-admin by RoleBinding my-team, which is not managed"
    )
    assert is_unchanged(world, export)


def test_a_cluster_that_a_document_can_express_has_no_notes(world, profile):
    world.apply(document(profile(ann="edit"), profile("data", owner="g@x", kind="Group")))

    export = export_pmr(target=world.client, settings=Settings())

    assert not export.notes
    assert "#" not in export.to_yaml()
