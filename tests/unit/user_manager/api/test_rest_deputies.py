"""Deputies over REST: naming and removing one, and what one decides."""

import pytest
from rest_world import (
    ACCESSES,
    ANN,
    BOB,
    DAY,
    MODULES,
    NOW,
    OLGA,
    OSCAR,
    ROOT,
    SVEN,
    USERS,
    absent,
    external,
    kinds,
    profile,
    requested,
    user,
)

OF_OLGA = f"{USERS}/{OLGA}/deputy"
UNTIL = "2026-06-11T12:00:00Z"
BODY = {"deputy": BOB, "until": UNTIL}


@pytest.fixture(autouse=True)
def world(rest):
    profile()
    external()


def decided(rest, who, *ids):
    """Return who decided, and for whom, of decisions in bulk."""
    body = {"items": [{"id": access_id, "approve": True} for access_id in ids]}
    results = rest.post(who, "/api/v1/decisions", body).json["results"]
    return [
        (row["code"], *[(row.get("access") or {}).get(key) for key in ("decided_by", "acting_for")])
        for row in results
    ]


def test_a_deputy_is_named_read_changed_and_removed(rest):
    assert rest.get(OLGA, OF_OLGA).told == (404, "not-found")
    assert rest.put(OLGA, OF_OLGA, BODY).json == BODY
    assert rest.put(OLGA, OF_OLGA, BODY).status == 200
    assert rest.get(ROOT, OF_OLGA).json == BODY
    other = {"deputy": SVEN, "until": "2026-06-12T00:00:00Z"}
    assert rest.put(ROOT, OF_OLGA, BODY | {**other, "until": "2026-06-12T03:00:00+03:00"}).json == (
        other
    )
    assert [rest.delete(OLGA, OF_OLGA).status for _ in range(2)] == [204, 204]
    assert rest.get(OLGA, OF_OLGA).status == 404
    assert kinds(user=OLGA) == ["deputy_named", "deputy_named", "deputy_removed"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"deputy": BOB}, "until"),
        ({"until": UNTIL}, "deputy"),
        ({"deputy": OLGA, "until": UNTIL}, "deputy"),
        ({"deputy": None, "until": UNTIL}, "deputy"),
        ({"deputy": "a\0b", "until": UNTIL}, "deputy"),
        ({"deputy": BOB, "until": "2026-06-01T12:00:00Z"}, "until"),
        ({"deputy": BOB, "until": "2026-08-31T00:00:00Z"}, "until"),
        ({"deputy": BOB, "until": "2026-06-11"}, "until"),
        ({"deputy": BOB, "until": None}, "until"),
        (BODY | {"forever": True}, "forever"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_422(rest, body, path):
    answer = rest.put(OLGA, OF_OLGA, body)
    assert (answer.told, answer.paths) == ((422, "invalid"), [path])
    assert kinds() == []


def test_who_is_unknown_is_404_and_who_cannot_be_or_have_a_deputy_is_409(rest):
    user("gone@example.com", active=False)
    for path, body, told in [
        (OF_OLGA, BODY | {"deputy": "unknown@example.com"}, (404, "not-found")),
        (f"{USERS}/unknown@example.com/deputy", BODY, (404, "not-found")),
        (OF_OLGA, BODY | {"deputy": "gone@example.com"}, (409, "precondition")),
        (f"{USERS}/{ANN}/deputy", BODY, (409, "precondition")),
    ]:
        assert rest.put(ROOT, path, body).told == told
    for verb in (rest.get, rest.delete):
        assert verb(ROOT, f"{USERS}/unknown@example.com/deputy").told == (404, "not-found")


def test_a_deputy_has_the_requests_to_decide_and_decides_them_one_by_one_and_in_bulk(rest):
    requested(ANN, "ml")
    requested(SVEN, "ml")
    requested(BOB, "ml")
    requested(ANN, "dwh")
    absent(OLGA, BOB)
    mine = rest.get(BOB, f"{ACCESSES}?to_decide=me")
    assert set(mine.ids) == {"ml-ann", "ml-sven"}
    one = rest.post(BOB, f"{ACCESSES}/ml-ann/decision", {"approve": False}).json
    assert (one["state"], one["decided_by"], one["acting_for"]) == ("DENIED", BOB, OLGA)
    assert decided(rest, BOB, "ml-sven", "ml-bob", "dwh-ann", "ml-ann") == [
        ("ok", BOB, OLGA),
        ("forbidden", None, None),
        ("not-found", None, None),
        ("precondition", None, None),
    ]
    events = rest.get(BOB, f"{ACCESSES}/ml-sven/events").json["items"]
    assert [(event["kind"], event["actor"], event["acting_for"]) for event in events] == [
        ("approved", BOB, OLGA)
    ]


def test_a_deputy_is_no_owner(rest):
    absent(OLGA, BOB)
    assert rest.get(BOB, "/api/v1/me").json["owner_of"] == []
    assert rest.put(BOB, f"{MODULES}/ml", {"title": "Mine"}).status == 403
    assert rest.get(BOB, f"{MODULES}/ml/accesses").status == 403
    adds = {"module": "ml", "types": ["READ"], "approve": True}
    assert rest.post(BOB, f"{USERS}/{SVEN}/accesses", adds).status == 404


def test_what_is_removed_between_listing_and_deciding_is_not_there(rest):
    requested(ANN, "ml")
    requested(ANN, "dwh")
    absent(OLGA, BOB)
    absent(OSCAR, BOB)
    assert len(rest.get(BOB, f"{ACCESSES}?to_decide=me").ids) == 2
    rest.delete(OLGA, OF_OLGA)
    rest.patch(ROOT, f"{USERS}/{OSCAR}", {"active": False, "force": True})
    assert [code for code, *_ in decided(rest, BOB, "ml-ann", "dwh-ann")] == ["not-found"] * 2
    assert rest.get(BOB, f"{ACCESSES}/ml-ann").status == 404


def test_at_its_end_a_deputy_is_none_any_more(rest, clock):
    requested(ANN, "ml")
    absent(OLGA, BOB)
    clock.now = NOW + 10 * DAY
    assert rest.get(BOB, f"{ACCESSES}?to_decide=me").ids == []
    assert rest.post(BOB, f"{ACCESSES}/ml-ann/decision", {"approve": True}).status == 404
    assert rest.get(OLGA, OF_OLGA).status == 404
