"""ApproveAccessRequest over REST, the row "Decision" of the contract, and bulk decisions."""

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
    ended,
    external,
    granted,
    kinds,
    profile,
    requested,
    token,
)

from user_manager.models import Access, Event, User

PATH = f"{ACCESSES}/ml-ann/decision"
APPROVE = {"approve": True}
DENY = {"approve": False}
BULK = "/api/v1/decisions"


@pytest.fixture(autouse=True)
def request_of_ann(rest):
    profile()
    external()
    requested(ANN, "ml", ["WRITE"])


@pytest.mark.parametrize("who", [OLGA, ROOT])
def test_an_owner_or_administrator_approves(rest, who):
    answer = rest.post(who, PATH, APPROVE | {"comment": "fine"})
    access = answer.json
    assert (answer.status, access["state"], access["effect"]) == (200, "APPROVED", "unknown")
    assert (access["decided_by"], access["decided_at"]) == (who, "2026-06-01T12:00:00Z")
    assert (access["comment"], access["until"]) == ("fine", None)
    assert kinds() == ["approved"]


def test_an_owner_by_an_access_here_decides(rest):
    granted(BOB, "ml", ["OWNER"])
    assert rest.post(BOB, PATH, APPROVE).status == 200


def test_a_denial_is_final(rest):
    access = rest.post(OLGA, PATH, DENY).json
    assert (access["state"], access["effect"], access["until"]) == ("DENIED", "none", None)
    assert rest.post(OLGA, PATH, APPROVE).told == (409, "precondition")
    assert kinds() == ["denied"]


@pytest.mark.parametrize("decision", [APPROVE, DENY])
def test_the_same_person_deciding_the_same_again_is_as_the_first_time(rest, decision):
    first = rest.post(OLGA, PATH, decision)
    assert rest.post(OLGA, PATH, decision | {"comment": "again"}).json == first.json
    assert len(kinds()) == 1


@pytest.mark.parametrize("decision", [APPROVE, DENY])
def test_another_person_or_another_decision_on_a_decided_one_is_409(rest, decision):
    rest.post(OLGA, PATH, decision)
    assert rest.post(ROOT, PATH, decision).told == (409, "precondition")
    other = {"approve": not decision["approve"]}
    assert rest.post(OLGA, PATH, other).told == (409, "precondition")


def test_the_same_again_counts_only_while_the_state_is_the_one_decided(rest):
    rest.post(OLGA, PATH, APPROVE)
    rest.post(ANN, f"{ACCESSES}/ml-ann/revoke")
    assert rest.post(OLGA, PATH, APPROVE).told == (409, "precondition")


@pytest.mark.parametrize("who", [ANN, OLGA])
def test_nobody_decides_their_own_request(rest, who):
    granted(BOB, "ml", ["OWNER"])
    requested(BOB, "dwh", access_id="of-bob")
    assert rest.post(ANN, PATH, APPROVE).told == (403, "forbidden")
    assert rest.post(BOB, f"{ACCESSES}/of-bob/decision", APPROVE).told == (403, "forbidden")


def test_break_glass_needs_the_setting_an_administrator_and_a_comment(rest, configure):
    requested(ROOT, "ml", access_id="of-root")
    path = f"{ACCESSES}/of-root/decision"
    because = APPROVE | {"comment": "emergency!"}
    assert rest.post(ROOT, path, because).told == (403, "forbidden")
    configure(break_glass="true")
    assert rest.post(ROOT, path, APPROVE | {"comment": "too short"}).told == (403, "forbidden")
    assert rest.post(ANN, PATH, because).told == (403, "forbidden")
    assert rest.post(ROOT, path, because).status == 200
    assert Event.objects.get(kind="approved").detail == {"break_glass": True}


def test_with_four_eyes_requested_by_does_not_decide(rest, configure):
    configure(four_eyes="true")
    requested(BOB, "ml", requested_by=OLGA)
    assert rest.post(OLGA, f"{ACCESSES}/ml-bob/decision", APPROVE).told == (403, "forbidden")
    assert rest.post(OLGA, PATH, APPROVE).status == 200


@pytest.mark.parametrize("who", [SVEN, OSCAR, BOB])
def test_who_does_not_see_the_request_gets_404(rest, who):
    unseen = rest.post(who, PATH, APPROVE)
    unknown = rest.post(who, f"{ACCESSES}/nothing/decision", APPROVE)
    assert unseen.told == (404, "not-found")
    assert unseen.content == unknown.content


def test_requested_by_sees_the_request_and_may_not_decide(rest):
    requested(BOB, "ml", requested_by=SVEN)
    assert rest.post(SVEN, f"{ACCESSES}/ml-bob/decision", APPROVE).told == (403, "forbidden")


def test_until_may_shorten_what_was_asked(rest):
    requested(BOB, "ml", duration=10 * DAY)
    path = f"{ACCESSES}/ml-bob/decision"
    later = APPROVE | {"until": "2026-06-11T12:00:01Z"}
    assert rest.post(OLGA, path, later).told == (422, "invalid")
    sooner = APPROVE | {"until": "2026-06-05T15:00:00+03:00"}
    assert rest.post(OLGA, path, sooner).json["until"] == "2026-06-05T12:00:00Z"


