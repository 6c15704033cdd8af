"""The number of requests of a run."""

import json

import pytest
from hypothesis import given

from engine import strategies
from engine.world import World
from profiles_management import Settings
from profiles_management.pmr.classes import Contributor, Owner, Profile
from scenarios.documents import OWNER, document

SETTINGS = Settings(allow_revocations=True, writers=1)
NAMES = [f"p{number:04}" for number in range(1000)]


def profile(name):
    """A profile of ten contributors and a quota."""
    people = [Contributor(name=f"user{number}@example.com", role="edit") for number in range(10)]
    quota = {"hard": {"limits.cpu": "1000m"}}
    return Profile(
        name=name, owner=Owner(kind="User", name=OWNER), contributors=people, resources=quota
    )


@pytest.fixture(scope="module")
def thousand():
    """A cluster with a profile of the engine and 999 copies of it."""
    world = World(SETTINGS).after(document(profile(NAMES[0])))
    made = [one for one in world.api.snapshot().values() if one["kind"] != "ClusterRole"]
    text = json.dumps(made)
    for name in NAMES[1:]:
        world.api.put_all(json.loads(text.replace(NAMES[0], name)))
    return world


@pytest.mark.parametrize(("page_size", "further"), [(100_000, 0), (5000, 2 + 2), (1000, 12 + 10)])
def test_a_run_with_nothing_to_do_reads_a_dozen_times_and_writes_nothing(
    thousand, page_size, further
):
    thousand.api.log.clear()

    report = thousand.apply(document(*map(profile, NAMES)), page_size=page_size)

    continued = [request for request in thousand.api.log if "continue" in request.query]
    assert not report.outcomes
    assert not thousand.api.writes
    assert len(continued) == further  # pages of RoleBindings and AuthorizationPolicies
    assert len(thousand.api.log) - len(continued) <= 12


@given(strategies.documents(most=3), strategies.settings)
def test_a_first_apply_writes_no_more_than_there_are_objects_and_one_for_each_profile(
    pmr, settings
):
    world = World(settings)
    before = len(world.api.snapshot())

    world.apply(pmr)

    made = len(world.api.snapshot()) - before
    assert len(world.api.writes) <= made + len(pmr)
