"""An existing cluster as a document, for adoption."""

import pytest

from engine.build import contributor, document
from engine.looking import roles_in
from engine.test_ownership import a_namespace, made_by_hand
from engine.world import World
from memory_api import Kfam
from profiles_management import export_pmr
from profiles_management.pmr import loads

FULL = {
    "labels": {"team": "red"},
    "annotations": {"note": "hello"},
    "limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]},
    "plugins": [{"kind": "WorkloadIdentity", "spec": {"gcpServiceAccount": "ml@example.com"}}],
}


def exported(world, **changed):
    return export_pmr(target=world.client, settings=type(world.settings)(**changed))


def test_what_we_applied_is_exported_as_it_was(world, profile):
    pmr = document(
        profile(ann="edit", bob="view", cpu="1", fields=FULL), profile("data", owner="dan")
    )
    world.apply(pmr)

    assert exported(world).pmr == pmr


def test_an_export_is_a_valid_document_that_changes_nobodys_access(world):
    made_by_hand(world)
    for who, role in (("ann", "edit"), ("zed", "view")):
        Kfam(world.api).add("ml", f"{who}@example.com", role)
    before = roles_in(world.api)

    report = world.apply(loads(exported(world).to_yaml()))

    assert report.exit_code == 0
    assert report.plan.access.lost == report.plan.access.gained == 0
    assert roles_in(world.api) == before


def test_it_is_sorted(world, profile):
    world.apply(document(profile("web"), profile("data"), profile(zed="edit", ann="edit")))

    found = exported(world).pmr

    assert list(found.profiles) == ["data", "ml", "web"]
    assert [one.name for one in found.profiles["ml"].contributors] == [
        "ann@example.com",
        "zed@example.com",
    ]


def test_the_controllers_defaults_and_marks_are_left_out(world, profile):
    world.apply(document(profile()))

    assert (
        exported(world).to_yaml()
        == "profiles:\n- name: ml\n  owner:\n    kind: User\n    name: owner@example.com\n"
    )


def test_ends_of_access_are_kept(world, profile):
    pmr = document(profile(contributors=[contributor("ann", until="2027-01-01")]))
    world.apply(pmr)

    assert exported(world).pmr == pmr


def test_groups_and_other_owners_are_kept(world, profile):
    pmr = document(
        profile(
            owner="bot",
            kind="ServiceAccount",
            space="ci",
            contributors=[contributor("t@x", kind="Group")],
        ),
        profile("data", owner="g@x", kind="Group"),
    )
    world.apply(pmr)

    assert exported(world).pmr == pmr


def test_the_role_is_the_one_that_is_bound_and_not_the_one_that_is_annotated(world, profile):
    world.apply(document(profile(ann="edit")))
    one = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    one["roleRef"]["name"] = "kubeflow-view"
    world.api.put(one)

    assert exported(world).pmr == document(profile(ann="view"))


# what a document cannot express


def said(world):
    return [note.what for note in exported(world).notes]


def test_a_binding_of_another_role_is_reported(world, profile):
    world.apply(document(profile(ann="edit")))
    one = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    one["roleRef"]["name"] = "cluster-admin"
    world.api.put(one)

    assert said(world) == [
        "ann@example.com is bound to ClusterRole cluster-admin, which is not one of the three roles"
    ]


def test_a_person_with_two_roles_is_exported_with_the_stronger_and_reported(world, profile):
    world.apply(document(profile(ann="view")))
    Kfam(world.api).add("ml", "ann@example.com", "admin")

    assert exported(world).pmr == document(profile(ann="admin"))
    assert said(world) == ["ann@example.com has 2 roles"]


