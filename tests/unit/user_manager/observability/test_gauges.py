"""What /metrics shows of the state in the database."""

from datetime import UTC, datetime, timedelta

import pytest

from user_manager.domain.access_types import to_mask
from user_manager.domain.identifiers import user_key
from user_manager.domain.vocabulary import AccessType
from user_manager.identity import clock
from user_manager.models import Access, CatalogueConflict, ClusterState, Module, User
from user_manager.observability.metrics import DatabaseCollector

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def world(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    User.objects.create(id="ann", key=user_key("ann"), name="Ann", created_at=NOW)
    owner = {"owner_kind": "User", "owner_name": "olga"}
    Module.objects.create(id="ml", kind="profile", in_catalogue=True, **owner)
    Module.objects.create(id="dwh", kind="external")


def gauges():
    return {
        sample.name.removeprefix("user_manager_"): sample.value
        for family in DatabaseCollector().collect()
        for sample in family.samples
    }


def access(module="ml", access_type=AccessType.READ, **values):
    mask = to_mask(frozenset({access_type}))
    number = Access.objects.count()
    defaults = {
        "id": f"a{number}",
        "types": mask,
        "asked_types": mask,
        "state": "PENDING",
        "requested_by": "ann",
        "requested_at": NOW - HOUR,
        "pending_until": NOW + HOUR,
    }
    return Access.objects.create(user_id="ann", module_id=module, **(defaults | values))


def approved(module="ml", access_type=AccessType.READ, **values):
    times = {"state": "APPROVED", "decided_at": NOW - HOUR}
    return access(module, access_type, **(times | values))


def test_without_anything_all_but_the_unowned_system_is_zero():
    assert {name for name, value in gauges().items() if value} == {"modules_without_owner"}


def test_requests_wait_until_they_expire():
    access()
    access("dwh", pending_until=NOW)
    assert gauges()["pending_requests"] == 1
    assert gauges()["oldest_pending_request_seconds"] == HOUR.total_seconds()


def test_an_approval_is_late_until_the_cluster_has_applied_it():
    late = approved(effect="waiting")
    assert gauges()["accesses_not_in_effect"] == 1
    assert gauges()["effect_lag_seconds"] == HOUR.total_seconds()
    Access.objects.filter(id=late.id).update(effect="in_effect")
    assert gauges()["effect_lag_seconds"] == 0


def test_what_has_ended_is_counted_until_the_cluster_has_removed_it():
    approved(state="REVOKED", effect="ending", ended_at=NOW)
    approved(effect="in_effect", until=NOW)  # no sweep has written that it is over
    assert gauges()["accesses_ending"] == 2


def test_the_answer_of_the_cluster_has_an_age():
    ClusterState.objects.update_or_create(id=1, defaults={"answered_at": NOW - HOUR})
    assert gauges()["cluster_answer_age_seconds"] == HOUR.total_seconds()


def test_a_name_of_the_catalogue_that_a_system_has_is_counted():
    CatalogueConflict.objects.create(name="dwh")
    assert gauges()["catalogue_conflicts"] == 1


def test_a_system_without_an_owner_is_counted():
    assert gauges()["modules_without_owner"] == 1
    owner = approved("dwh", AccessType.OWNER, until=NOW + HOUR)
    assert gauges()["modules_without_owner"] == 0
    Access.objects.filter(id=owner.id).update(until=NOW)
    assert gauges()["modules_without_owner"] == 1


def test_a_review_is_overdue_from_its_second_while_the_access_lasts():
    approved(review_due=NOW)
    approved("dwh", until=NOW, review_due=NOW - HOUR)
    assert gauges()["reviews_overdue"] == 1
    Access.objects.update(review_due=NOW + HOUR)
    assert gauges()["reviews_overdue"] == 0
