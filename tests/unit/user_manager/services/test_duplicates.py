"""Section "Duplicates" of the contract."""

from datetime import timedelta

import pytest
from service_world import (
    ANN,
    BOB,
    NOW,
    OLGA,
    PROFILE,
    SYSTEM_MODULE,
    approve,
    ask,
    by,
    deny,
    events,
    fresh,
    give,
    order,
)

from user_manager.domain.errors import Exists
from user_manager.services.requesting import add_access

pytestmark = pytest.mark.usefixtures("system", "profile")
DAY = timedelta(days=1)
MONTH = timedelta(days=30)


def test_the_same_id_and_body_again_is_as_the_first_time_without_a_new_row():
    values = {"access_id": "mine", "reason": "training", "duration": MONTH}
    first, is_new = add_access(by(ANN), order(ANN, SYSTEM_MODULE, "READ", "WRITE", **values))
    before = events()
    again, is_new_again = add_access(by(ANN), order(ANN, SYSTEM_MODULE, "WRITE", "READ", **values))
    assert (first.id, again.id, is_new, is_new_again) == ("mine", "mine", True, False)
    assert events() == before


@pytest.mark.parametrize("decision", [approve, deny])
def test_the_same_id_and_body_after_the_decision_is_as_the_first_time(decision):
    access = ask(ANN, SYSTEM_MODULE, access_id="mine")
    decision(access, by(OLGA, now=NOW + DAY))
    _, is_new = add_access(by(ANN, now=NOW + 2 * DAY), order(ANN, SYSTEM_MODULE, access_id="mine"))
    assert not is_new


def test_the_same_id_and_body_after_the_asked_end_is_as_the_first_time():
    wanted = order(ANN, SYSTEM_MODULE, access_id="mine", until=NOW + DAY)
    add_access(by(ANN), wanted)
    again, is_new = add_access(by(ANN, now=NOW + 2 * DAY), wanted)
    assert (again.state, is_new) == ("EXPIRED", False)


@pytest.mark.parametrize(
    "other",
    [
        {"types": ["WRITE"]},
        {"reason": "another"},
        {"duration": MONTH},
        {"module": PROFILE},
        {"user": BOB},
    ],
)
def test_the_same_id_with_another_body_exists(other):
    ask(ANN, SYSTEM_MODULE, access_id="mine")
    user, module = other.pop("user", ANN), other.pop("module", SYSTEM_MODULE)
    with pytest.raises(Exists) as refused:
        ask(user, module, *other.pop("types", ["READ"]), access_id="mine", **other)
    assert refused.value.existing_id == "mine"


def test_the_same_id_that_now_decides_at_once_is_another_body():
    ask(ANN, SYSTEM_MODULE, access_id="mine", call=by(OLGA))
    with pytest.raises(Exists):
        ask(ANN, SYSTEM_MODULE, access_id="mine", call=by(OLGA), approve=True)


def test_a_second_request_while_one_is_open_exists_with_its_id():
    first = ask(ANN, SYSTEM_MODULE)
    with pytest.raises(Exists) as refused:
        ask(ANN, SYSTEM_MODULE, "WRITE")
    assert refused.value.existing_id == first.id


def test_after_a_denial_one_may_ask_again_with_a_new_id():
    first = deny(ask(ANN, SYSTEM_MODULE), by(OLGA))
    second = ask(ANN, SYSTEM_MODULE)
    assert (fresh(first).state, fresh(second).state) == ("DENIED", "PENDING")


@pytest.mark.parametrize(
    ("held", "wanted"), [("READ", "READ"), ("WRITE", "READ"), ("OWNER", "WRITE")]
)
def test_types_that_are_all_held_already_exist(held, wanted):
    access = give(ANN, SYSTEM_MODULE, held)
    with pytest.raises(Exists) as refused:
        ask(ANN, SYSTEM_MODULE, wanted)
    assert refused.value.existing_id == access.id


def test_asking_for_more_ends_the_old_access_when_the_new_one_is_approved():
    old = give(ANN, SYSTEM_MODULE, "READ")
    new = ask(ANN, SYSTEM_MODULE, "WRITE")
    assert fresh(old).state == "APPROVED"
    approve(new, by(OLGA))
    assert (fresh(old).state, fresh(old).ended_by) == ("REVOKED", OLGA)
    assert fresh(new).types == 2  # what was asked, and nothing of the old
    assert events(user=ANN)[-2:] == ["revoked", "approved"]


def test_a_later_end_is_a_renewal_and_an_earlier_one_exists():
    old = give(ANN, SYSTEM_MODULE, until=NOW + MONTH)
    with pytest.raises(Exists):
        ask(ANN, SYSTEM_MODULE, until=NOW + MONTH - DAY)
    new = approve(ask(ANN, SYSTEM_MODULE, until=NOW + 2 * MONTH), by(OLGA))
    assert (fresh(old).state, new.until) == ("REVOKED", NOW + 2 * MONTH)
