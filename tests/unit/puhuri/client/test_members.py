"""Members: who CUIDs are, and roles given, listed by every filter, prolonged and taken."""

from datetime import UTC, datetime, timedelta

import pytest

from profiles_management.puhuri.client.errors import (
    DoubledGrant,
    NotAllowed,
    NotFound,
    PuhuriAway,
    Refused,
)
from puhuri.client.portal_use import ADMIN, MANAGER, MEMBER
from puhuri.server.asking import GRANTS, NEW
from puhuri.server.generations import generations
from puhuri_server.sample import cuid
from puhuri_server.server import Fault
from puhuri_server.world import Version

UNKNOWN = "0" * 32
LATER = datetime(2027, 12, 31, tzinfo=UTC)


def roles(grants):
    return {(grant.username, grant.role) for grant in grants}


def in_days(portal, days):
    return portal.time.now() + timedelta(days=days)


def grants_of(portal, project, name="ada"):
    """Return the grants of somebody in a project, as the portal has them."""
    return [
        grant
        for grant in portal.world.active_grants()
        if grant.scope.uuid == project and grant.user.username == cuid(name)
    ]


@pytest.fixture
def team(portal):
    """Return two projects of one customer and one of another, with members."""
    quantum, soup = portal.project("Quantum"), portal.project("Soup")
    other = portal.world.customers[1].uuid
    web = portal.allocator.projects.create(customer=other, name="Web").uuid
    add = portal.allocator.members.add
    add(quantum, portal.user("ada"), MANAGER)
    add(quantum, portal.user("bo"), MEMBER, in_days(portal, 30))
    add(soup, portal.user("ada"), ADMIN)
    add(web, portal.user("cleo"), MEMBER)
    return {"quantum": quantum, "soup": soup, "web": web}


@pytest.mark.parametrize("role", [MEMBER, ADMIN, MANAGER])
def test_a_role_is_given_and_listed(portal, role):
    project, user = portal.project(), portal.user()
    until = in_days(portal, 3)
    portal.allocator.members.add(project, user, role, until)

    (grant,) = portal.allocator.members.find(project=project)
    assert (grant.project_uuid, grant.user_uuid, grant.role) == (project, user, role)
    assert (grant.username, grant.full_name) == (cuid("ada"), "Ada Allocated")
    assert grant.email == "ada@example.org"
    assert grant.expiration_time == until
    assert grant.created is not None


def test_a_role_without_an_end_is_permanent(portal):
    project = portal.project()
    portal.allocator.members.add(project, portal.user(), MEMBER)
    (grant,) = portal.allocator.members.find(project=project)
    assert grant.expiration_time is None


def test_members_are_found_by_each_filter(portal, team):
    find = portal.allocator.members.find
    url = portal.portal.url
    ada, bo = portal.user("ada"), portal.user("bo")
    quantum = {(cuid("ada"), MANAGER), (cuid("bo"), MEMBER)}
    soup = {(cuid("ada"), ADMIN)}
    web = {(cuid("cleo"), MEMBER)}

    assert roles(find()) == quantum | soup | web
    assert roles(find(project=team["quantum"])) == quantum
    assert roles(find(project_url=f"{url}/api/projects/{team['soup']}/")) == soup
    assert roles(find(user=ada)) == {(cuid("ada"), MANAGER), (cuid("ada"), ADMIN)}
    assert roles(find(user_url=f"{url}/api/users/{bo}/")) == {(cuid("bo"), MEMBER)}
    assert roles(find(username=cuid("bo"))) == {(cuid("bo"), MEMBER)}
    assert roles(find(username=cuid("bo")[:10])) == set()
    assert roles(find(full_name="RESEARCH")) == {(cuid("bo"), MEMBER)}
    assert roles(find(customer=portal.customer)) == quantum | soup
    assert roles(find(customer=portal.world.customers[1].uuid)) == web
    assert roles(find(role=MEMBER)) == {(cuid("bo"), MEMBER), (cuid("cleo"), MEMBER)}
    assert roles(find(role="PROJECT.NONE")) == set()


