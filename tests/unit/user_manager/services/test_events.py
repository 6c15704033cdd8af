"""Section "Events" of the contract: what is recorded, in which order, and by whom."""

from datetime import timedelta

import pytest
from service_world import (
    ANN,
    BOB,
    NOW,
    OLGA,
    PROFILE,
    ROOT,
    SYSTEM_MODULE,
    answer,
    approve,
    ask,
    by,
    by_system,
    by_token,
    events,
    give,
    publish,
)

from user_manager.domain.errors import Exists, Forbidden, Invalid, NotFound, UserManagerError
from user_manager.domain.vocabulary import EventKind, Scope
from user_manager.models import Event, EventCounter, Notice, Token
from user_manager.selectors.events import list_access_events, list_events
from user_manager.selectors.paging import PageRequest
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.sweeping import sweep
from user_manager.services.tokens import create_token, digest_of, revoke_token
from user_manager.services.transaction import recording

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)
PAGE = PageRequest(200)


def test_seq_rises_without_a_gap_whatever_is_refused_in_between():
    access = ask(ANN, SYSTEM_MODULE)
    for refused in (
        lambda: ask(ANN, SYSTEM_MODULE),
        lambda: approve(access, by(ANN)),
        lambda: ask(ANN, "nothing"),
    ):
        with pytest.raises(UserManagerError):
            refused()
    approve(access, by(OLGA))
    revoke_access(by(ANN), access.id, Removal())
    numbers = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert EventCounter.objects.get().last == numbers[-1]


def test_an_error_undoes_the_events_and_notices_of_its_transaction():
    before = (events(), Notice.objects.count())

    class BrokenError(Exception):
        pass

    with pytest.raises(BrokenError), recording(by(ANN)) as recorder:  # noqa: PT012
        recorder.record(EventKind.USER_CREATED, user=ANN)
        raise BrokenError
    assert (events(), Notice.objects.count()) == before


def test_expiry_is_written_once_and_dated_at_the_end():
    access = give(ANN, SYSTEM_MODULE, until=NOW + DAY)
    assert sweep(by_system(NOW + DAY)) == 1
    assert sweep(by_system(NOW + 2 * DAY)) == 0
    event = Event.objects.get(access=access.id, kind="expired")
    assert (event.at, event.actor) == (NOW + DAY, "system:user-manager")


def test_a_sweep_writes_more_than_one_batch(monkeypatch):
    monkeypatch.setattr("user_manager.services.sweeping._BATCH", 2)
    for person in (ANN, BOB, ROOT):
        ask(person, SYSTEM_MODULE)
    assert sweep(by_system(NOW + 14 * DAY)) == 3


def test_an_event_of_an_access_names_user_module_and_actor_and_no_reason():
    access = ask(ANN, SYSTEM_MODULE, reason="a secret reason")
    approve(access, by(OLGA), comment="a secret comment")
    rows = Event.objects.filter(access=access.id)
    assert {(row.user, row.module) for row in rows} == {(ANN, SYSTEM_MODULE)}
    assert [row.actor for row in rows.order_by("seq")] == [ANN, OLGA]
    assert "secret" not in str([row.detail for row in rows])


def test_administrators_and_the_scope_audit_list_all_events():
    for call in (by(ROOT), by_token(Scope.AUDIT)):
        assert len(list_events(call, 0, PAGE).items) == Event.objects.count()
    for call in (by(ANN), by(OLGA), by_token(Scope.READ, Scope.USERS)):
        with pytest.raises(Forbidden):
            list_events(call, 0, PAGE)


def test_after_is_exclusive_and_events_ascend():
    give(ANN, SYSTEM_MODULE)
    rows = list_events(by(ROOT), 2, PAGE).items
    assert [row.seq for row in rows] == list(range(3, Event.objects.count() + 1))


def test_who_sees_an_access_sees_its_events_and_so_does_the_scope_audit():
    access = ask(ANN, SYSTEM_MODULE, call=by(ROOT))
    seeing = [by(ANN), by(ROOT, administrator=False), by(OLGA), by_token(Scope.READ)]
    for call in [*seeing, by_token(Scope.AUDIT)]:
        assert len(list_access_events(call, access.id, PAGE).items) == 1
    for call in (by(BOB), by_token(Scope.USERS)):
        with pytest.raises(NotFound):
            list_access_events(call, access.id, PAGE)


def test_effects_are_events_too():
    access = give(ANN, PROFILE)
    answer(publish(), applied=[PROFILE])
    revoke_access(by(ANN), access.id, Removal())
    answer(publish())
    assert events(access=access.id) == ["requested", "approved", "in_effect", "revoked", "ended"]


# tokens


def test_a_token_is_shown_once_and_stored_as_a_digest():
    token = create_token(by(ROOT), "robot", [Scope.READ, Scope.READ, Scope.AUDIT])
    row = Token.objects.get()
    assert token.startswith("um_")
    assert (row.digest, row.scopes) == (digest_of(token), ["audit", "read"])
    assert token not in str(list(Event.objects.values()))
    assert row.digest not in str(list(Event.objects.values()))


def test_a_token_has_a_name_of_its_own_a_scope_and_an_end_to_come():
    create_token(by(ROOT), "robot", [Scope.READ], NOW + DAY)
    assert Token.objects.get().expires_at == NOW + DAY
    with pytest.raises(Exists):
        create_token(by(ROOT), "robot", [Scope.READ])
    for name, scopes, until in (
        ("other", [], None),
        ("other", [Scope.READ], NOW),
        ("Other", [Scope.READ], None),
    ):
        with pytest.raises(Invalid):
            create_token(by(ROOT), name, scopes, until)


def test_a_token_is_revoked_once():
    create_token(by(ROOT), "robot", [Scope.READ])
    revoke_token(by(ROOT), "robot")
    revoke_token(by(ROOT), "robot")
    assert events()[-2:] == ["token_created", "token_revoked"]
    with pytest.raises(NotFound):
        revoke_token(by(ROOT), "nobody")


@pytest.mark.parametrize("call", [by(ANN), by_token(Scope.USERS)])
def test_only_administrators_manage_tokens(call):
    with pytest.raises(Forbidden):
        create_token(call, "robot", [Scope.READ])
    with pytest.raises(Forbidden):
        revoke_token(call, "robot")
