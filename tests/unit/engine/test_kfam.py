"""The dashboard shows and removes our objects, and no object of ours breaks it."""

import pytest

from engine.build import contributor, document
from engine.looking import roles_in
from memory_api import Kfam, KfamError
from memory_api.kfam import Binding


def listed(world, **filters):
    return {(short.user, short.role) for short in Kfam(world.api).list("ml", **filters)}


def test_the_dashboard_lists_whom_we_made(world, profile):
    world.apply(document(profile(ann="edit", bob="view")))

    assert listed(world) == {
        ("owner@example.com", "admin"),
        ("ann@example.com", "edit"),
        ("bob@example.com", "view"),
    }


def test_the_dashboard_finds_them_by_name_and_role(world, profile):
    world.apply(document(profile(ann="edit", bob="view")))

    assert Kfam(world.api).list(user="ann@example.com") == [
        Binding("ml", "ann@example.com", "edit")
    ]
    assert listed(world, role="view") == {("bob@example.com", "view")}


def test_the_dashboard_can_remove_whom_we_made_and_the_next_run_brings_them_back(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)

    Kfam(world.api).delete("ml", "ann@example.com", "edit", by="owner@example.com")
    gone = roles_in(world.api)
    world.apply(pmr)

    assert gone == {"owner": "admin"}
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_two_alike_are_both_listed(world, profile):
    world.apply(
        document(profile(contributors=[contributor("a.b@x.com"), contributor("a-b@x.com")]))
    )

    assert {user for user, _ in listed(world)} == {"owner@example.com", "a.b@x.com", "a-b@x.com"}


def test_an_owner_of_before_has_no_more_say_in_the_dashboard(world, profile):
    world.apply(document(profile()))

    world.apply(document(profile(owner="new")))

    with pytest.raises(KfamError):
        Kfam(world.api).add("ml", "zed@example.com", "edit", by="owner@example.com")
    Kfam(world.api).add("ml", "zed@example.com", "edit", by="new@example.com")


def test_a_binding_that_breaks_the_dashboard_for_everybody_is_corrected(world, profile):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    one = world.api.get("RoleBinding", "ml", "user-ann-example-com-clusterrole-edit")
    world.api.put({**one, "subjects": []})
    with pytest.raises(KfamError):
        listed(world)

    world.apply(pmr)

    assert ("ann@example.com", "edit") in listed(world)


@pytest.mark.parametrize("half", ["RoleBinding", "AuthorizationPolicy"])
def test_a_half_pair_that_the_dashboard_cannot_remove_is_made_whole(world, profile, half):
    pmr = document(profile(ann="edit"))
    world.apply(pmr)
    world.api.remove(half, "ml", "user-ann-example-com-clusterrole-edit")
    with pytest.raises(KfamError):
        Kfam(world.api).delete("ml", "ann@example.com", "edit")

    world.apply(pmr)

    Kfam(world.api).delete("ml", "ann@example.com", "edit")


def test_case_is_kept_as_the_document_has_it(world, profile):
    world.apply(document(profile(contributors=[contributor("Ann@Example.com")])))

    assert ("Ann@Example.com", "edit") in listed(world)


def test_two_names_that_differ_in_case_are_two_people_with_separate_access(world, profile):
    world.apply(document(profile()))
    Kfam(world.api).add("ml", "Ann@example.com", "edit")

    world.apply(document(profile(ann="edit")))

    assert listed(world) == {("owner@example.com", "admin"), ("ann@example.com", "edit")}
