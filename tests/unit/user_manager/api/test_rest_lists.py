"""Lists over REST: the form, cursors, limits, and how many queries a page needs."""

import base64
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
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
    USERS,
    contributor,
    external,
    granted,
    profile,
    requested,
    user,
)

from user_manager.models import Event

LISTS = [USERS, ACCESSES, MODULES, "/api/v1/events", f"{MODULES}/ml/accesses"]


def fill(count: int) -> None:
    """Make that many rows in each list."""
    profile()
    for number in range(count):
        person = f"u{number:03}@example.com"
        user(person)
        granted(person, "ml", requested_at=NOW - (number % 3) * DAY)
        external(f"m{number:03}", owner=None)
        Event.objects.create(seq=number + 1, at=NOW, kind="requested", actor=person)


def key(item):
    return item.get("seq") or item.get("access") or item["id"]


def everything(rest, path, limit, between=lambda: None):
    """Read all pages of a list."""
    items = []
    cursor = ""
    while cursor is not None:
        page = rest.get(ROOT, f"{path}?limit={limit}{cursor}").json
        assert list(page) == ["items", "next"]
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next"] and f"&cursor={page['next']}"
        between()
    return [key(item) for item in items]


@pytest.mark.parametrize("path", LISTS)
def test_all_pages_together_are_the_list(rest, path):
    fill(12)
    whole = everything(rest, path, 200)
    assert len(whole) >= 12
    assert len(set(whole)) == len(whole)
    for limit in (1, 5, len(whole), len(whole) + 1):
        assert everything(rest, path, limit) == whole


@pytest.mark.parametrize("path", LISTS)
def test_without_a_limit_a_page_has_50_items_and_200_at_most(rest, path):
    fill(60)
    assert len(rest.get(ROOT, path).json["items"]) == 50
    assert len(rest.get(ROOT, f"{path}?limit=200").json["items"]) >= 60


def test_rows_that_are_added_meanwhile_change_nothing(rest):
    fill(12)
    before = everything(rest, ACCESSES, 200)
    numbers = iter(range(100))

    def add() -> None:
        person = f"new{next(numbers)}"
        user(person)
        granted(person, "ml", requested_at=NOW + DAY)

    assert everything(rest, ACCESSES, 4, between=add) == before


def test_a_cursor_goes_with_filters(rest):
    fill(6)
    page = rest.get(ROOT, f"{ACCESSES}?state=APPROVED&limit=4").json
    rest_of = rest.get(ROOT, f"{ACCESSES}?state=APPROVED&limit=4&cursor={page['next']}").json
    assert len(page["items"] + rest_of["items"]) == 6


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


BAD = [
    "x",
    "!!!!",
    "%D1%8F",
    "A" * 2_001,
    cursor(),
    cursor("id"),
    cursor("id", 5),
    cursor("id", "a\0"),
    cursor("id", "a", "b"),
    cursor("id", None),
    cursor("newest", "2026-06-01T12:00:00", "a"),
    cursor("newest", "0001-01-01T00:00:00+14:00", "a"),
    cursor("newest", 5, "a"),
    cursor("newest", "x", "a"),
    cursor("seq", "1"),
    cursor("seq", -1),
    cursor("seq", 2**63),
    cursor("seq", 1.5),
    cursor("seq", True),
    cursor("person", "User"),
    cursor([], "a"),
    cursor({}, "a"),
    base64.urlsafe_b64encode(b"5").decode(),
    base64.urlsafe_b64encode(b"[" * 1_000).decode(),
    base64.urlsafe_b64encode(b"[" + b"9" * 1_400 + b"]").decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_cursor_that_no_list_gave_is_422(rest, bad):
    profile()
    for path in LISTS:
        answer = rest.get(ROOT, f"{path}?cursor={bad}")
        assert (answer.told, answer.paths) == ((422, "invalid"), ["cursor"])


def test_a_cursor_of_another_list_is_422(rest):
    fill(3)
    cursors = {path: rest.get(ROOT, f"{path}?limit=1").json["next"] for path in LISTS}
    for path, other in ((USERS, ACCESSES), (ACCESSES, MODULES), ("/api/v1/events", USERS)):
        assert rest.get(ROOT, f"{path}?cursor={cursors[other]}").told == (422, "invalid")


# queries


def queries(rest, who, path) -> int:
    """Return the number of queries of a request, without those that find the caller."""
    with CaptureQueriesContext(connection) as of_caller:
        assert rest.get(who, f"{path.partition('?')[0]}?unknown=1").status == 422
    with CaptureQueriesContext(connection) as captured:
        assert rest.get(who, path).status == 200
    return len(captured) - len(of_caller)


@pytest.mark.parametrize("who", [ANN, OSCAR, ROOT])
def test_get_user_needs_at_most_3_queries(rest, who):
    external()
    profile()
    granted(ANN, "dwh")
    granted(ANN, "ml")
    rest.put(ROOT, f"{USERS}/{ANN}/roles/EDIT_TASK")
    assert queries(rest, who, f"{USERS}/{ANN}") <= 3


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        (ROOT, USERS, 3),
        (ROOT, ACCESSES, 1),
        (OLGA, ACCESSES, 1),
        (OLGA, f"{ACCESSES}?to_decide=me", 1),
        (OLGA, f"{ACCESSES}?state=EXPIRED&effect=ending", 1),
        (OLGA, f"{ACCESSES}?review=overdue", 1),
        (OLGA, MODULES, 1),
        (OLGA, f"{MODULES}/ml/accesses", 3),
        (ROOT, "/api/v1/events", 1),
        (OLGA, "/api/v1/me", 4),
    ],
)
def test_a_list_needs_as_many_queries_for_many_rows_as_for_few(rest, who, path, most):
    fill(2)
    few = queries(rest, who, path)
    for number in range(20):
        person = f"x{number}@example.com"
        requested(person, "ml")
        contributor("ml", f"c{number}")
        external(f"x{number}", owner=None)
    assert queries(rest, who, path) == few
    assert few <= most


def test_the_list_to_decide_of_a_person_without_modules_is_empty_and_quick(rest):
    profile()
    requested(ANN, "ml")
    assert queries(rest, BOB, f"{ACCESSES}?to_decide=me") == 1
