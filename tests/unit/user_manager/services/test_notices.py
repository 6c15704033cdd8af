"""What goes into the outbox: who asks, who decided, what is in effect, what ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from service_world import (
    ANN,
    BOB,
    EVE,
    NOW,
    OLGA,
    PROFILE,
    ROOT,
    SYSTEM_MODULE,
    approve,
    ask,
    by,
    deny,
    make_user,
    order,
    publish,
)

from user_manager.domain.call import Call
from user_manager.domain.caller import SYSTEM, Caller
from user_manager.domain.cluster_answer import parse_answer
from user_manager.domain.errors import Exists
from user_manager.domain.policy import Policy
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, Administrator, Notice, User
from user_manager.services.announcing import announce
from user_manager.services.answering import take_answer
from user_manager.services.ending import Removal, revoke_access
from user_manager.services.requesting import add_access
from user_manager.services.sweeping import sweep

pytestmark = pytest.mark.usefixtures("profile", "system")

DAY = timedelta(days=1)


def notices(kind: str | None = None) -> list[dict[str, Any]]:
    rows = Notice.objects.order_by("id")
    rows = rows if kind is None else rows.filter(kind=kind)
    return [row.payload for row in rows]


def kinds() -> list[str]:
    return [payload["kind"] for payload in notices()]


def call(person: str, now: datetime = NOW, **policy: Any) -> Call:
    return by(person, now=now, notices=True, **policy)


def by_program(now: datetime, *, is_told: bool = True) -> Call:
    return Call(SYSTEM, now, Policy(notices=is_told))


def given(module: str, *types: str, now: datetime = NOW, **values: Any) -> Access:
    access = ask(ANN, module, *types, call=call(ANN, now), **values)
    return approve(access, call(OLGA, now))


def answered(revision: str, **values: Any) -> None:
    cluster = Caller(token="robot", scopes=frozenset({Scope.CLUSTER}))
    told = Call(cluster, NOW, Policy(notices=True))
    take_answer(told, parse_answer({"revision": revision} | values))


def test_a_request_names_who_asks_for_what_and_who_has_to_decide() -> None:
    access = ask(ANN, PROFILE, "WRITE", "READ", call=call(ANN), reason="my illness")
    assert notices() == [
        {
            "kind": "requested",
            "at": "2026-06-01T12:00:00Z",
            "access": access.id,
            "user": ANN,
            "module": PROFILE,
            "types": ["READ", "WRITE"],
            "state": "PENDING",
            "detail": "",
            "until": None,
            "pending_until": "2026-06-15T12:00:00Z",
            "requested_by": ANN,
            "decided_by": None,
            "acting_for": None,
            "ended_by": None,
            "deciders": [OLGA],
        }
    ]


def test_those_who_decide_are_the_owners_or_else_the_administrators() -> None:
    given(SYSTEM_MODULE, "OWNER")
    ask(BOB, SYSTEM_MODULE, call=call(BOB))
    assert notices("requested")[-1]["deciders"] == [ANN, OLGA]
    User.objects.filter(id__in=[ANN, OLGA]).update(active=False)
    Administrator.objects.create(user=make_user(EVE), added_at=NOW)
    ask(ROOT, SYSTEM_MODULE, call=call(ROOT, administrators=frozenset({ROOT})))
    assert notices("requested")[-1]["deciders"] == [EVE]


def test_with_four_eyes_who_asked_for_somebody_else_is_not_named() -> None:
    given(SYSTEM_MODULE, "OWNER")
    ask(BOB, SYSTEM_MODULE, call=call(OLGA, four_eyes=True))
    assert notices("requested")[-1]["deciders"] == [ANN]


@pytest.mark.parametrize(("decision", "state"), [(approve, "APPROVED"), (deny, "DENIED")])
def test_a_decision_names_who_decided_what(decision: Any, state: str) -> None:
    access = ask(ANN, PROFILE, call=call(ANN), duration=DAY)
    decision(access, call(OLGA), comment="because")
    payload = notices("decided")[0]
    until = "2026-06-02T12:00:00Z" if state == "APPROVED" else None
    assert (payload["state"], payload["decided_by"], payload["until"]) == (state, OLGA, until)
    assert "because" not in str(payload)


def test_an_access_that_is_approved_at_once_is_told_once() -> None:
    add_access(call(OLGA), order(BOB, SYSTEM_MODULE, approve=True))
    assert kinds() == ["decided"]


def test_the_same_decision_again_is_not_told_again() -> None:
    access = ask(ANN, PROFILE, call=call(ANN))
    approve(access, call(OLGA))
    approve(access, call(OLGA))
    assert kinds() == ["requested", "decided"]


def test_what_is_undone_is_not_told() -> None:
    ask(ANN, PROFILE, call=call(ANN))
    with pytest.raises(Exists):
        ask(ANN, PROFILE, call=call(ANN))
    assert kinds() == ["requested"]


def test_what_the_cluster_made_of_an_access_is_told() -> None:
    access = given(PROFILE)
    answered(publish(), applied=[PROFILE])
    revoke_access(call(OLGA), access.id, Removal())
    assert kinds() == ["requested", "decided", "in_effect"]
    answered(publish())
    assert kinds()[-1] == "ended"
    assert notices()[-1]["ended_by"] == OLGA


def test_a_refusal_of_the_cluster_has_its_reason() -> None:
    given(PROFILE)
    refusal = {"profile": PROFILE, "name": ANN, "reason": "ml is not open"}
    answered(publish(), refused=[refusal])
    assert [row["detail"] for row in notices("refused")] == ["ml is not open"]


def test_an_access_to_another_system_has_ended_when_it_is_revoked_or_over() -> None:
    access = given(SYSTEM_MODULE, duration=DAY)
    sweep(by_program(NOW + DAY))
    assert [row["access"] for row in notices("ended")] == [access.id]
    access = given(SYSTEM_MODULE, now=NOW + 2 * DAY)
    revoke_access(call(ANN, NOW + 2 * DAY), access.id, Removal())
    assert len(notices("ended")) == 2


@pytest.mark.parametrize("module", [PROFILE, SYSTEM_MODULE])
def test_an_access_that_a_larger_one_replaces_has_not_ended_for_the_person(module: str) -> None:
    given(module, "READ")
    given(module, "WRITE")
    if module == PROFILE:
        answered(publish(), applied=[PROFILE])
    assert "ended" not in kinds()


def test_a_request_that_is_withdrawn_or_expires_has_ended_nothing() -> None:
    access = ask(ANN, SYSTEM_MODULE, call=call(ANN))
    revoke_access(call(ANN), access.id, Removal())
    ask(BOB, SYSTEM_MODULE, call=call(BOB))
    sweep(by_program(NOW + 14 * DAY))
    assert kinds() == ["requested", "requested"]


def test_the_end_is_told_once_from_seven_days_before_it() -> None:
    access = given(SYSTEM_MODULE, duration=30 * DAY)
    announce(by_program(NOW + 22 * DAY))
    assert notices("ending") == []
    assert announce(by_program(NOW + 23 * DAY)) == 1
    assert announce(by_program(NOW + 24 * DAY)) == 0
    assert [(row["access"], row["until"]) for row in notices("ending")] == [
        (access.id, "2026-07-01T12:00:00Z")
    ]


def test_the_end_of_a_short_access_is_not_told_right_after_its_approval() -> None:
    given(SYSTEM_MODULE, duration=7 * DAY)
    assert announce(by_program(NOW + timedelta(minutes=1))) == 0


def test_those_who_decide_are_reminded_once_before_a_request_expires() -> None:
    ask(ANN, PROFILE, call=call(ANN))
    assert announce(by_program(NOW + 10 * DAY)) == 0
    assert announce(by_program(NOW + 11 * DAY)) == 1
    assert announce(by_program(NOW + 12 * DAY)) == 0
    assert [row["deciders"] for row in notices("reminder")] == [[OLGA]]


def test_nobody_is_reminded_of_a_decided_request() -> None:
    given(PROFILE)
    assert announce(by_program(NOW + 13 * DAY)) == 0


def test_without_a_webhook_the_outbox_stays_empty() -> None:
    access = ask(ANN, SYSTEM_MODULE, call=by(ANN), duration=30 * DAY)
    approve(access, by(OLGA))
    announce(by_program(NOW + 24 * DAY, is_told=False))
    sweep(by_program(NOW + 30 * DAY, is_told=False))
    assert notices() == []
