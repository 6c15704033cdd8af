"""What the clock has ended shows the same whether or not a sweep ran."""

from datetime import UTC, datetime, timedelta

import pytest

from user_manager.api.forms import access_form
from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.errors import Precondition
from user_manager.domain.policy import Policy
from user_manager.models import Access, Event, Module, User
from user_manager.services.deciding import Decision, decide
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.sweeping import sweep

pytestmark = pytest.mark.django_db

END = datetime(2026, 6, 1, tzinfo=UTC)
LATER = END + timedelta(days=1)


def call(caller=SYSTEM, now=LATER):
    return Call(caller, now, Policy())


@pytest.fixture
def held() -> Access:
    return make_access("held", state="APPROVED", until=END, effect="in_effect", decided_at=END)


@pytest.fixture
def asked() -> Access:
    return make_access("asked", state="PENDING")


def make_access(access_id, **values):
    user, _ = User.objects.get_or_create(
        id="ann", defaults={"key": "ann", "name": "Ann", "created_at": END}
    )
    module, _ = Module.objects.get_or_create(
        id="ml", defaults={"kind": "profile", "in_catalogue": True}
    )
    return Access.objects.create(
        id=access_id,
        user=user,
        module=module,
        types=1,
        asked_types=1,
        requested_by="ann",
        requested_at=END - timedelta(days=14),
        pending_until=END,
        **values,
    )


@pytest.mark.parametrize("fixture", ["held", "asked"])
def test_a_sweep_changes_nothing_that_is_shown(fixture, request):
    access = request.getfixturevalue(fixture)
    before = access_form(access, call())

    assert sweep(call()) == 1

    access.refresh_from_db()
    assert access_form(access, call()) == before
    assert (before["state"], before["ended_at"]) == ("EXPIRED", "2026-06-01T00:00:00Z")
    assert before["ended_by"] is None


def test_a_sweep_writes_the_event_once_and_dates_it_at_the_end(held):
    sweep(call())
    sweep(call())

    events = Event.objects.values_list("kind", "at", "actor")
    assert list(events) == [("expired", END, SYSTEM.actor)]


def test_nobody_else_is_the_actor_of_an_end_by_the_clock(held):
    revoke_access(call(Caller(user_id="ann")), held.id, Removal())

    assert list(Event.objects.values_list("kind", "actor")) == [("expired", SYSTEM.actor)]


def test_at_its_end_a_request_cannot_be_decided(asked):
    administrator = call(Caller(user_id="root", is_administrator=True), now=END)

    with pytest.raises(Precondition, match="EXPIRED"):
        decide(administrator, asked.id, Decision(approve=True))
