"""The page of all profiles and systems shows administrators what is wrong with them."""

import pytest

from portal_visitors import ANN, ROOT, administrator, browser, person, profile
from user_manager.domain.access_types import to_mask
from user_manager.domain.vocabulary import AccessType
from user_manager.identity import clock
from user_manager.models import Access, CatalogueConflict, Module

pytestmark = pytest.mark.django_db

NO_OWNER = "No owner"


def page():
    return browser(ROOT).get("/administration/systems").content.decode()


@pytest.fixture(autouse=True)
def world():
    administrator()
    profile()


def test_a_name_of_the_catalogue_that_a_system_has_is_shown():
    Module.objects.create(id="dwh", kind="external")
    assert "is left out" not in page()
    CatalogueConflict.objects.create(name="dwh")
    assert "is left out" in page()


def test_a_system_without_an_owner_is_shown():
    assert NO_OWNER not in page()
    Module.objects.create(id="dwh", kind="external")
    assert NO_OWNER in page()
    now = clock.now()
    mask = to_mask(frozenset({AccessType.OWNER}))
    Access.objects.create(
        id="owner",
        user=person(ANN),
        module_id="dwh",
        types=mask,
        asked_types=mask,
        state="APPROVED",
        requested_by=ANN,
        requested_at=now,
        pending_until=now,
        decided_at=now,
    )
    assert NO_OWNER not in page()
