"""Lists of accesses and who sees what: the rows "Seen by" and "Order" of the contract."""

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

from user_manager.models import Access


@pytest.fixture(autouse=True)
def modules(rest):
    profile()
    external()


def ids(rest, who, query=""):
    return set(rest.get(who, f"{ACCESSES}{query}").ids)


def test_an_access_is_seen_by_those_whom_it_concerns(rest):
    requested(ANN, "ml", requested_by=BOB)
    path = f"{ACCESSES}/ml-ann"
    for who in (ANN, BOB, OLGA, ROOT, token("read")):
        assert rest.get(who, path).status == 200
        assert "ml-ann" in ids(rest, who)
    for who in (SVEN, OSCAR):
        assert rest.get(who, path).told == (404, "not-found")
        assert "ml-ann" not in ids(rest, who)


def test_its_events_are_also_seen_by_auditors(rest):
    requested(ANN, "ml", requested_by=BOB)
    path = f"{ACCESSES}/ml-ann/events"
    for who in (ANN, BOB, OLGA, ROOT, token("read", name="r"), token("audit", name="a")):
        assert rest.get(who, path).status == 200
    for who in (SVEN, OSCAR, token("users", name="u")):
        assert rest.get(who, path).told == (404, "not-found")
    assert rest.get(token("audit", name="b"), f"{ACCESSES}/ml-ann").status == 404


def test_the_events_of_an_access_ascend(rest):
    requested(ANN, "ml")
    granted(BOB, "ml")
    rest.post(OLGA, f"{ACCESSES}/ml-ann/decision", {"approve": True})
    rest.delete(BOB, f"/api/v1/users/{BOB}/accesses/ml")
    rest.post(ANN, f"{ACCESSES}/ml-ann/revoke")
    answer = rest.get(ANN, f"{ACCESSES}/ml-ann/events").json
    assert [event["kind"] for event in answer["items"]] == ["approved", "revoked"]
    assert [event["seq"] for event in answer["items"]] == [1, 3]
    first = rest.get(ANN, f"{ACCESSES}/ml-ann/events?limit=1").json
    rest_of = rest.get(ANN, f"{ACCESSES}/ml-ann/events?limit=1&cursor={first['next']}").json
    assert first["items"] + rest_of["items"] == answer["items"]


def test_accesses_are_newest_first_and_ids_break_ties(rest):
    requested(ANN, "ml", access_id="b", requested_at=NOW)
    granted(BOB, "ml", access_id="a", requested_at=NOW)
    ended(BOB, "ml", access_id="c", requested_at=NOW + DAY)
    assert rest.get(OLGA, ACCESSES).ids == ["c", "a", "b"]


def test_newest_is_finer_than_a_second(rest):
    requested(ANN, "ml", access_id="a", requested_at=NOW)
    granted(BOB, "ml", access_id="b", requested_at=NOW.replace(microsecond=1))
    assert rest.get(OLGA, ACCESSES).ids == ["b", "a"]


def test_user_and_module_filter(rest):
    granted(ANN, "ml")
    granted(ANN, "dwh")
    granted(BOB, "ml")
    assert ids(rest, ROOT, f"?user={ANN}") == {"ml-ann", "dwh-ann"}
    assert ids(rest, ROOT, f"?user={ANN}&module=ml") == {"ml-ann"}
    assert ids(rest, SVEN, f"?user={ANN}") == set()
    assert ids(rest, ROOT, "?module=nothing") == set()


def test_an_owner_lists_of_somebody_the_accesses_to_own_modules(rest):
    granted(ANN, "ml")
    granted(ANN, "dwh")
    assert ids(rest, OLGA, f"?user={ANN}") == {"ml-ann"}
    assert ids(rest, OSCAR, f"?user={ANN}") == {"dwh-ann"}


# states


def test_an_access_is_one_record_with_one_id_for_life(rest):
    order = {"module": "ml", "types": ["READ"]}
    path = f"{ACCESSES}/{rest.post(ANN, f'/api/v1/users/{ANN}/accesses', order).json['id']}"
    states = [rest.get(ANN, path).json["state"]]
    for verb, body in (("decision", {"approve": True}), ("revoke", {})):
        rest.post(OLGA, f"{path}/{verb}", body)
        states.append(rest.get(ANN, path).json["state"])
    assert states == ["PENDING", "APPROVED", "REVOKED"]
    assert Access.objects.filter(user=ANN).count() == 1


@pytest.mark.parametrize("state", ["DENIED", "WITHDRAWN", "EXPIRED", "REVOKED"])
def test_no_verb_leads_out_of_what_is_over(rest, state):
    decided = {} if state == "WITHDRAWN" else {"decided_by": OLGA, "decided_at": NOW - DAY}
    over = {} if state == "DENIED" else {"ended_at": NOW - DAY}
    requested(ANN, "ml", state=state, **decided, **over)
    path = f"{ACCESSES}/ml-ann"
    before = rest.get(ANN, path).json
    for approve in (True, False):
        answer = rest.post(ROOT, f"{path}/decision", {"approve": approve})
        assert answer.told == (409, "precondition")
    assert rest.post(ROOT, f"{path}/revoke").json == before
    assert rest.delete(ROOT, f"/api/v1/users/{ANN}/accesses/ml").json == before
    assert kinds() == []