def test_the_people_of_a_customer_come_with_the_grants_in_its_projects(portal, team):
    members = portal.allocator.members
    people = members.people_of_customer(portal.customer)

    by_project = {(grant.project_uuid, grant.username, grant.role) for grant in people.grants}
    assert by_project == {
        (team["quantum"], cuid("ada"), MANAGER),
        (team["quantum"], cuid("bo"), MEMBER),
        (team["soup"], cuid("ada"), ADMIN),
    }
    assert {*people.grants} == {*members.of_customer(portal.customer)}
    found = {user.username: (user.uuid, user.full_name, user.email) for user in people.users}
    assert found[cuid("bo")] == (portal.user("bo"), "Bo Researcher", "bo@example.org")
    assert cuid("cleo") not in found  # of another customer


def test_filters_of_members_are_combined(portal, team):
    find = portal.allocator.members.find
    ada, other = portal.user("ada"), portal.world.customers[1].uuid

    assert roles(find(project=team["quantum"], user=ada)) == {(cuid("ada"), MANAGER)}
    assert roles(find(project=team["quantum"], role=MEMBER)) == {(cuid("bo"), MEMBER)}
    assert roles(find(project=team["soup"], username=cuid("bo"))) == set()
    assert roles(find(project=team["soup"], full_name="ada")) == {(cuid("ada"), ADMIN)}
    assert roles(find(project=team["soup"], customer=portal.customer)) == {(cuid("ada"), ADMIN)}
    assert roles(find(project=team["soup"], customer=other)) == set()
    assert roles(find(customer=other, user=ada)) == set()


def test_a_user_whom_the_portal_does_not_know_has_no_role(portal, team):
    # the portal itself lists everybody then
    assert [*portal.allocator.members.find(project=team["quantum"], user=UNKNOWN)] == []


def test_members_of_a_project_that_is_not_there_are_none_or_an_error(portal):
    find = portal.allocator.members.find
    if portal.version == Version.A:
        assert [*find(project=UNKNOWN)] == []
    else:
        with pytest.raises(NotFound):
            [*find(project=UNKNOWN)]


def test_a_role_that_is_over_is_listed_until_the_daily_clean_up(portal):
    project = portal.project()
    portal.allocator.members.add(project, portal.user(), MEMBER, in_days(portal, 1))
    portal.time.elapsed += 2 * 24 * 3600

    (grant,) = portal.allocator.members.of_customer(portal.customer)
    assert grant.expiration_time < portal.time.now()
    portal.world.clean_up()
    assert [*portal.allocator.members.of_customer(portal.customer)] == []


def test_the_end_of_a_role_is_moved_and_taken_away(portal):
    project, user = portal.project(), portal.user()
    set_expiry = portal.allocator.members.set_expiry
    portal.allocator.members.add(project, user, MEMBER, in_days(portal, 1))

    for until in (in_days(portal, 9), None, in_days(portal, 2)):
        set_expiry(project, user, MEMBER, until)
        (grant,) = portal.allocator.members.find(project=project)
        assert grant.expiration_time == until
    assert len(grants_of(portal, project)) == 1


def test_the_end_of_a_role_is_in_the_future_and_has_a_zone(portal):
    project, user = portal.project(), portal.user()
    members = portal.allocator.members
    members.add(project, user, MEMBER)

    for call in (members.add, members.set_expiry):
        with pytest.raises(Refused, match="should be greater than current time"):
            call(
                project,
                portal.user("bo" if call == members.add else "ada"),
                MEMBER,
                portal.time.now(),
            )
        with pytest.raises(ValueError, match="without a zone"):
            call(project, user, MEMBER, portal.time.now().replace(tzinfo=None))


def test_the_end_of_a_role_that_is_not_there_cannot_be_moved(portal):
    project, user = portal.project(), portal.user()
    with pytest.raises(NotFound, match="does not have the role"):
        portal.allocator.members.set_expiry(project, user, MEMBER, None)


