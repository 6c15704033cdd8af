"""Events over REST: the row "Events" of the contract."""

import json

import pytest
from rest_world import ANN, MODULES, NOW, OLGA, ROOT, SVEN, USERS, external, kinds, profile, token

from rest_reference import REFERENCE
from user_manager.api.answers import EventForm
from user_manager.domain.vocabulary import EventKind
from user_manager.models import Event, EventCounter

PATH = "/api/v1/events"
LINES = "application/x-ndjson"


def make_events(count: int) -> None:
    events = [
        Event(seq=number, at=NOW, kind="requested", access=f"a{number}", actor=ANN)
        for number in range(1, count + 1)
    ]
    Event.objects.bulk_create(events)
    EventCounter.objects.update(last=count)


def test_an_event_has_the_members_of_the_contract(rest):
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    assert rest.get(ROOT, PATH).json == {
        "items": [
            {
                "seq": 1,
                "at": "2026-06-01T12:00:00Z",
                "kind": "role_added",
                "access": None,
                "user": ANN,
                "module": None,
                "actor": ROOT,
                "acting_for": None,
                "detail": {"role": "EDIT_TASK"},
            }
        ],
        "next": None,
    }


def test_events_ascend_without_a_gap(rest):
    profile()
    external()
    path = f"{USERS}/{ANN}/accesses"
    rest.post(OLGA, path, {"module": "ml", "types": ["READ"], "approve": True})
    rest.put(ROOT, f"{MODULES}/lake", {})
    rest.delete(ANN, f"{path}/ml")
    rest.patch(ROOT, f"{USERS}/{ANN}", {"name": "x"})
    items = rest.get(ROOT, PATH).json["items"]
    assert [item["seq"] for item in items] == [1, 2, 3, 4, 5]
    assert [item["kind"] for item in items] == [
        "requested",
        "approved",
        "module_created",
        "revoked",
        "user_renamed",
    ]
    assert (items[1]["access"], items[1]["user"], items[1]["module"]) == (
        items[0]["access"],
        ANN,
        "ml",
    )


def test_what_is_refused_leaves_no_event(rest):
    rest.put(SVEN, f"{USERS}/{SVEN}/roles/EDIT_TASK")
    rest.put(ROOT, f"{USERS}/nobody/roles/EDIT_TASK")
    assert kinds() == []


def test_after_is_exclusive_and_0_by_default(rest):
    make_events(5)
    assert [item["seq"] for item in rest.get(ROOT, PATH).json["items"]] == [1, 2, 3, 4, 5]
    assert [item["seq"] for item in rest.get(ROOT, f"{PATH}?after=3").json["items"]] == [4, 5]
    assert rest.get(ROOT, f"{PATH}?after=5").json == {"items": [], "next": None}


def test_a_reader_who_goes_on_from_the_last_number_misses_nothing(rest):
    make_events(60)
    first = rest.get(ROOT, f"{PATH}?limit=50").json
    assert len(first["items"]) == 50
    by_number = rest.get(ROOT, f"{PATH}?after={first['items'][-1]['seq']}").json
    by_cursor = rest.get(ROOT, f"{PATH}?cursor={first['next']}").json
    assert by_number == by_cursor
    assert len(by_cursor["items"]) == 10


@pytest.mark.parametrize("after", ["-1", "x", "1.0", "9223372036854775808", "", "٣", "1e3"])
def test_other_numbers_are_422(rest, after):
    answer = rest.get(ROOT, f"{PATH}?after={after}")
    assert (answer.told, answer.paths) == ((422, "invalid"), ["after"])


def test_the_largest_number_is_taken(rest):
    assert rest.get(ROOT, f"{PATH}?after=9223372036854775807").json["items"] == []


def test_lines_run_to_the_end_without_a_limit(rest):
    make_events(1_205)
    answer = rest.get(ROOT, f"{PATH}?after=200", accept=LINES)
    events = [json.loads(line) for line in answer.content.splitlines()]
    assert answer.headers["Content-Type"] == LINES
    assert [event["seq"] for event in events] == list(range(201, 1_206))
    assert answer.content.endswith(b"\n")


def test_lines_take_a_limit_and_a_cursor_too(rest):
    make_events(9)
    cursor = rest.get(ROOT, f"{PATH}?limit=4").json["next"]
    lines = rest.get(ROOT, f"{PATH}?cursor={cursor}&limit=3", accept=LINES).content.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [5, 6, 7]
    assert rest.get(ROOT, f"{PATH}?cursor=x", accept=LINES).told == (422, "invalid")


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html", "application/json"),
        (f"{LINES}, application/json;q=0.5", LINES),
        (f"application/json, {LINES};q=0.5", "application/json"),
    ],
)
def test_accept_chooses_between_json_and_lines(rest, accept, media_type):
    assert rest.get(ROOT, PATH, accept=accept).headers["Content-Type"] == media_type


@pytest.mark.parametrize("accept", ["application/json", LINES])
def test_events_are_for_administrators_and_the_scope_audit(rest, accept):
    for who in (ROOT, token("audit")):
        assert rest.get(who, PATH, accept=accept).status == 200
    others = [ANN, OLGA, *(token(scope, name=scope) for scope in ("users", "read", "cluster"))]
    for who in others:
        assert rest.get(who, PATH, accept=accept).told == (403, "forbidden")


def test_tokens_and_administrators_are_audited_without_the_secret(rest):
    secret = token("read", "users")
    (event,) = rest.get(ROOT, PATH).json["items"]
    assert (event["kind"], event["detail"]) == (
        "token_created",
        {"name": "robot", "scopes": ["read", "users"]},
    )
    assert secret not in str(event)


def test_the_page_of_the_reference_has_every_kind_and_member(rest):
    page = (REFERENCE / "user-manager-events.md").read_text()
    members = EventForm.model_fields
    words = [*(kind.value for kind in EventKind), *members]
    assert [word for word in words if f"\n| `{word}` |" not in page] == []


def test_reasons_and_comments_are_in_no_event(rest):
    profile()
    order = {"module": "ml", "types": ["READ"], "reason": "private", "id": "a"}
    rest.post(ANN, f"{USERS}/{ANN}/accesses", order)
    decision = {"approve": True, "comment": "confidential"}
    rest.post(OLGA, "/api/v1/accesses/a/decision", decision)
    lines = rest.get(ROOT, PATH, accept=LINES).content
    assert b"private" not in lines
    assert b"confidential" not in lines
