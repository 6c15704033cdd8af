"""Reviews over REST."""

import pytest
from rest_world import (
    ACCESSES,
    ANN,
    BOB,
    DAY,
    MODULES,
    NOW,
    OLGA,
    ROOT,
    external,
    granted,
    kinds,
    profile,
    requested,
)

DUE = {"review_due": NOW + 29 * DAY}


@pytest.fixture(autouse=True)
def world(rest):
    profile(review_days=30)
    granted(ANN, "ml", **DUE)


def test_a_review_answers_with_the_access_and_its_next_review(rest, clock):
    clock.now = NOW + 20 * DAY
    answer = rest.post(OLGA, f"{ACCESSES}/ml-ann/review")
    assert answer.status == 200
    assert (answer.json["reviewed_at"], answer.json["review_due"]) == (
        "2026-06-21T12:00:00Z",
        "2026-07-21T12:00:00Z",
    )
    assert answer.json["state"] == "APPROVED"
    assert kinds(access="ml-ann") == ["reviewed"]


def test_nobody_reviews_their_own_access(rest):
    granted(BOB, "ml", ["OWNER"], **DUE)
    assert rest.post(BOB, f"{ACCESSES}/ml-bob/review").told == (403, "forbidden")
    assert rest.post(BOB, f"{ACCESSES}/ml-ann/review").status == 200


def test_a_request_and_an_access_to_a_module_without_reviews_are_409(rest):
    requested(BOB, "ml")
    external(owner=None)
    granted(BOB, "dwh")
    for access in ("ml-bob", "dwh-bob"):
        assert rest.post(ROOT, f"{ACCESSES}/{access}/review").told == (409, "precondition")


def test_overdue_reviews_are_listed_by_the_clock(rest, clock):
    granted(BOB, "ml", until=NOW + 29 * DAY, **DUE)
    clock.now = NOW + 29 * DAY
    assert rest.get(OLGA, f"{ACCESSES}?review=overdue").ids == ["ml-ann"]
    assert rest.get(OLGA, f"{ACCESSES}?review=overdue&module=dwh").ids == []
    clock.now -= DAY
    assert rest.get(OLGA, f"{ACCESSES}?review=overdue").ids == []
    assert rest.get(OLGA, f"{ACCESSES}?review=due").told == (422, "invalid")


def test_the_module_says_how_often_and_other_days_move_what_is_due(rest):
    assert rest.get(ANN, f"{MODULES}/ml").json["review_days"] == 30
    assert rest.put(OLGA, f"{MODULES}/ml", {"review_days": 10}).json["review_days"] == 10
    assert rest.get(ANN, f"{ACCESSES}/ml-ann").json["review_due"] == "2026-06-10T12:00:00Z"
    assert rest.put(OLGA, f"{MODULES}/ml", {}).json["review_days"] is None
    assert rest.get(ANN, f"{ACCESSES}/ml-ann").json["review_due"] is None


def test_no_review_is_due_of_what_has_ended(rest):
    answer = rest.post(OLGA, f"{ACCESSES}/ml-ann/revoke").json
    assert (answer["state"], answer["review_due"]) == ("REVOKED", None)
