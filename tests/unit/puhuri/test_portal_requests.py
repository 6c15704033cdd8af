"""How many requests a run takes that changes nothing: the numbers in docs/explanation/portal.md."""

import pytest

from profiles_management.pmr.classes import Profile
from puhuri.exports import MANAGER, MEMBER, allocate, project, user
from puhuri.runs import allocation, document, run
from puhuri_server.records import Order
from puhuri_server.sample import sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version

VERSION_AND_CUSTOMER = 3
PROJECTS, PEOPLE, TEAM = 500, 600, 10
PAGES_OF_PROJECTS, PAGES_OF_PEOPLE = 5, 6
LIMITS = {"cpu_k_hours": 10}


def profile(number, team, **section):
    """Return a profile; the first of the team owns it."""
    owner, *others = (person.username for person in team)
    return Profile.model_validate(
        {
            "name": f"team-{number}",
            "owner": {"kind": "User", "name": owner},
            "contributors": [{"name": name, "role": "view"} for name in others],
            "puhuri": section,
        }
    )


def add_order(world, resource):
    """Add the order that made an allocation."""
    made = Order(
        uuid=world.new_uuid(),
        item_uuid=world.new_uuid(),
        resource=resource,
        type="Create",
        state="done",
        created=world.moment(),
        created_by=world.users[0],
        limits=resource.limits,
        attributes=resource.attributes,
    )
    world.orders.append(made)


def large_customer(**section):
    """Return a portal with 500 projects of ten people each, and a document that wants just this."""
    world, pmr = sample_world(Version.B), document()
    username = "{:040d}@acc.researcher-access.org"
    people = [
        user(world, str(number), username=username.format(number)) for number in range(PEOPLE)
    ]
    for number in range(PROJECTS):
        team = [people[(number + step) % PEOPLE] for step in range(TEAM)]
        of = project(world, f"team-{number}", backend_id=f"test/team-{number}")
        for person in team:
            world.grant(person, of, MANAGER if person is team[0] else MEMBER)
        if section:
            add_order(world, allocate(world, of, **LIMITS))
        pmr.add_profile(profile(number, team, **section))
    return world, pmr


@pytest.mark.parametrize(
    ("section", "further"),
    [({}, 0), ({"allocations": [allocation(**LIMITS)]}, 5 + 5)],  # and orders
    ids=["members", "allocations"],
)
def test_a_run_that_changes_nothing_takes_a_request_for_each_page(section, further):
    world, pmr = large_customer(**section)
    with serving(world) as portal:
        report = run(portal, pmr)

        assert report.plan.changes == ()
        assert report.exit_code == 0
        pages = PAGES_OF_PROJECTS + PAGES_OF_PEOPLE
        assert len(portal.requests) == VERSION_AND_CUSTOMER + pages + further


def test_lowered_limits_take_one_request_each_and_one_for_their_offering():
    world, pmr = sample_world(Version.B), document()
    ada = user(world, "ada")
    for number in range(3):
        of = project(world, f"team-{number}", backend_id=f"test/team-{number}")
        world.grant(ada, of, MANAGER)
        allocate(world, of, **LIMITS)
        pmr.add_profile(profile(number, [ada], allocations=[allocation(cpu_k_hours=9)]))
    with serving(world) as portal:
        report = run(portal, pmr)

        assert len(report.outcomes) == 3
        read = [sent for sent in portal.requests if "usage" in sent.path or "offering" in sent.path]
        assert len(read) == 3 + 1
