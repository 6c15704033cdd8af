"""Projects that exist already and become those of profiles, in each generation of the portal."""

import pytest

from profiles_management.pmr.merging import SourceDocument, merge
from puhuri.exports import ADMIN, MANAGER, project
from puhuri.runs import document, members, run
from puhuri_server.sample import cuid


def roles(of):
    """Return the roles in a project: {(user name, role)}."""
    return {(grant.user.username, grant.role) for grant in of.grants if grant.is_active}


def test_a_project_of_nobody_becomes_that_of_the_profile(portal):
    free = project(portal.world, "Free", ("bo", MANAGER))

    report = run(portal, document(("web", "ada", {}), adopt=free.uuid))

    assert report.exit_code == 0
    assert (free.backend_id, free.name) == ("test/web", "web")
    assert roles(free) == {(cuid("ada"), MANAGER)}
    assert portal.world.projects == [free]


def test_nobody_loses_a_role_in_a_project_before_it_is_adopted(portal):
    free = project(portal.world, "Free", ("bo", MANAGER))
    portal.requests.clear()

    run(portal, document(("soup", "ada", {}), adopt=free.uuid))

    first = next(sent for sent in portal.requests if sent.method not in ("GET", "OPTIONS"))
    assert (first.method, first.path) == ("PATCH", f"/api/projects/{free.uuid}/")
    assert members(portal, "soup") == {(cuid("ada"), MANAGER)}


@pytest.mark.parametrize(
    ("backend_id", "owner"),
    [
        ("other/soup", "of somebody else"),
        ("test/soup", "of the profile soup of this installation"),
    ],
)
def test_a_project_of_another_is_not_adopted(portal, backend_id, owner):
    theirs = project(portal.world, "Theirs", ("bo", ADMIN), backend_id=backend_id)
    pmr = document(("web", "ada", {}), adopt=theirs.uuid)
    pmr.add_profile(document(("soup", "bo", {})).profiles["soup"])

    report = run(portal, pmr)

    (problem,) = report.plan.refused
    assert (problem.code, problem.where.profile) == ("foreign-project", "web")
    assert problem.what.endswith(owner)
    assert theirs.backend_id == backend_id


def test_a_project_that_another_profile_adopts_is_not_deleted(portal):
    old = project(portal.world, "Old", ("bo", ADMIN), backend_id="test/old")

    report = run(portal, document(("new", "ada", {}), adopt=old.uuid), allow_terminations=True)

    assert [problem.code for problem in report.plan.refused] == ["foreign-project"]
    assert portal.world.projects == [old]


def test_a_project_that_is_not_there_is_named_and_no_other_is_made(portal):
    report = run(portal, document(("web", "ada", {}), adopt="f" * 32))

    (problem,) = report.plan.refused
    assert problem.code == "adopted-project-missing"
    assert portal.world.projects == []


def test_a_project_that_profiles_of_two_sources_adopt_stays_as_it_is(portal):
    """Within one document, this is an error of the document."""
    free = project(portal.world, "Free", ("bo", MANAGER))
    own = document(("soup", "ada", {}), adopt=free.uuid)
    other = SourceDocument("git", document(("web", "cleo", {}), adopt=free.uuid))

    report = run(portal, merge([other], own=own))

    assert [(problem.code, problem.where.profile) for problem in report.plan.refused] == [
        ("repeated-adopt", "soup"),
        ("repeated-adopt", "web"),
    ]
    assert all("soup and web" in problem.what for problem in report.plan.refused)
    assert report.outcomes == ()
    assert roles(free) == {(cuid("bo"), MANAGER)}