def test_a_role_is_taken_and_taking_it_again_is_no_error(portal):
    project, user = portal.project(), portal.user()
    members = portal.allocator.members
    members.add(project, user, MEMBER)
    for _ in range(2):
        members.remove(project, user, MEMBER)
        assert [*members.find(project=project)] == []
    members.add(project, user, ADMIN)
    assert roles(members.find(project=project)) == {(cuid("ada"), ADMIN)}


def test_taking_a_role_leaves_the_other_ones(portal):
    project = portal.project()
    members = portal.allocator.members
    members.add(project, portal.user("ada"), MEMBER)
    members.add(project, portal.user("bo"), MEMBER)
    members.remove(project, portal.user("bo"), MANAGER)
    members.remove(project, portal.user("bo"), MEMBER)
    assert roles(members.find(project=project)) == {(cuid("ada"), MEMBER)}


def test_a_role_that_somebody_has_is_not_given_again(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)
    with pytest.raises(Refused):
        portal.allocator.members.add(project, user, MEMBER)
    assert len(grants_of(portal, project)) == 1


@generations(Version.A)
def test_in_the_first_generation_a_person_has_one_role_in_a_project(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)
    with pytest.raises(Refused, match="must make a unique set"):
        portal.allocator.members.add(project, user, ADMIN)


@generations(*GRANTS)
def test_a_person_can_have_several_roles_in_a_project(portal):
    project, user = portal.project(), portal.user()
    for role in (MEMBER, ADMIN):
        portal.allocator.members.add(project, user, role)
    both = {(cuid("ada"), MEMBER), (cuid("ada"), ADMIN)}
    assert roles(portal.allocator.members.find(project=project)) == both
    assert roles(portal.allocator.members.of_customer(portal.customer)) == both


@generations(*GRANTS)
def test_a_doubled_grant_is_listed_twice_and_only_the_support_can_undo_it(portal):
    project, user = portal.project(), portal.user()
    members = portal.allocator.members
    members.add(project, user, MEMBER, in_days(portal, 1))
    members.add(project, user, MEMBER, in_days(portal, 2))  # the portal makes a second one

    assert len([*members.find(project=project)]) == 2
    assert len([*members.of_customer(portal.customer)]) == 2
    for call in (
        lambda: members.remove(project, user, MEMBER),
        lambda: members.set_expiry(project, user, MEMBER, None),
    ):
        with pytest.raises(DoubledGrant) as error:
            call()
        assert error.value.count == 2
        assert (error.value.project, error.value.user) == (project, user)
        assert "support" in error.value.remedy
    assert len(grants_of(portal, project)) == 2


@generations(Version.A)
def test_a_role_that_somebody_else_takes_meanwhile_is_no_error(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)

    def fault(_number, sent):
        if sent.method == "DELETE":
            for grant in grants_of(portal, project):
                grant.is_active = False

    portal.portal.fault = fault
    portal.allocator.members.remove(project, user, MEMBER)
    assert grants_of(portal, project) == []


@generations(*GRANTS)
def test_a_role_that_ended_is_doubled_by_adding_and_kept_one_by_another_end(portal):
    project, user = portal.project(), portal.user()
    members = portal.allocator.members
    members.add(project, user, MEMBER, in_days(portal, 1))
    portal.time.elapsed += 2 * 24 * 3600
    members.set_expiry(project, user, MEMBER, in_days(portal, 9))
    assert len(grants_of(portal, project)) == 1

    portal.time.elapsed += 20 * 24 * 3600
    members.add(project, user, MEMBER)  # before the daily clean-up
    with pytest.raises(DoubledGrant):
        members.remove(project, user, MEMBER)


def test_members_of_a_blocked_customer_are_as_they_are(portal):
    project, user = portal.project(), portal.user()
    portal.world.customers[0].blocked = True
    with pytest.raises(Refused, match="not available"):
        portal.allocator.members.add(project, user, MEMBER)
    assert grants_of(portal, project) == []


