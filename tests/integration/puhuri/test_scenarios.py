"""A document becomes projects with members in a portal, and projects become a document."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.puhuri.installation import PROFILE
from profiles_management.pmr import documents
from profiles_management.puhuri.client.models import ProjectRole

_IN_A_YEAR = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)


@pytest.fixture
def applied(installation):
    """Apply a document with one profile, and check that a second run would change nothing."""

    def apply(contributors=None, **section):
        installation.write(installation.profile(contributors, **section))
        assert installation.has_changes()
        installation.apply()
        assert not installation.has_changes()

    return apply


def test_a_profile_becomes_a_project(installation, applied):
    day = _IN_A_YEAR.date()

    applied(description="R&D for <b>all</b>", end_date=day.isoformat())

    (project,) = installation.projects()
    assert project.backend_id == f"{installation.name}/{PROFILE}"
    assert project.name == f"{PROFILE} of {installation.name}"
    assert project.description.startswith("R&")
    assert (project.end_date, installation.grants()) == (day, [])


def test_a_changed_project_is_corrected(installation, applied):
    applied(description="as it was")

    applied(name=f"another name of {installation.name}", description="")

    (project,) = installation.projects()
    assert project.name == f"another name of {installation.name}"
    assert project.description == ""


def test_a_member_gets_another_role_then_an_end_and_loses_the_role(installation, applied, person):
    applied({person: {"role": "view"}})
    assert installation.roles() == {person: (ProjectRole.MEMBER, None)}

    applied({person: {"role": "edit"}})
    assert installation.roles() == {person: (ProjectRole.ADMIN, None)}

    applied({person: {"role": "edit", "until": _IN_A_YEAR.isoformat()}})
    assert installation.roles() == {person: (ProjectRole.ADMIN, _IN_A_YEAR)}

    applied({})
    assert installation.roles() == {}


def test_who_is_in_a_profile_that_left_the_document_loses_the_role(installation, applied, person):
    applied({person: {"role": "view"}})

    installation.write()
    installation.apply()

    assert installation.roles() == {}


def test_the_project_of_such_a_profile_is_deleted_only_where_that_is_allowed(installation, applied):
    applied()
    installation.write()

    installation.apply()
    assert len(installation.projects()) == 1

    installation.apply("--allow-terminations")
    assert installation.projects() == []


def test_an_exported_project_is_the_profile_that_made_it(installation, person):
    owner = {"kind": "User", "name": person}
    installation.write({**installation.profile(description="to be exported"), "owner": owner})
    installation.apply()

    profile = documents.loads(installation.exported()).profiles[PROFILE]

    assert (profile.owner.name, profile.puhuri.description) == (person, "to be exported")
    installation.write(profile.model_dump(mode="json", exclude_none=True, by_alias=True))
    assert not installation.has_changes()
