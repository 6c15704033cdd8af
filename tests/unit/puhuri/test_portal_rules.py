"""What a target does and does not do in a portal, rule by rule."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import SettingsError
from profiles_management.puhuri.mapping.wanted import wanted
from profiles_management.puhuri.portal_settings import PersonName, PuhuriSettings
from puhuri.runs import CUSTOMER, allocation, document, members, project_of, run
from puhuri_server.records import Project, Usage, User
from puhuri_server.sample import cuid, sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version

TEAM = ("quantum", "ada", {"bo": "edit"})
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5}


@pytest.fixture(scope="module")
def server():
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture
def portal(server):
    server.reset(sample_world())
    return server


def codes(report):
    return [problem.code for problem in (*report.plan.refused, *report.plan.warnings)]


def user(portal, name):
    return next(one for one in portal.world.users if one.username == cuid(name))


def copy_of(portal, project, **changes):
    values = {**vars(project), "uuid": portal.world.new_uuid(), "grants": [], **changes}
    portal.world.projects.append(Project(**values))
    return portal.world.projects[-1]


# projects


def test_a_doubled_backend_id_is_named_and_neither_project_is_touched(portal):
    run(portal, document(TEAM))
    project = project_of(portal, "quantum")
    copy = copy_of(portal, project)

    report = run(portal, document(("quantum", "bo", {})))

    (problem,) = report.plan.refused
    assert problem.code == "doubled-project"
    assert project.uuid in problem.what
    assert copy.uuid in problem.what
    assert report.outcomes == ()
    assert report.exit_code != 0


def test_drift_is_corrected(portal):
    pmr = document(TEAM, description="R&D <b>x</b>", end_date="2099-12-31")
    run(portal, pmr)
    project = project_of(portal, "quantum")
    wanted = (project.name, project.description, project.end_date)
    project.name, project.description, project.end_date = "X", "", None

    run(portal, pmr)

    assert (project.name, project.description, project.end_date) == wanted


def test_nothing_is_terminated_or_deleted_without_permission(portal):
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    portal.world.execute(portal.world.orders[0])

    kept = run(portal, document())
    assert members(portal, "quantum") == set()
    assert kept.plan.stale == ("quantum",)
    assert portal.world.resources[0].state == "OK"

    run(portal, document(), allow_terminations=True)
    (order,) = [order for order in portal.world.orders if order.is_open]
    assert order.type == "Terminate"
    portal.world.execute(order)
    run(portal, document(), allow_terminations=True)
    assert [project for project in portal.world.projects if project.backend_id] == []


def test_an_allocation_that_is_not_listed_is_named_and_stays(portal):
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    portal.world.execute(portal.world.orders[0])

    report = run(portal, document(TEAM, allocations=[]))

    assert codes(report) == ["unlisted-allocation"]
    assert len(portal.world.orders) == 1


# members


def test_a_doubled_grant_is_left_alone_and_says_what_to_ask_the_support_for(portal):
    run(portal, document(TEAM))
    world, project = portal.world, project_of(portal, "quantum")
    world.grant(user(portal, "bo"), project, "PROJECT.ADMIN")

    report = run(portal, document(TEAM))

    (problem,) = report.plan.warnings
    assert problem.code == "doubled-grant"
    assert project.uuid in problem.remedy
    assert user(portal, "bo").uuid in problem.remedy
    assert report.outcomes == ()


def test_a_doubled_grant_that_should_end_is_an_error(portal):
    run(portal, document(TEAM))
    world, project = portal.world, project_of(portal, "quantum")
    world.grant(user(portal, "bo"), project, "PROJECT.ADMIN")

    report = run(portal, document(("quantum", "ada", {})))

    assert [problem.code for problem in report.plan.refused] == ["stuck-role"]
    assert report.exit_code == 1


def test_a_longer_end_is_an_update_and_never_a_second_grant(portal):
    soon = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    pmr = document(TEAM)
    ending = document(TEAM)
    ending.profiles["quantum"] = Profile.model_validate(
        {
            "name": "quantum",
            "owner": {"kind": "User", "name": cuid("ada")},
            "contributors": [{"name": cuid("bo"), "role": "edit", "until": soon}],
        }
    )
    run(portal, ending)
    (grant,) = [
        one
        for one in portal.world.active_grants(project_of(portal, "quantum"))
        if one.expiration_time
    ]

    run(portal, pmr)

    assert grant.expiration_time is None
    assert len(portal.world.active_grants(project_of(portal, "quantum"))) == 2


def test_somebody_whose_time_is_up_has_no_role(portal):
    run(portal, document(TEAM))
    pmr = document(TEAM)
    profile = pmr.profiles["quantum"]
    profile.contributors[0].until = datetime(2020, 1, 1, tzinfo=UTC)

    report = run(portal, pmr)

    assert members(portal, "quantum") == {(cuid("ada"), "PROJECT.MANAGER")}
    (outcome,) = report.outcomes
    assert outcome.change.reason.name == "EXPIRED"


def test_a_role_that_ended_with_its_project_is_over():
    end = datetime(2030, 1, 1, tzinfo=UTC)
    pmr = document(TEAM, end_date="2030-01-01")
    pmr.profiles["quantum"].contributors[0].until = end
    settings = PuhuriSettings("lab")

    (before,) = wanted(pmr, settings, now=end - timedelta(seconds=1)).projects
    (after,) = wanted(pmr, settings, now=end).projects

    assert [(member.name, member.until) for member in before.members] == [
        (cuid("ada"), None),
        (cuid("bo"), None),
    ]
    assert [member.name for member in after.members] == [cuid("ada")]
    assert after.expired == {cuid("bo")}


def test_by_address_only_members_are_found_and_others_are_named(portal):
    run(portal, document(TEAM))
    user(portal, "bo").email = "Bo@Example.org"
    user(portal, "ada").email = "ada@example.org"
    pmr = document()
    pmr.add_profile(
        Profile.model_validate(
            {
                "name": "soup",
                "owner": {"kind": "User", "name": "ada@example.org"},
                "contributors": [
                    {"name": "bo@example.org", "role": "view"},
                    {"name": "new@example.org", "role": "view"},
                ],
            }
        )
    )

    report = run(portal, pmr, people=PersonName.EMAIL)

    assert "needs-cuid" in codes(report)
    assert members(portal, "soup") == {
        (cuid("ada"), "PROJECT.MANAGER"),
        (cuid("bo"), "PROJECT.MEMBER"),
    }


def test_groups_and_accounts_are_named_and_left_out(portal):
    pmr = document(TEAM)
    pmr.profiles["quantum"].contributors.append(
        type(pmr.profiles["quantum"].contributors[0])(name="staff", role="view", kind="Group")
    )

    report = run(portal, pmr)

    assert codes(report) == ["not-a-person"]


# allocations


def test_a_limit_below_what_is_used_is_a_warning(portal):
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    world = portal.world
    world.execute(world.orders[0])
    (resource,) = world.resources
    component = next(one for one in resource.offering.components if one.type == "cpu_k_hours")
    now = world.moment()
    world.usages.append(
        Usage(
            uuid=world.new_uuid(),
            resource=resource,
            component=component,
            usage=Decimal(8),
            date=now,
            created=now,
            billing_period=now.date().replace(day=1),
        )
    )

    report = run(portal, document(TEAM, allocations=[allocation(cpu_k_hours=5, gpu_k_hours=5)]))

    (problem,) = report.plan.warnings
    assert problem.code == "limit-below-usage"
    assert "8" in problem.what
    assert world.open_order(resource) is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"offering": "No such offering"}, "unknown-offering"),
        ({"plan": "No such plan"}, "no-plan"),
        ({"limits": {"tape": 1}}, "unknown-limit"),
    ],
)
def test_an_allocation_that_cannot_be_ordered_is_an_error_and_stops_nothing_else(
    portal, change, code
):
    report = run(portal, document(TEAM, allocations=[{**allocation(**LIMITS), **change}]))

    assert [problem.code for problem in report.plan.refused] == [code]
    assert report.exit_code == 1
    assert members(portal, "quantum") == {
        (cuid("ada"), "PROJECT.MANAGER"),
        (cuid("bo"), "PROJECT.ADMIN"),
    }
    assert portal.world.orders == []


@pytest.mark.parametrize(
    ("who", "code"), [("member", "renamed-allocation"), ("provider", "unknown-offering")]
)
def test_a_rename_by_others_neither_orders_nor_terminates_anything(portal, who, code):
    pmr = document(TEAM, allocations=[allocation(**LIMITS)])
    run(portal, pmr)
    world = portal.world
    world.execute(world.orders[0])
    (resource,) = world.resources
    renamed = resource if who == "member" else resource.offering
    renamed.name = "renamed"

    report = run(portal, pmr, allow_terminations=True)

    assert [problem.code for problem in report.plan.refused] == [code]
    assert len(world.orders) == 1


def test_one_allocation_is_ordered_before_another_one_is_terminated(portal):
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))
    world = portal.world
    world.execute(world.orders[0])
    (resource,) = world.resources
    both = [{"name": "site", "offering": "Site agent Slurm", "limits": LIMITS}]

    run(portal, document(TEAM, allocations=both), allow_terminations=True)
    assert [order.type for order in world.orders] == ["Create", "Create"]

    run(portal, document(TEAM, allocations=both), allow_terminations=True)
    assert world.open_order(resource).type == "Terminate"


def test_an_allocation_that_failed_is_named(portal):
    pmr = document(TEAM, allocations=[allocation(**LIMITS)])
    run(portal, pmr)
    portal.world.fail(portal.world.orders[0], "no space")

    assert codes(run(portal, pmr)) == ["erred-allocation"]


# settings


@pytest.mark.parametrize("instance", ["", "default"])
def test_an_installation_needs_a_name_of_its_own(instance):
    with pytest.raises(SettingsError):
        PuhuriSettings(instance)


# requests


def test_a_run_that_changes_nothing_takes_few_requests():
    """Five for a customer with up to a hundred projects and people; one for each next hundred."""
    world = sample_world(Version.B)
    customer = next(one for one in world.customers if one.name == CUSTOMER)
    names = [f"team-{number}" for number in range(500)]
    people = [_person(world, number) for number in range(600)]
    pmr = document()
    for number, name in enumerate(names):
        team = [people[(number + step) % len(people)] for step in range(10)]
        project = Project(
            uuid=world.new_uuid(),
            name=name,
            customer=customer,
            created=world.moment(),
            backend_id=f"test/{name}",
        )
        world.projects.append(project)
        for person in team:
            is_owner = person is team[0]
            world.grant(person, project, "PROJECT.MANAGER" if is_owner else "PROJECT.MEMBER")
        pmr.add_profile(
            Profile.model_validate(
                {
                    "name": name,
                    "owner": {"kind": "User", "name": team[0].username},
                    "contributors": [
                        {"name": person.username, "role": "view"} for person in team[1:]
                    ],
                }
            )
        )
    with serving(world) as portal:
        report = run(portal, pmr)

        assert report.plan.changes == ()
        pages_of_projects, pages_of_people = 5, 6
        assert len(portal.requests) <= 4 + pages_of_projects + pages_of_people


def _person(world, number):
    person = User(uuid=world.new_uuid(), username=f"{number:040d}@acc.researcher-access.org")
    world.users.append(person)
    return person
