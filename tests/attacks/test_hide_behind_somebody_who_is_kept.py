"""With `unlisted: keep`, access hides in objects that are named for a kept person."""

import pytest
from engine.build import document, profile
from engine.looking import let_in, roles_in
from engine.world import World

from memory_api import Kfam
from profiles_management import Settings

PAIR = "user-zed-example-com-clusterrole-edit"


@pytest.fixture
def world():
    """A world in which the dashboard added zed to ml, and people of no document are kept."""
    world = World(Settings(unlisted="keep"))
    world.apply(document(profile(ann="edit")))
    Kfam(world.api).add("ml", "zed@example.com", "edit")
    return world


def edit(world, kind, change):
    there = world.api.get(kind, "ml", PAIR)
    change(there)
    world.api.put(there)


def test_whom_the_dashboard_added_is_kept(world):
    world.apply(document(profile()))

    assert roles_in(world.api) == {"owner": "admin", "zed": "edit"}
    assert let_in(world.api) == ["zed"]


@pytest.mark.parametrize("instead", [True, False], ids=["instead", "besides"])
def test_who_leaves_the_document_as_a_subject_of_their_rolebinding(world, instead):
    def bind_ann(one):
        ann = {**one["subjects"][0], "name": "ann@example.com"}
        one["subjects"] = [ann] if instead else [*one["subjects"], ann]

    edit(world, "RoleBinding", bind_ann)

    world.apply(document(profile()))

    assert "ann" not in roles_in(world.api)


def test_anybody_by_a_rule_of_their_policy(world):
    edit(world, "AuthorizationPolicy", lambda one: one["spec"]["rules"].append({}))

    world.apply(document(profile()))

    assert let_in(world.api) == []