@pytest.mark.parametrize(
    "decision",
    [
        APPROVE | {"until": "2026-06-01T12:00:00Z"},
        DENY | {"until": "2027-01-01T00:00:00Z"},
        APPROVE | {"until": "2027-01-01"},
    ],
)
def test_a_past_end_or_an_end_of_a_denial_is_422(rest, decision):
    answer = rest.post(OLGA, PATH, decision)
    assert (answer.told, answer.paths) == ((422, "invalid"), ["until"])


@pytest.mark.parametrize(
    "body", [{}, {"approve": None}, {"approve": "true"}, {"approve": 1}, APPROVE | {"x": 1}]
)
def test_approve_is_true_or_false(rest, body):
    assert rest.post(OLGA, PATH, body).told == (422, "invalid")


def test_the_duration_counts_from_the_approval(rest, clock):
    requested(BOB, "ml", duration=10 * DAY)
    clock.now = NOW + 3 * DAY
    decided = rest.post(OLGA, f"{ACCESSES}/ml-bob/decision", APPROVE).json
    assert decided["until"] == "2026-06-14T12:00:00Z"


def test_an_expired_request_is_409_and_its_event_is_written_once(rest, clock):
    clock.now = NOW + 13 * DAY
    for _ in range(2):
        assert rest.post(OLGA, PATH, APPROVE).told == (409, "precondition")
    assert kinds() == ["expired"]


def test_a_profile_that_is_not_in_the_catalogue_is_409_for_an_approval_alone(rest):
    profile("gone", in_catalogue=False)
    requested(BOB, "gone")
    path = f"{ACCESSES}/gone-bob/decision"
    assert rest.post(ROOT, path, APPROVE).told == (409, "precondition")
    assert rest.post(ROOT, path, DENY).status == 200


def test_a_deactivated_user_is_409(rest):
    User.objects.filter(id=ANN).update(active=False)
    assert rest.post(OLGA, PATH, APPROVE).told == (409, "precondition")


def test_an_approval_that_replaces_the_last_owner_is_409(rest):
    granted(BOB, "dwh", ["OWNER"], until=NOW + DAY, access_id="owner")
    Access.objects.filter(id="dwh-owner").delete()
    requested(BOB, "dwh", ["READ"], access_id="less")
    answer = rest.post(ROOT, f"{ACCESSES}/less/decision", APPROVE)
    assert answer.told == (409, "precondition")


def test_acting_for_an_owner_records_both(rest):
    robot = token("act-for")
    assert rest.post(robot, PATH, APPROVE).told == (404, "not-found")
    access = rest.post(robot, PATH, APPROVE, x_acting_for=OLGA).json
    assert (access["decided_by"], access["acting_for"]) == ("token:robot", OLGA)
    event = Event.objects.get(kind="approved")
    assert (event.actor, event.acting_for) == ("token:robot", OLGA)


def test_acting_for_an_administrator_does_not_decide(rest):
    robot = token("act-for")
    assert rest.post(robot, PATH, APPROVE, x_acting_for=ROOT).told == (404, "not-found")


# many at once


def test_bulk_decisions_are_each_on_their_own_in_the_order_of_items(rest):
    ended(BOB, "ml", access_id="over")
    requested(SVEN, "dwh", access_id="unseen")
    items = [
        {"id": "over", "approve": True},
        {"id": "ml-ann", "approve": True, "comment": "fine"},
        {"id": "unseen", "approve": True},
        {"id": "nothing", "approve": False},
    ]
    answer = rest.post(OLGA, BULK, {"items": items})
    results = answer.json["results"]
    assert answer.status == 200
    assert [result["id"] for result in results] == [item["id"] for item in items]
    assert [(result["status"], result["code"]) for result in results] == [
        (409, "precondition"),
        (200, "ok"),
        (404, "not-found"),
        (404, "not-found"),
    ]
    assert results[1]["access"] == rest.get(OLGA, f"{ACCESSES}/ml-ann").json
    assert [set(result) for result in results[:2]] == [
        {"id", "status", "code", "detail"},
        {"id", "status", "code", "access"},
    ]


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([], "items"),
        ([{"id": "a", "approve": True}] * 2, "items"),
        ([{"id": f"a{n}", "approve": True} for n in range(201)], "items"),
        ([{"id": "a", "approve": True}, {"id": "b"}], "items[1].approve"),
        ([{"id": "a/b", "approve": True}], "items[0].id"),
        ([{"id": "a", "approve": True, "until": "x"}], "items[0].until"),
        ("a", "items"),
    ],
    ids=range(7),
)
def test_1_to_200_items_with_each_id_once(rest, items, path):
    answer = rest.post(OLGA, BULK, {"items": items})
    assert (answer.told, answer.paths) == ((422, "invalid"), [path])
    assert kinds() == []


def test_200_items_are_taken(rest):
    items = [{"id": f"a{n}", "approve": True} for n in range(200)]
    assert len(rest.post(OLGA, BULK, {"items": items}).json["results"]) == 200