@generations(*NEW)
def test_a_deactivated_member_is_neither_listed_nor_removable(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)
    portal.world.active_user(user).is_active = False

    assert [*portal.allocator.members.find(project=project)] == []
    assert [*portal.allocator.members.of_customer(portal.customer)] == []
    with pytest.raises(Refused, match=r"User is not found"):
        portal.allocator.members.remove(project, user, MEMBER)


def test_a_role_is_not_given_where_the_caller_may_not(portal):
    project, user = portal.project(), portal.user()
    with pytest.raises((NotFound, NotAllowed, Refused)):
        portal.provider.members.add(project, user, MEMBER)
    assert grants_of(portal, project) == []


def test_a_role_that_the_portal_does_not_have_is_refused_in_its_words(portal):
    project, user = portal.project(), portal.user()
    with pytest.raises(Refused, match=r"role: .*(Role is not found|is not a valid choice)"):
        portal.allocator.members.add(project, user, "PROJECT.NONE")


# requests without an answer


def break_write(portal, action, *faults):
    method, part = ("POST", f"/{action}/")
    if portal.version == Version.A:
        part = "/project-permissions/"
        method = {"add_user": "POST", "update_user": "PATCH", "delete_user": "DELETE"}[action]
    portal.break_once(method, part, *faults)


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.ERROR_AFTER])
@pytest.mark.parametrize("days", [None, 3])
def test_a_role_that_was_given_without_an_answer_is_not_given_again(portal, fault, days):
    project, user = portal.project(), portal.user()
    until = None if days is None else in_days(portal, days)
    break_write(portal, "add_user", fault)
    portal.allocator.members.add(project, user, MEMBER, until)
    (grant,) = grants_of(portal, project)
    assert grant.expiration_time == until


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR])
def test_a_role_that_was_not_given_is_not_tried_again(portal, fault):
    project, user = portal.project(), portal.user()
    break_write(portal, "add_user", fault)
    with pytest.raises(PuhuriAway) as error:
        portal.allocator.members.add(project, user, MEMBER)
    assert error.value.unanswered
    assert grants_of(portal, project) == []


@generations(*GRANTS)
def test_an_older_grant_is_not_taken_for_the_one_without_an_answer(portal):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER, in_days(portal, 1))
    break_write(portal, "add_user", Fault.LOST)
    with pytest.raises(PuhuriAway):
        portal.allocator.members.add(project, user, MEMBER, in_days(portal, 9))


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.ERROR_AFTER])
def test_a_role_that_was_taken_without_an_answer_is_gone(portal, fault):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)
    break_write(portal, "delete_user", fault)
    portal.allocator.members.remove(project, user, MEMBER)
    assert grants_of(portal, project) == []


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.ERROR_AFTER])
def test_an_end_that_was_moved_without_an_answer_is_moved(portal, fault):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)
    break_write(portal, "update_user", fault)
    until = in_days(portal, 5)
    portal.allocator.members.set_expiry(project, user, MEMBER, until)
    assert [grant.expiration_time for grant in grants_of(portal, project)] == [until]


@generations(*GRANTS)
@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("delete_user", lambda members, *grant: members.remove(*grant)),
        ("update_user", lambda members, *grant: members.set_expiry(*grant, LATER)),
    ],
    ids=["remove", "set_expiry"],
)
def test_a_grant_that_was_not_changed_is_not_tried_again(portal, action, call):
    project, user = portal.project(), portal.user()
    portal.allocator.members.add(project, user, MEMBER)
    break_write(portal, action, Fault.LOST)
    with pytest.raises(PuhuriAway) as error:
        call(portal.allocator.members, project, user, MEMBER)
    assert error.value.unanswered
    assert len(portal.sent("POST", action)) == 1


def test_a_busy_portal_is_asked_again(portal):
    project, user = portal.project(), portal.user()
    break_write(portal, "add_user", Fault.BUSY)
    portal.allocator.members.add(project, user, MEMBER)
    assert len(grants_of(portal, project)) == 1
