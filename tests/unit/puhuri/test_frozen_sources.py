"""While a source cannot be read, what it may have given stays in the portal."""

import pytest

from profiles_management.pmr.classes import Addition
from profiles_management.pmr.merging import SourceDocument, merge
from puhuri.runs import document, members, run
from puhuri_server.sample import cuid

OWN = document(("quantum", "ada", {"eve": "admin"}), ("web", "ada", {"bo": "edit"}))
OWN.profiles["quantum"].open = True
TEAMS = document(("soup", "bo", {}))
TEAMS.additions["quantum"] = Addition(
    name="quantum", contributors=[{"name": cuid("cleo"), "role": "view"}]
)
UNREADABLE = SourceDocument("relation:teams:app", None, "its document is not valid")


@pytest.fixture
def portal(portal):
    run(portal, merge([SourceDocument("relation:teams:app", TEAMS)], own=OWN))
    return portal


def test_projects_and_additions_of_a_source_that_cannot_be_read_stay(portal):
    before = members(portal, "quantum"), members(portal, "soup")

    report = run(portal, merge([UNREADABLE], own=OWN))

    assert report.plan.changes == ()
    assert (members(portal, "quantum"), members(portal, "soup")) == before
    named, kept = report.plan.frozen
    assert (named.source, named.why) == ("relation:teams:app", "its document is not valid")
    assert (kept.source, kept.profiles, kept.people) == ("", ("soup",), 2)


def test_what_an_unreadable_source_cannot_have_given_ends(portal):
    own = document(("quantum", "ada", {}), ("web", "ada", {}))
    own.profiles["quantum"].open = True

    run(portal, merge([UNREADABLE], own=own))

    assert (cuid("eve"), "PROJECT.MANAGER") not in members(portal, "quantum")
    assert (cuid("cleo"), "PROJECT.MEMBER") in members(portal, "quantum")
    assert members(portal, "web") == {(cuid("ada"), "PROJECT.MANAGER")}


def test_a_profile_that_two_sources_define_stays_and_is_named(portal):
    before = members(portal, "soup")
    other = SourceDocument("git", document(("soup", "eve", {})))

    report = run(portal, merge([SourceDocument("relation:teams:app", TEAMS), other], own=OWN))

    assert members(portal, "soup") == before
    assert [problem.where.profile for problem in report.plan.refused] == ["soup"]


def test_a_person_whom_sources_add_in_different_ways_keeps_the_role(portal):
    stronger = document()
    stronger.additions["quantum"] = Addition(
        name="quantum", contributors=[{"name": cuid("cleo"), "role": "edit"}]
    )
    sources = [SourceDocument("git", stronger), SourceDocument("relation:teams:app", TEAMS)]

    report = run(portal, merge(sources, own=OWN))

    assert (cuid("cleo"), "PROJECT.MEMBER") in members(portal, "quantum")
    assert report.plan.changes == ()


def test_a_source_that_can_be_read_again_ends_what_it_no_longer_gives(portal):
    run(portal, merge([UNREADABLE], own=OWN))

    run(portal, merge([SourceDocument("relation:teams:app", document())], own=OWN))

    assert members(portal, "soup") == set()
    assert (cuid("cleo"), "PROJECT.MEMBER") not in members(portal, "quantum")
