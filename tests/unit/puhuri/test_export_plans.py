"""A plan of an export changes nothing, in each generation of the portal."""

from datetime import UTC, date, datetime

from profiles_management.pmr import documents
from puhuri.exports import ADMIN, MANAGER, MEMBER, allocate, exported, project, roles
from puhuri.runs import run
from puhuri_server.sample import cuid

IN_A_YEAR = datetime(2199, 1, 1, 8, tzinfo=UTC)
END = date(2199, 12, 31)
LIMITS = {"cpu_k_hours": 10, "gpu_k_hours": 5, "gb_k_hours": 1}


def planned(portal, export):
    """Return what the text of an export changes in the portal."""
    return run(portal, documents.loads(export.to_yaml())).plan


def test_a_plan_of_an_export_is_empty(portal):
    world = portal.world
    team = project(
        world,
        "Quantum \x1b[31msoup & Ä",
        ("ada", MANAGER),
        ("bo", ADMIN, IN_A_YEAR),
        ("cleo", MEMBER),
        ("eve", MANAGER),
        backend_id="test/quantum",
        description="R&amp;D",
        end_date=END,
    )
    allocate(world, team, **LIMITS)
    project(world, "soup", ("bo", MANAGER), backend_id="test/soup")
    project(world, "Theirs", ("bo", MANAGER), backend_id="other/theirs")

    export = exported(portal)
    plan = planned(portal, export)

    assert export.notes == ()
    assert (plan.changes, plan.warnings, plan.refused, plan.pending) == ((), (), (), ())
    assert {*export.pmr.profiles} == {"quantum", "soup", "theirs"}


def test_the_oldest_manager_is_the_owner(portal):
    project(portal.world, "Quantum", ("eve", MANAGER), ("ada", MANAGER), ("bo", MEMBER))

    (profile,) = exported(portal).pmr.in_order()

    assert roles(profile) == {cuid("eve"): "owner", cuid("ada"): "admin", cuid("bo"): "view"}


def test_a_project_of_nobody_is_adopted_and_nothing_else_changes(portal):
    made = project(portal.world, "Quantum Soup", ("ada", MANAGER), ("bo", MEMBER))

    export = exported(portal)
    (change,) = planned(portal, export).changes

    assert export.pmr.profiles["quantum-soup"].puhuri.adopt == made.uuid
    assert made.backend_id == "test/quantum-soup"
    assert [field.path for field in change.fields] == ["backend_id"]


def test_a_project_that_is_over_keeps_its_owner_and_the_roles_of_others_end(portal):
    people = (("ada", MANAGER), ("bo", MEMBER), ("eve", MEMBER))
    project(portal.world, "q", *people, backend_id="test/q", end_date=date(2020, 1, 1))

    export = exported(portal)

    (profile,) = export.pmr.in_order()
    assert profile.owner.name == cuid("ada")
    over = datetime(2020, 1, 1, tzinfo=UTC)
    assert {person.until for person in profile.contributors} == {over}
    changes = planned(portal, export).changes
    assert {change.person.name for change in changes} == {cuid("bo"), cuid("eve")}
    assert {change.reason.name for change in changes} == {"EXPIRED"}


def test_a_role_that_ends_after_its_project_is_left_as_it_is(portal):
    later = datetime(2200, 1, 1, tzinfo=UTC)
    people = (("ada", MANAGER), ("bo", MEMBER, later))
    project(portal.world, "q", *people, backend_id="test/q", end_date=END)

    export = exported(portal)

    (person,) = export.pmr.profiles["q"].contributors
    assert person.until == datetime(2199, 12, 31, tzinfo=UTC)
    assert planned(portal, export).changes == ()
