"""The migrations are those of the models, and constraints keep what must never be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from user_manager.models import Absence, Access, Module, Notice, User, UserRole

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def row():
    user = User.objects.create(id="ann", key="ann", name="Ann", created_at=NOW)
    module = Module.objects.create(id="crm", kind="external")
    return {
        "user": user,
        "module": module,
        "types": 1,
        "asked_types": 1,
        "requested_by": "ann",
        "requested_at": NOW,
        "pending_until": NOW,
    }


def refused(model, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**values)


def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("state", ["PENDING", "APPROVED"])
def test_a_user_has_one_pending_and_one_approved_access_to_a_module(row, state):
    times = {"decided_at": NOW} if state == "APPROVED" else {}
    Access.objects.create(id="one", state=state, **row, **times)
    refused(Access, id="two", state=state, **row, **times)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "PENDING", "decided_at": NOW},
        {"state": "PENDING", "ended_at": NOW},
        {"state": "PENDING", "until": NOW},
        {"state": "APPROVED"},
        {"state": "APPROVED", "decided_at": NOW, "ended_at": NOW},
        {"state": "DENIED"},
        {"state": "DENIED", "decided_at": NOW, "until": NOW},
        {"state": "WITHDRAWN"},
        {"state": "WITHDRAWN", "decided_at": NOW, "ended_at": NOW},
        {"state": "REVOKED", "ended_at": NOW},
        {"state": "REVOKED", "decided_at": NOW},
        {"state": "EXPIRED"},
        {"state": "LOST"},
        {"state": "PENDING", "types": 0},
        {"state": "PENDING", "types": 8},
        {"state": "PENDING", "effect": "maybe"},
        {"state": "PENDING", "review_due": NOW},
        {"state": "DENIED", "decided_at": NOW, "reviewed_at": NOW},
    ],
)
def test_a_state_has_its_times_and_known_values(row, values):
    refused(Access, id="one", **row | values)


def test_ids_of_accesses_are_unique(row):
    Access.objects.create(id="one", state="WITHDRAWN", ended_at=NOW, **row)
    refused(Access, id="one", state="PENDING", **row)


def test_ids_of_users_are_unique_without_case(row):
    refused(User, id="ANN", key="ann", name="Ann", created_at=NOW)


def test_a_role_is_known_and_held_once(row):
    UserRole.objects.create(user=row["user"], role=1)
    refused(UserRole, user=row["user"], role=1)
    refused(UserRole, user=row["user"], role=4)


def test_a_module_is_of_a_known_kind_and_an_external_one_has_no_owner_in_the_catalogue():
    refused(Module, id="one", kind="other")
    refused(Module, id="two", kind="external", in_catalogue=True)
    refused(Module, id="three", kind="external", owner_kind="User", owner_name="ann")


def test_an_access_that_ends_soon_is_announced_once():
    values = {"access": "one", "payload": {}, "created_at": NOW, "next_attempt_at": NOW}
    Notice.objects.create(kind="ending", **values)
    refused(Notice, kind="ending", **values)


def test_nobody_with_history_is_deleted(row):
    access = Access.objects.create(
        id="one", state="WITHDRAWN", ended_at=NOW + timedelta(days=1), **row
    )
    with pytest.raises(Exception, match="protected"):
        access.user.delete()


def test_a_person_has_one_deputy_who_is_somebody_else(row):
    bob = User.objects.create(id="bob", key="bob", name="Bob", created_at=NOW)
    refused(Absence, person=bob, deputy=bob, until=NOW)
    Absence.objects.create(person=bob, deputy=row["user"], until=NOW)
    refused(Absence, person=bob, deputy=row["user"], until=NOW + timedelta(days=1))
