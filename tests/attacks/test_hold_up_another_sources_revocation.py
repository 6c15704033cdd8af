"""A person whom a trusted source removes keeps access, because another source publishes it."""

import pytest
from engine.build import contributor, document, profile
from engine.looking import codes, roles_in
from engine.test_sources import CONFIG, LATER, TEAMS, adding, opened
from engine.test_until import at
from engine.world import World

from profiles_management import Settings
from profiles_management.pmr import SourceDocument, merge

EVIL = "relation:profiles:evil"


@pytest.fixture(params=[Settings(), Settings(standalone=True)], ids=["kubeflow", "standalone"])
def world(request):
    return World(request.param)


def trusting(withdrawn=(), **documents):
    """Merge documents: config and git are trusted, relations are not. None: it cannot be read."""
    names = {"config": CONFIG, "git": "git", "teams": TEAMS, "evil": EVIL}
    sources = [
        SourceDocument(names[one], pmr, "" if pmr else "rubbish", trusted=one in ("config", "git"))
        for one, pmr in documents.items()
    ]
    return merge(sources, withdrawn=withdrawn)


def test_by_a_second_definition(world):
    world.apply(trusting(config=document(profile(ann="edit", bob="edit"))))

    report = world.apply(
        trusting(config=document(profile(bob="view")), evil=document(profile(ann="admin")))
    )

    assert roles_in(world.api) == {"owner": "admin", "bob": "view"}
    assert codes(report.plan.warnings) == ["trusted-definition"]
    assert (report.exit_code, report.plan.refused) == (0, ())


def test_by_definitions_of_two_sources_that_conflict_with_each_other(world):
    world.apply(trusting(config=document(profile(ann="edit"))))

    claims = {"evil": document(profile(ann="admin")), "teams": document(profile(ann="view"))}
    report = world.apply(trusting(config=document(), **claims))

    assert roles_in(world.api) == {"owner": "admin"}
    assert codes(report.plan.refused) == ["not-its-own", "not-its-own"]
    assert report.plan.stale == ("ml",)


def test_by_a_definition_of_what_the_trusted_source_lets_go(world):
    world.apply(trusting(config=document(profile(ann="edit"))))

    report = world.apply(trusting(config=document(), evil=document(profile(ann="admin"))))

    assert roles_in(world.api) == {"owner": "admin"}
    assert codes(report.plan.refused) == ["not-its-own"]
    assert report.plan.stale == ("ml",)


@pytest.mark.parametrize("role", ["edit", "view"])
def test_by_adding_the_person_as_well(world, role):
    world.apply(trusting(config=document(opened()), git=adding(ann="edit")))

    report = world.apply(
        trusting(config=document(opened()), git=adding(ann="view"), evil=adding(ann=role))
    )

    assert roles_in(world.api) == {"owner": "admin", "ann": "view"}
    assert codes(report.plan.warnings) == (["disputed"] if role == "edit" else [])


def test_by_adding_the_person_in_another_spelling(world):
    world.apply(
        trusting(config=document(opened()), git=adding(ann="edit"), evil=adding(Ann="edit"))
    )

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_by_publishing_rubbish_after_adding_the_person(world):
    world.apply(trusting(config=document(opened()), evil=adding(ann="edit")))

    world.apply(trusting(config=document(opened()), git=adding(ann="view"), evil=None))

    assert roles_in(world.api) == {"owner": "admin", "ann": "view"}


def test_by_publishing_rubbish_after_defining_what_a_trusted_source_defines_now(world):
    world.apply(trusting(evil=document(profile(ann="edit"))))

    report = world.apply(trusting(config=document(profile(bob="view")), evil=None))

    assert roles_in(world.api) == {"owner": "admin", "bob": "view"}
    assert not report.plan.refused


def test_by_publishing_rubbish_where_profiles_have_no_recorded_source(world):
    world.apply(document(profile(ann="edit")))

    world.apply(trusting(config=document(), evil=None))

    assert roles_in(world.api) == {"owner": "admin"}


def test_a_trusted_source_that_cannot_be_read_still_keeps_those(world):
    world.apply(document(profile(ann="edit")))

    world.apply(trusting(config=document(), git=None))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_equals_still_conflict_and_access_ends_at_its_time(world):
    ends = document(profile(contributors=[contributor("ann", until=LATER), contributor("bob")]))
    world.apply(trusting(teams=ends))

    report = at(world, trusting(teams=ends, evil=document(profile(ann="edit"))), LATER)

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}
    assert codes(report.plan.refused) == ["two-sources"]


CLAIMS = {"teams": document(profile(ann="view")), "evil": document(profile(ann="edit"))}


@pytest.mark.parametrize("theirs", [{"evil": None}, CLAIMS], ids=["rubbish", "conflict"])
@pytest.mark.parametrize("kept", [(), ("bob",)])
def test_by_publishing_rubbish_or_a_conflict_after_a_trusted_source_added_somebody(
    world, theirs, kept
):
    world.apply(trusting(config=adding(ann="edit", bob="view"), evil=document(opened(eve="edit"))))

    still = dict.fromkeys(kept, "view")
    report = world.apply(trusting(config=adding(**still) if kept else document(), **theirs))

    assert roles_in(world.api) == {"owner": "admin", "eve": "edit", **still}
    assert [
        change.person.name for change in report.plan.changes if "ann" in change.person.name
    ] == ["ann@example.com"]


def test_an_addition_that_cannot_be_read_stays_there(world):
    world.apply(trusting(config=document(), git=adding(ann="edit"), evil=document(opened())))

    world.apply(trusting(config=document(), git=None, evil=None))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}


def test_by_thousands_of_definitions_that_do_not_count_which_would_hide_everything_else(world):
    names = [f"p{index}" for index in range(200)]
    mine, theirs = (
        document(*(profile(name, owner=owner) for name in names)) for owner in ("owner", "mallory")
    )

    report = world.apply(trusting(config=mine, evil=theirs))

    warnings = report.plan.warnings
    assert codes(warnings) == ["trusted-definition"] * 20 + ["more-refused"]
    assert "180 more definitions and additions of relation:profiles:evil do not count" in str(
        warnings[-1]
    )