@pytest.mark.parametrize("ours", [False, True])
def test_who_is_bound_by_a_binding_that_names_another_is_exported_and_reported(
    world, profile, ours
):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "ann@example.com", "edit")
    if ours:
        world.apply(document(profile(ann="edit")))
    one = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    one["subjects"][0]["name"] = "eve@example.com"
    world.api.put(one)

    assert exported(world).pmr == document(profile(eve="edit"))
    assert said(world) == [
        f"RoleBinding {one['metadata']['name']} does not bind only ann@example.com, whom it names"
    ]


def test_half_a_pair_without_a_role_is_reported(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.remove("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")

    assert said(world) == ["ann@example.com has an AuthorizationPolicy and no RoleBinding"]


def test_an_owner_who_contributes_too_is_reported(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "Owner@example.com", "edit")

    assert exported(world).pmr == document(profile())
    assert len(said(world)) == 1


def test_a_profile_without_an_owner_is_left_out_and_reported(world, profile):
    world.api.put(
        {
            "apiVersion": "kubeflow.org/v1",
            "kind": "Profile",
            "metadata": {"name": "odd"},
            "spec": {},
        }
    )
    world.apply(document(profile()))

    assert exported(world).pmr == document(profile())
    assert said(world) == ["left out: it has no owner"]


@pytest.mark.parametrize("name", ["kubeflow", "has.dots", "x" * 64])
def test_a_profile_that_no_document_can_name_is_left_out_and_reported(world, name):
    made_by_hand(world, name)

    assert len(exported(world).pmr) == 0
    assert len(said(world)) == 1


def test_a_quota_that_no_document_takes_is_left_out_and_reported(world, profile):
    world.apply(document(profile()))
    body = {"spec": {"resourceQuotaSpec": {"hard": {"Bad Key": "1"}}}}
    world.api.call(
        "PATCH",
        world.api.path("Profile", None, "ml"),
        body,
        content_type="application/merge-patch+json",
    )

    assert exported(world).pmr == document(profile())
    assert len(said(world)) == 1


@pytest.mark.parametrize("until", ["soon", "2030-13-45T00:00:00Z", "2030-01-01T00:00:00"])
def test_an_end_that_nobody_can_read_is_reported(world, profile, until):
    world.apply(document(profile(ann="edit")))
    one = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    one["metadata"]["annotations"]["profiles-management.io/until"] = until
    world.api.put(one)

    assert said(world) == [f"the end of ann@example.com's access cannot be read: {until!r}"]
    assert exported(world).pmr == document(profile(ann="edit"))


def test_further_limit_ranges_are_reported(world, profile):
    world.apply(document(profile()))
    spec = {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}
    world.api.put(
        {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "mine", "namespace": "ml"},
            "spec": spec,
        }
    )

    assert said(world) == ["LimitRange mine is not ours"]


def test_what_cannot_be_said_is_a_comment_of_one_line_in_the_yaml(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.remove("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")

    text = exported(world).to_yaml()

    assert text.startswith("# Profile/ml: ann@example.com has an AuthorizationPolicy")
    assert loads(text) == document(profile())


def test_a_comment_cannot_be_broken_out_of(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "x\nprofiles: []", "edit")

    text = exported(world).to_yaml()

    assert loads(text) == document(profile())


def test_exporting_writes_nothing(world, profile):
    world.apply(document(profile()))
    world.api.log.clear()

    exported(world)

    assert not world.api.writes


def test_namespaces_without_a_profile_are_none(world):
    a_namespace(world, owner="zed@example.com")

    assert len(exported(world).pmr) == 0


def test_a_standalone_cluster_is_exported_from_its_namespaces(plain, profile):
    pmr = document(profile(ann="edit", cpu="1", fields={"labels": {"team": "red"}}))
    plain.apply(pmr)
    a_namespace(plain, "other")

    assert exported(plain, standalone=True).pmr == pmr


def test_protected_namespaces_are_left_out(profile):
    world = World()
    world.apply(document(profile(), profile("vault")))

    assert list(exported(world, protected_namespaces=frozenset({"vault"})).pmr.profiles) == ["ml"]
