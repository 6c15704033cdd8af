"""A portal is upgraded between two runs, with everything in it."""

from itertools import pairwise

import pytest

from puhuri.exports import MANAGER, exported, project, user
from puhuri.runs import allocation, document, members, run
from puhuri_server.sample import cuid, sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version

TEAM = ("quantum", "ada", {"bo": "edit", "cleo": "view"})
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5}


@pytest.fixture(scope="module")
def server():
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture(params=pairwise(Version), ids="-".join)
def versions(request):
    return request.param


@pytest.fixture
def portal(server, versions):
    server.reset(sample_world(versions[0]))
    return server


@pytest.fixture
def upgrade(portal, versions):
    """Upgrade the portal."""

    def upgrade():
        portal.world.version = versions[1]
        portal.world.has_public_offerings = True
        portal.reset(portal.world)

    return upgrade


def test_afterwards_a_plan_is_empty(portal, upgrade):
    pmr = document(TEAM, allocations=[allocation(**LIMITS)], end_date="2199-12-31")
    run(portal, pmr)
    portal.world.execute(portal.world.orders[0])
    upgrade()

    report = run(portal, pmr)

    assert (report.plan.changes, report.plan.pending, report.plan.warnings) == ((), (), ())


def test_an_order_from_before_is_waited_for_and_not_made_again(portal, upgrade):
    pmr = document(TEAM, allocations=[allocation(**LIMITS)])
    run(portal, pmr)
    upgrade()

    report = run(portal, pmr)

    assert report.plan.changes == ()
    assert len(report.plan.pending) == len(portal.world.orders) == 1


@pytest.mark.parametrize("instance", ["", "test"])
def test_a_document_of_the_portal_is_the_same(portal, upgrade, instance):
    project(portal.world, "Soup", ("ada", MANAGER), ("bo", "PROJECT.MEMBER"))
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    before = exported(portal, instance=instance).to_yaml()

    upgrade()

    assert exported(portal, instance=instance).to_yaml() == before


def test_somebody_whose_account_was_deactivated_has_the_role_once(portal, upgrade):
    run(portal, document(TEAM))
    user(portal.world, "bo").is_active = False
    upgrade()

    run(portal, document(TEAM))

    assert (cuid("bo"), "PROJECT.ADMIN") in members(portal, "quantum")
    assert len(members(portal, "quantum")) == 3
