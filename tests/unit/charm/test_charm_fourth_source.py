"""A source of another kind is listed, and works by the protocol only."""

import pytest
from ops import ActiveStatus, BlockedStatus

from profiles_charm import sources
from profiles_management.pmr import documents
from profiles_management.sources import NothingToRead
from readings import FixedSource


@pytest.fixture
def portal(monkeypatch, document):
    """A source that defines the profile `web` with one contributor."""
    portal = FixedSource(
        "portal:users", documents.loads(document(web=1)), label="the portal", is_trusted=False
    )
    listings = [*sources.LISTINGS, lambda options, requirer, clock: [portal]]
    monkeypatch.setattr(sources, "LISTINGS", listings)
    return portal


def test_its_document_is_merged_with_the_others_and_its_objects_record_its_name(
    world, api, document, portal
):
    world.configure(pmr=document(ml=2))

    assert world.see().unit_status == ActiveStatus("2 profiles, 3 contributors")
    notes = api.get("Profile", None, "web")["metadata"]["annotations"]
    assert notes["profiles-management.io/source"] == "portal:users"


def test_it_is_answered(world, document, portal):
    world.configure(pmr=document(ml=1))
    world.see()

    assert portal.reports[-1].profiles == {"web": ("applied", "")}


def test_while_it_cannot_be_read_its_profiles_stay_and_the_status_has_its_label(
    world, document, portal
):
    world.configure(pmr=document(ml=1))
    world.see()
    portal.gives = NothingToRead("no answer")

    status = world.see().unit_status

    assert status == BlockedStatus(
        "the portal: no answer; 1 profile frozen since 2026-01-01 12:00 UTC"
    )
    assert portal.reports[-1].problem == "no answer"


def test_a_source_of_another_version_that_is_no_longer_listed_is_shown_by_its_name(
    world, document, portal, monkeypatch
):
    world.configure(pmr=document(ml=1))
    world.see()
    monkeypatch.setattr(sources, "LISTINGS", sources.LISTINGS[:-1])

    assert world.see().unit_status == ActiveStatus(
        "1 profile, 1 contributor; 1 profile and 2 people of portal:users frozen, not given"
    )


def test_what_is_not_configured_is_neither_read_nor_reported(world, document, portal):
    portal.is_configured, portal.gives = False, NothingToRead("no answer")
    world.configure(pmr=document(ml=1))

    assert world.see().unit_status == ActiveStatus("1 profile, 1 contributor")
