"""RemoveAccess over REST, the rows "RemoveAccess" and "Last OWNER" of the contract."""

import pytest
from rest_world import (
    ACCESSES,
    ANN,
    BOB,
    DAY,
    NOW,
    OLGA,
    OSCAR,
    ROOT,
    SVEN,
    USERS,
    ended,
    external,
    granted,
    kinds,
    profile,
    requested,
    token,
)

from user_manager.models import Event

PATH = f"{USERS}/{ANN}/accesses/ml"


@pytest.fixture(autouse=True)
def modules(rest):
    profile()
    external()


@pytest.mark.parametrize("who", [ANN, OLGA, ROOT])
def test_the_user_an_owner_and_an_administrator_take_access_away(rest, who):
    granted(ANN, "ml", ["WRITE"])
    answer = rest.delete(who, PATH)
    access = answer.json
    assert (answer.status, access["state"], access["effect"]) == (200, "REVOKED", "ending")
    assert (access["ended_by"], access["ended_at"]) == (who, "2026-06-01T12:00:00Z")
    assert kinds() == ["revoked"]


def test_an_external_module_has_no_effect(rest):
    granted(ANN, "dwh")
    assert rest.delete(ANN, f"{USERS}/{ANN}/accesses/dwh").json["effect"] == "none"


def test_by_module_it_is_the_approved_one_else_the_pending_one_else_the_newest(rest):
    ended(ANN, "ml", access_id="old", requested_at=NOW - 9 * DAY)
    ended(ANN, "ml", access_id="newest", requested_at=NOW - 3 * DAY)
    requested(ANN, "ml", access_id="asked")
    granted(ANN, "ml", access_id="held", requested_at=NOW - 5 * DAY)
    assert [rest.delete(ANN, PATH).json["id"] for _ in range(3)] == ["held", "asked", "asked"]
    assert kinds() == ["revoked", "withdrawn"]


def test_the_newest_ended_one_stays_as_it_is(rest):
    ended(ANN, "ml", access_id="old", requested_at=NOW - 9 * DAY)
    ended(ANN, "ml", access_id="newest", requested_at=NOW - 3 * DAY)
    before = rest.get(ANN, f"{ACCESSES}/newest").json
    assert rest.delete(ANN, PATH).json == before
    assert kinds() == []


def test_an_access_at_its_end_gives_way_to_the_request(rest):
    granted(ANN, "ml", access_id="over", until=NOW, decided_at=NOW - DAY)
    requested(ANN, "ml", access_id="asked")
    assert rest.delete(ANN, PATH).json["id"] == "asked"
    assert kinds() == ["expired", "withdrawn"]


@pytest.mark.parametrize("module", ["ml", "nothing"])
def test_nothing_at_all_is_404(rest, module):
    answer = rest.delete(ANN, f"{USERS}/{ANN}/accesses/{module}")
    assert answer.told == (404, "not-found")


def test_to_a_stranger_it_is_404_and_to_who_sees_it_403(rest):
    granted(ANN, "ml", requested_by=BOB)
    assert rest.delete(SVEN, PATH).told == (404, "not-found")
    assert rest.delete(BOB, PATH).told == (403, "forbidden")
    assert rest.delete(token("read"), PATH).told == (403, "forbidden")


def test_pending_is_withdrawn_whole(rest):
    requested(ANN, "ml", ["READ", "WRITE"])
    access = rest.delete(ANN, f"{PATH}?types=READ").json
    assert (access["state"], access["types"]) == ("WITHDRAWN", ["READ", "WRITE"])
    assert (access["effect"], access["ended_by"], access["decided_by"]) == ("none", ANN, None)


def test_requested_by_may_withdraw_and_again(rest):
    requested(ANN, "ml", requested_by=SVEN)
    for _ in range(2):
        answer = rest.post(SVEN, f"{ACCESSES}/ml-ann/revoke")
        assert (answer.status, answer.json["state"]) == (200, "WITHDRAWN")
    assert kinds() == ["withdrawn"]


