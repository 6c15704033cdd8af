"""What it costs, in requests."""

import pytest
from hypothesis import given

from engine import strategies
from engine.documents import OWNER, document
from engine.world import World
from profiles_management import Settings
from profiles_management.pmr.classes import Contributor, Owner, Profile

PEOPLE = [Contributor(name=f"user{number}@example.com", role="edit") for number in range(10)]
THOUSAND = document(
    *(
        Profile(
            name=f"p{number:04}",
            owner=Owner(kind="User", name=OWNER),
            contributors=PEOPLE,
            resources={"hard": {"limits.cpu": "1000m"}},
        )
        for number in range(1000)
    )
)
SETTINGS = Settings(allow_revocations=True, writers=1)


@pytest.fixture(scope="module")
def thousand():
    """A cluster that matches the thousand."""
    return World(SETTINGS).after(THOUSAND)


@pytest.mark.parametrize(("page_size", "pages"), [(10**6, 0), (5000, 2 + 1 + 1), (1000, 11 + 12 + 0)])
def test_a_run_with_nothing_to_do_reads_a_dozen_times_and_writes_nothing(thousand, page_size, pages):
    thousand.api.log.clear()

    report = thousand.apply(THOUSAND, page_size=page_size)

    continued = [request for request in thousand.api.log if "continue" in request.query]
    assert not report.outcomes
    assert not thousand.api.writes
    assert len(thousand.api.log) - len(continued) <= 12


@given(strategies.documents(most=3), strategies.settings)
def test_a_first_apply_writes_no_more_than_there_are_objects_and_one_for_each_profile(pmr, settings):
    world = World(settings)
    before = len(world.api.snapshot())

    world.apply(pmr)

    made = len(world.api.snapshot()) - before
    assert len(world.api.writes) <= made + len(pmr)