def state_world():
    granted(ANN, "ml", access_id="held", until=NOW + DAY)
    granted(BOB, "ml", access_id="over", until=NOW)
    requested(ANN, "dwh", access_id="asked")
    requested(BOB, "dwh", access_id="undecided", pending_until=NOW)
    ended(SVEN, "ml", access_id="revoked")
    ended(SVEN, "ml", access_id="expired", state="EXPIRED", ended_by=None)
    requested(SVEN, "ml", access_id="denied", state="DENIED", decided_by=OLGA, decided_at=NOW)
    requested(SVEN, "ml", access_id="withdrawn", state="WITHDRAWN", ended_by=SVEN, ended_at=NOW)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("PENDING", {"asked"}),
        ("APPROVED", {"held", "dwh-owner"}),
        ("EXPIRED", {"over", "undecided", "expired"}),
        ("REVOKED", {"revoked"}),
        ("DENIED", {"denied"}),
        ("WITHDRAWN", {"withdrawn"}),
    ],
)
def test_state_filters_by_the_clock_as_it_is_shown(rest, state, expected):
    state_world()
    items = rest.get(ROOT, f"{ACCESSES}?state={state}").json["items"]
    assert {item["id"] for item in items} == expected
    assert {item["state"] for item in items} == {state}


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        ("none", {"dwh-owner", "asked"}),
        ("unknown", {"unknown"}),
        ("waiting", {"waiting"}),
        ("in_effect", {"in_effect"}),
        ("refused", {"refused"}),
        ("ending", {"ending", "over"}),
        ("ended", {"ended"}),
    ],
)
def test_effect_filters_by_the_clock_as_it_is_shown(rest, effect, expected):
    for number, name in enumerate(["unknown", "waiting", "in_effect", "refused"]):
        granted(f"p{number}", "ml", access_id=name, effect=name)
    ended(ANN, "ml", access_id="ending")
    ended(ANN, "ml", access_id="ended", effect="ended")
    granted(BOB, "ml", access_id="over", until=NOW, effect="in_effect")
    requested(ANN, "dwh", access_id="asked")
    items = rest.get(ROOT, f"{ACCESSES}?effect={effect}").json["items"]
    assert {item["id"] for item in items} == expected
    assert {item["effect"] for item in items} == {effect}


def test_expired_shows_its_end_and_its_effect_without_a_sweep(rest):
    granted(
        ANN, "ml", until=NOW, effect="waiting", effect_detail="the cluster is away", applied_at=NOW
    )
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (access["state"], access["ended_at"]) == ("EXPIRED", "2026-06-01T12:00:00Z")
    assert (access["effect"], access["effect_detail"], access["ended_by"]) == ("ending", "", None)


def test_effect_detail_has_the_reason(rest):
    granted(ANN, "ml", effect="refused", effect_detail="ml is not open")
    access = rest.get(ANN, f"{ACCESSES}/ml-ann").json
    assert (access["effect"], access["effect_detail"]) == ("refused", "ml is not open")


# what one has to decide


def test_to_decide_me_has_open_requests_of_others_to_own_modules(rest):
    granted(BOB, "ml", ["OWNER"])
    requested(ANN, "ml", access_id="mine")
    requested(BOB, "dwh", access_id="of-bob")
    requested(SVEN, "ml", access_id="undecided", pending_until=NOW)
    assert ids(rest, OLGA, "?to_decide=me") == {"mine"}
    assert ids(rest, BOB, "?to_decide=me") == {"mine"}
    assert ids(rest, OSCAR, "?to_decide=me") == {"of-bob"}
    assert ids(rest, ANN, "?to_decide=me") == set()


def test_an_administrator_has_all_but_the_own_ones_to_decide(rest, configure):
    requested(ANN, "ml", access_id="of-ann")
    requested(ROOT, "ml", access_id="of-root")
    assert ids(rest, ROOT, "?to_decide=me") == {"of-ann"}
    configure(break_glass="true")
    assert ids(rest, ROOT, "?to_decide=me") == {"of-ann", "of-root"}


def test_with_four_eyes_what_one_asked_for_is_not_to_decide(rest, configure):
    requested(ANN, "ml", requested_by=OLGA)
    assert ids(rest, OLGA, "?to_decide=me") == {"ml-ann"}
    configure(four_eyes="true")
    assert ids(rest, OLGA, "?to_decide=me") == set()


def test_whoever_is_shown_a_request_to_decide_may_decide_it(rest):
    requested(ANN, "ml")
    for who in (OLGA, ROOT):
        (access_id,) = ids(rest, who, "?to_decide=me")
        decision = {"approve": False}
        assert rest.post(who, f"{ACCESSES}/{access_id}/decision", decision).status == 200
        Access.objects.filter(id="ml-ann").update(state="PENDING", decided_at=None, decided_by=None)


@pytest.mark.parametrize(
    "query", ["to_decide=you", "state=pending", "effect=x", "user=%00", "module=A", "to_decide="]
)
def test_other_values_of_filters_are_422(rest, query):
    answer = rest.get(ROOT, f"{ACCESSES}?{query}")
    assert (answer.told, answer.paths) == ((422, "invalid"), [query.partition("=")[0]])


def test_a_service_account_without_read_lists_none(rest):
    assert rest.get(token("users"), ACCESSES).told == (403, "forbidden")
    assert rest.get(token("read", name="r"), f"{ACCESSES}?to_decide=me").status == 403
    acting = rest.get(token("act-for", name="a"), f"{ACCESSES}?to_decide=me", x_acting_for=OLGA)
    assert acting.status == 200
