"""People whom a document names by e-mail address, in each generation of the portal."""

import pytest

from profiles_management.pmr import documents
from profiles_management.puhuri.portal_settings import PersonName
from puhuri.exports import MEMBER, project, user
from puhuri.runs import CUSTOMER, members, run
from puhuri_server.sample import cuid, sample_world
from puhuri_server.world import Version

DOCUMENT = f"""\
puhuri:
  customer: {CUSTOMER}
profiles:
- name: soup
  owner:
    kind: User
    name: ada@example.org
  contributors:
  - name: bo@example.org
    role: view
"""


@pytest.fixture
def portal(server):
    """Serve a portal with ada as an owner of the customer, and bo in one of its projects."""
    server.reset(sample_world(server.world.version))
    world = server.world
    world.grant(user(world, "ada"), customer(world), "CUSTOMER.OWNER")
    project(world, "Stew", ("bo", MEMBER))
    return server


def customer(world):
    return next(known for known in world.customers if known.name == CUSTOMER)


def test_members_of_the_customer_and_of_its_projects_are_found(portal):
    report = run(portal, documents.loads(DOCUMENT), people=PersonName.EMAIL)

    assert report.plan.warnings == ()
    assert members(portal, "soup") == {
        (cuid("ada"), "PROJECT.MANAGER"),
        (cuid("bo"), "PROJECT.MEMBER"),
    }


def test_somebody_else_is_not_looked_for(portal):
    user(portal.world, "cleo")
    pmr = documents.loads(DOCUMENT.replace("bo@", "cleo@"))

    report = run(portal, pmr, people=PersonName.EMAIL)

    (warning,) = report.plan.warnings
    assert (warning.code, "cleo@example.org" in warning.what) == ("needs-cuid", True)
    assert members(portal, "soup") == {(cuid("ada"), "PROJECT.MANAGER")}


def test_an_address_of_several_people_gives_nobody_a_role(portal):
    world = portal.world
    twin = user(world, "twin", email="Bo@example.org")
    world.grant(twin, customer(world), "CUSTOMER.OWNER")

    report = run(portal, documents.loads(DOCUMENT), people=PersonName.EMAIL)

    (warning,) = report.plan.warnings
    assert warning.code == "ambiguous-person"
    assert twin.uuid in warning.what
    assert user(world, "bo").uuid in warning.what
    assert members(portal, "soup") == {(cuid("ada"), "PROJECT.MANAGER")}


def test_the_people_of_the_customer_come_with_the_members_of_its_projects(portal):
    """Until February 2024 they are another list, which is only read for addresses."""
    by_address = documents.loads(DOCUMENT)
    by_cuid = documents.loads(
        DOCUMENT.replace("ada@example.org", cuid("ada")).replace("bo@example.org", cuid("bo"))
    )
    run(portal, by_cuid)
    counts = []
    for pmr, people in ((by_cuid, PersonName.CUID), (by_address, PersonName.EMAIL)):
        portal.requests.clear()
        assert run(portal, pmr, people=people).plan.changes == ()
        counts.append(len(portal.requests))

    few, more = counts
    assert more - few == (1 if portal.world.version in (Version.A, Version.MIXED) else 0)
