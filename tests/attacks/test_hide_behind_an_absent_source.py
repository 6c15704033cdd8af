"""Access that no addition may give stays, because its objects name an absent source."""

import pytest
from engine.build import document
from engine.looking import let_in, names_of, roles_in
from engine.test_sources import adding, merged, opened
from engine.world import World

from profiles_management import Settings

PAIR = "user-ann-example-com-clusterrole-edit"


@pytest.fixture(params=[Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"])
def world(request):
    """A world in which a source that cannot be read added ann."""
    world = World(request.param)
    world.apply(merged(config=document(opened()), teams=adding(ann="edit")))
    return world


def frozen(world):
    """Apply while the source of ann cannot be read, and return how many people it keeps."""
    report = world.apply(merged(config=document(opened()), teams=None))
    return sum(one.contributors for one in report.plan.frozen)


def edit(world, kind, change):
    there = world.api.get(kind, "ml", PAIR)
    change(there)
    world.api.remove(kind, "ml", PAIR)
    world.api.put(there)


def test_whom_the_source_added_stays(world):
    assert frozen(world) == 1
    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert let_in(world.api) == ["ann"]


@pytest.mark.parametrize("role", ["cluster-admin", "admin", "kubeflow-admin", "anything"])
def test_by_a_role_that_no_addition_gives(world, role):
    edit(world, "RoleBinding", lambda one: one["roleRef"].update(name=role))

    assert frozen(world) == 0
    assert roles_in(world.api) == {"owner": "admin"}
    assert let_in(world.api) == []


def test_by_further_subjects(world):
    edit(
        world,
        "RoleBinding",
        lambda one: one["subjects"].append({**one["subjects"][0], "name": "eve@example.com"}),
    )

    assert frozen(world) == 0
    assert roles_in(world.api) == {"owner": "admin"}
    assert let_in(world.api) == []


@pytest.mark.parametrize(
    "rule", [{}, {"when": [{"key": "request.headers[kubeflow-userid]", "values": ["*"]}]}]
)
def test_by_a_policy_that_lets_anybody_in(world, rule):
    edit(world, "AuthorizationPolicy", lambda one: one["spec"]["rules"].append(rule))

    frozen(world)

    assert names_of(world.api, "AuthorizationPolicy") == []
