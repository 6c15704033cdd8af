"""Every problem that a plan for a portal can have: what leads to it, and what to do about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from profiles_management.pmr.classes import Profile
from profiles_management.pmr.merging import SourceDocument, merge
from profiles_management.puhuri.portal_settings import PersonName
from puhuri.exports import ADMIN, MANAGER, MEMBER, allocate, project, user
from puhuri.runs import allocation, document, run
from puhuri_server.usages import report_usage
from puhuri_server.world import Version

TEAM = ("quantum", "ada", {"bo": "edit"})
FREE_UUID = "f" * 32


def team_project(portal, **fields):
    """Make the project of TEAM, as a document without a section wants it."""
    people = (("ada", MANAGER), ("bo", ADMIN))
    return project(portal.world, "quantum", *people, backend_id="test/quantum", **fields)


def doubled_project(portal):
    team_project(portal)
    team_project(portal)
    return document(TEAM)


def adopted_project_missing(portal):
    return document(TEAM, adopt=FREE_UUID)


def foreign_project(portal):
    theirs = project(portal.world, "Theirs", backend_id="other/quantum")
    return document(TEAM, adopt=theirs.uuid)


def repeated_adopt(portal):
    free = project(portal.world, "Free")
    other = SourceDocument("git", document(("soup", "bo", {}), adopt=free.uuid))
    return merge([other], own=document(TEAM, adopt=free.uuid))


def doubled_grant(portal):
    portal.world.grant(user(portal.world, "bo"), team_project(portal), ADMIN)
    return document(TEAM)


def stuck_role(portal):
    doubled_grant(portal)
    return document(("quantum", "ada", {}))


def by_address(*contributors):
    """Return a document that names people by address."""
    profile = {
        "name": "quantum",
        "owner": {"kind": "User", "name": "ada@example.org"},
        "contributors": [{"name": name, "role": "edit"} for name in contributors],
    }
    pmr = document()
    pmr.add_profile(Profile.model_validate(profile))
    return pmr


def needs_cuid(portal):
    team_project(portal)
    return by_address("bo@example.org", "new@example.org")


def ambiguous_person(portal):
    team_project(portal)
    stew = project(portal.world, "Stew", ("cleo", MEMBER), ("eve", MEMBER))
    for person in stew.grants:
        person.user.email = "twin@example.org"
    return by_address("bo@example.org", "twin@example.org")


def not_a_person(portal):
    team_project(portal)
    pmr = document(TEAM)
    contributors = pmr.profiles["quantum"].contributors
    contributors.append(type(contributors[0])(name="staff", role="view", kind="Group"))
    return pmr


def ordering(**changes: Any):
    """Return what makes a document with a new allocation that differs from a valid one."""

    def prepare(portal):
        team_project(portal)
        return document(TEAM, allocations=[{**allocation(cpu_k_hours=1), **changes}])

    return prepare


def ambiguous_offering(portal):
    first = portal.world.offerings[0]
    portal.world.offerings.append(replace(first, uuid=portal.world.new_uuid()))
    return ordering()(portal)


def holding(*states, allocations=None, **limits):
    """Return what makes a project that has an allocation in each state."""

    def prepare(portal):
        of = team_project(portal)
        for state in states:
            resource = allocate(portal.world, of, state=state, cpu_k_hours=10)
            report_usage(portal.world, resource, resource.offering.components[0], 8)
        wanted = [allocation(**limits)] if allocations is None else allocations
        return document(TEAM, allocations=wanted)

    return prepare


@dataclass
class Case:
    """What leads to a problem, and words of what to do about it.

    Attributes:
        changes: whether something is changed nevertheless.
    """

    code: str
    prepare: Callable[[Any], Any]
    remedy: str
    settings: dict[str, Any] = field(default_factory=dict)
    changes: bool = False


OTHER_NAME = {**allocation(cpu_k_hours=10), "name": "another"}
EMAIL = {"people": PersonName.EMAIL}
CASES = [
    Case("doubled-project", doubled_project, "another backend_id"),
    Case("adopted-project-missing", adopted_project_missing, "check its uuid"),
    Case("foreign-project", foreign_project, "remove adopt"),
    Case("repeated-adopt", repeated_adopt, "remove adopt from all but one"),
    Case("doubled-grant", doubled_grant, "ask the portal's support to end all grants"),
    Case("stuck-role", stuck_role, "support"),
    Case("needs-cuid", needs_cuid, "CUID", EMAIL),
    Case("ambiguous-person", ambiguous_person, "CUID", EMAIL),
    Case("not-a-person", not_a_person, "list the people themselves"),
    Case("unknown-offering", ordering(offering="No such"), "puhuri offerings"),
    Case("ambiguous-offering", ambiguous_offering, "write the uuid"),
    Case("no-plan", ordering(plan="No such plan"), "plan: Common"),
    Case("unknown-limit", ordering(limits={"tape": 1}), "cpu_k_hours, gpu_k_hours"),
    Case("limit-below-usage", holding("OK", cpu_k_hours=5), "raise the limit", changes=True),
    Case("unlisted-allocation", holding("OK", allocations=[]), "--allow-terminations"),
    Case("doubled-allocation", holding("OK", "OK", cpu_k_hours=10), "all but one"),
    Case("renamed-allocation", holding("OK", allocations=[OTHER_NAME]), "rename it in the portal"),
    Case("erred-allocation", holding("Erred", cpu_k_hours=10), "ask its provider"),
    Case("stuck-allocation", holding("Creating", cpu_k_hours=10), "support to end allocation"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_problem_has_a_code_and_a_remedy_and_nothing_else_is_changed(portal, case):
    pmr = case.prepare(portal)

    report = run(portal, pmr, **case.settings)

    problems = [*report.plan.refused, *report.plan.warnings]
    assert {problem.code for problem in problems} == {case.code}
    assert all(case.remedy in problem.remedy for problem in problems)
    assert bool(report.outcomes) == case.changes


def test_the_support_needs_the_uuids_of_a_doubled_grant(portal):
    pmr = doubled_grant(portal)

    (problem,) = run(portal, pmr).plan.warnings

    (of,) = portal.world.projects
    assert of.uuid in problem.remedy
    assert user(portal.world, "bo").uuid in problem.remedy


def test_a_fraction_is_ordered_only_where_the_portal_has_them(portal):
    report = run(portal, ordering(limits={"cpu_k_hours": 0.5})(portal))

    orders = [order.limits for order in portal.world.orders]
    if portal.world.version is Version.FRACTIONS:
        assert (report.plan.refused, orders) == ((), [{"cpu_k_hours": 0.5}])
    else:
        (problem,) = report.plan.refused
        assert (problem.code, orders) == ("fractional-limit", [])
        assert "cpu_k_hours" in problem.what


def test_every_code_that_is_documented_is_tested_here():
    page = Path(__file__).parents[3] / "docs" / "reference" / "portal.md"
    _, _, rest = page.read_text().partition("\n### Problems of a plan\n")
    documented = set(re.findall(r"^\| `(.+?)` \|", rest.partition("\n#")[0], re.MULTILINE))

    assert {case.code for case in CASES} | {"fractional-limit"} == documented