def test_types_are_taken_away_and_the_rest_stays(rest):
    granted(ANN, "ml", ["READ", "WRITE", "OWNER"], applied_at=NOW)
    answer = rest.delete(ANN, f"{PATH}?types=OWNER&types=WRITE").json
    assert (answer["state"], answer["types"]) == ("APPROVED", ["READ"])
    assert answer["effect"] == "waiting"
    assert Event.objects.values_list("kind", "detail").get() == (
        "reduced",
        {"removed": ["WRITE", "OWNER"]},
    )


def test_a_reduction_in_an_external_module_has_no_effect_to_wait_for(rest):
    granted(ANN, "dwh", ["READ", "WRITE"])
    answer = rest.delete(ANN, f"{USERS}/{ANN}/accesses/dwh?types=WRITE").json
    assert (answer["state"], answer["effect"]) == ("APPROVED", "none")


def test_types_that_are_not_held_are_ignored(rest):
    granted(ANN, "ml", ["READ"])
    before = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert rest.delete(ANN, f"{PATH}?types=WRITE").json == before
    assert kinds() == []


def test_when_no_type_is_left_it_is_revoked(rest):
    granted(ANN, "ml", ["READ", "WRITE"])
    path = f"{PATH}?types=READ&types=WRITE&types=OWNER"
    assert rest.delete(ANN, path).json["state"] == "REVOKED"


@pytest.mark.parametrize("query", ["types=read", "types=", "types=READ,WRITE", "type=READ"])
def test_other_types_are_422(rest, query):
    assert rest.delete(ANN, f"{PATH}?{query}").told == (422, "invalid")


@pytest.mark.parametrize("body", [b"", {}, {"types": None, "comment": None}])
def test_the_body_of_revoke_is_optional(rest, body):
    granted(ANN, "ml")
    assert rest.post(ANN, f"{ACCESSES}/ml-ann/revoke", body).json["state"] == "REVOKED"


def test_revoke_takes_types_and_a_comment(rest):
    granted(ANN, "ml", ["READ", "WRITE"])
    body = {"types": ["WRITE"], "comment": "done"}
    access = rest.post(OLGA, f"{ACCESSES}/ml-ann/revoke", body).json
    assert (access["types"], access["comment"]) == (["READ"], "done")


@pytest.mark.parametrize(
    "body", [{"types": []}, {"types": ["x"]}, {"comment": "x" * 2_001}, {"x": 1}]
)
def test_other_bodies_of_revoke_are_422(rest, body):
    granted(ANN, "ml")
    assert rest.post(ANN, f"{ACCESSES}/ml-ann/revoke", body).told == (422, "invalid")


def test_revoke_of_what_has_ended_is_200_and_unchanged(rest):
    ended(ANN, "ml")
    before = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert rest.post(OLGA, f"{ACCESSES}/ml-ann/revoke").json == before


def test_the_last_owner_of_an_external_module_cannot_go(rest):
    path = f"{USERS}/{OSCAR}/accesses/dwh"
    for query in ("", "?types=OWNER"):
        assert rest.delete(OSCAR, path + query).told == (409, "precondition")
    granted(BOB, "dwh", ["OWNER"])
    assert rest.delete(OSCAR, path).status == 200


def test_an_owner_whose_time_is_over_does_not_count(rest):
    granted(BOB, "dwh", ["OWNER"], until=NOW)
    assert rest.delete(OSCAR, f"{USERS}/{OSCAR}/accesses/dwh").told == (409, "precondition")


def test_the_owner_of_a_profile_stands_in_for_its_last_owner(rest):
    granted(BOB, "ml", ["OWNER"])
    assert rest.delete(BOB, f"{USERS}/{BOB}/accesses/ml").json["state"] == "REVOKED"


def test_acting_for_the_user_records_both(rest):
    granted(ANN, "ml")
    robot = token("act-for")
    access = rest.delete(robot, PATH, x_acting_for=ANN).json
    assert (access["ended_by"], access["acting_for"]) == ("token:robot", ANN)
