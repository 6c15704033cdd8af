"""What a target does and does not do in a portal of each generation, rule by rule."""

from datetime import UTC, datetime, timedelta

import pytest

from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import SettingsError
from profiles_management.puhuri.mapping.wanted import wanted
from profiles_management.puhuri.portal_settings import PuhuriSettings
from puhuri.runs import allocation, document, members, project_of, run
from puhuri_server.sample import cuid

TEAM = ("quantum", "ada", {"bo": "edit"})
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5}


# projects


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


# members


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
        grant
        for grant in portal.world.active_grants(project_of(portal, "quantum"))
        if grant.expiration_time
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


# allocations


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


# settings


@pytest.mark.parametrize("instance", ["", "default"])
def test_an_installation_needs_a_name_of_its_own(instance):
    with pytest.raises(SettingsError):
        PuhuriSettings(instance)


def test_an_allocation_of_a_profile_that_left_is_not_terminated_while_its_order_is_open(portal):
    run(portal, document(TEAM, allocations=[allocation(**LIMITS)]))

    report = run(portal, document(), allow_terminations=True)

    assert report.plan.warnings == ()
    assert "waits for the provider" in report.waiting[0].what
    assert len(portal.world.orders) == 1
