"""Who may do what over REST: every operation with every kind of caller, and the exact answer.

The rights are about the profile `ml`, its request `asked` and the user who asks. They ask again for
the external module `dwh`, which the profile owner does not own.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from rest_client import NO_BODY
from rest_world import (
    OLGA,
    OSCAR,
    ROOT,
    SVEN,
    absent,
    external,
    granted,
    profile,
    requested,
    token,
    user,
)

from user_manager.api.openapi import openapi_document

RITA = "rita@example.com"  # asks for ml
MIA = "mia@example.com"  # has access to ml
DORA = "dora@example.com"  # is deactivated
DAN = "dan@example.com"  # the deputy of the OWNER

PEOPLE = {
    "stranger": SVEN,
    "requester": RITA,
    "member": MIA,
    "OWNER": OSCAR,
    "profile owner": OLGA,
    "administrator": ROOT,
}
SCOPES = ("users", "read", "audit", "cluster", "act-for")
ACTING_FOR = {"acting for an OWNER": OSCAR, "acting for an administrator": ROOT}
CALLERS = (*PEOPLE, *SCOPES, *ACTING_FOR)

OPERATIONS = [
    (method.upper(), path)
    for path, methods in openapi_document()["paths"].items()
    for method in methods
]


@dataclass(frozen=True)
class Row:
    """An operation, and the status for each of `CALLERS`.

    Attributes:
        answers: for people / for scopes / for those who act for somebody.
    """

    path: str
    answers: str
    body: Any = NO_BODY

    @property
    def statuses(self) -> dict[str, int]:
        numbers = [int(word) for word in self.answers.replace("/", " ").split()]
        return dict(zip(CALLERS, numbers, strict=True))


EVERY_PERSON = "200 200 200 200 200 200 / 403 403 403 403 403 / 200 200"
EVERYBODY = "200 200 200 200 200 200 / 200 200 200 200 200 / 200 200"
MANAGES_USERS = "404 403 404 403 403 200 / 200 403 404 404 404 / 403 404"
SEES_ACCESS = "404 200 404 200 200 200 / 404 200 404 404 404 / 200 404"
HAS_DEPUTY = "404 404 404 200 403 200 / 403 403 404 404 404 / 200 404"
ASKED = "/api/v1/accesses/asked"
ROWS = {
    ("GET", "/api/v1/me"): Row("/api/v1/me", EVERY_PERSON),
    ("GET", "/api/v1/users"): Row(
        "/api/v1/users", "200 200 200 200 200 200 / 200 200 403 403 403 / 200 200"
    ),
    ("POST", "/api/v1/users"): Row(
        "/api/v1/users",
        "403 403 403 403 403 201 / 201 403 403 403 403 / 403 403",
        {"id": "new@example.com", "name": "New"},
    ),
    ("GET", "/api/v1/users/{user_id}"): Row(
        f"/api/v1/users/{RITA}", "404 200 404 200 200 200 / 403 200 404 404 404 / 200 404"
    ),
    ("PATCH", "/api/v1/users/{user_id}"): Row(
        f"/api/v1/users/{RITA}", MANAGES_USERS, {"name": "Rita"}
    ),
    ("PUT", "/api/v1/users/{user_id}/roles/{role}"): Row(
        f"/api/v1/users/{RITA}/roles/EDIT_TASK", MANAGES_USERS
    ),
    ("DELETE", "/api/v1/users/{user_id}/roles/{role}"): Row(
        f"/api/v1/users/{RITA}/roles/EDIT_TASK", MANAGES_USERS
    ),
    ("GET", "/api/v1/users/{user_id}/deputy"): Row(f"/api/v1/users/{OSCAR}/deputy", HAS_DEPUTY),
    ("PUT", "/api/v1/users/{user_id}/deputy"): Row(
        f"/api/v1/users/{OSCAR}/deputy",
        HAS_DEPUTY,
        {"deputy": SVEN, "until": "2026-07-01T00:00:00Z"},
    ),
    ("DELETE", "/api/v1/users/{user_id}/deputy"): Row(
        f"/api/v1/users/{OSCAR}/deputy", HAS_DEPUTY.replace("200", "204")
    ),
    ("POST", "/api/v1/users/{user_id}/accesses"): Row(
        f"/api/v1/users/{RITA}/accesses",
        "404 201 404 201 403 201 / 403 403 403 403 403 / 201 404",
        {"module": "dwh", "types": ["READ"]},
    ),
    ("DELETE", "/api/v1/users/{user_id}/accesses/{module}"): Row(
        f"/api/v1/users/{RITA}/accesses/ml",
        "404 200 404 200 200 200 / 404 403 404 404 404 / 200 404",
    ),
    ("GET", "/api/v1/accesses"): Row(
        "/api/v1/accesses", "200 200 200 200 200 200 / 403 200 403 403 403 / 200 200"
    ),
    ("GET", "/api/v1/accesses/{access_id}"): Row(ASKED, SEES_ACCESS),
    ("GET", "/api/v1/accesses/{access_id}/events"): Row(
        f"{ASKED}/events", "404 200 404 200 200 200 / 404 200 200 404 404 / 200 404"
    ),
    ("POST", "/api/v1/accesses/{access_id}/decision"): Row(
        f"{ASKED}/decision",
        "404 403 404 200 200 200 / 404 403 404 404 404 / 200 404",
        {"approve": True},
    ),
    ("POST", "/api/v1/accesses/{access_id}/revoke"): Row(
        f"{ASKED}/revoke", "404 200 404 200 200 200 / 404 403 404 404 404 / 200 404"
    ),
    ("POST", "/api/v1/accesses/{access_id}/review"): Row(
        "/api/v1/accesses/ml-mia/review",
        "404 404 403 200 200 200 / 404 403 404 404 404 / 200 404",
    ),
    ("POST", "/api/v1/decisions"): Row(
        "/api/v1/decisions", EVERYBODY, {"items": [{"id": "asked", "approve": True}]}
    ),
    ("GET", "/api/v1/modules"): Row("/api/v1/modules", EVERYBODY),
    ("GET", "/api/v1/modules/{module_id}"): Row("/api/v1/modules/ml", EVERYBODY),
    ("PUT", "/api/v1/modules/{module_id}"): Row(
        "/api/v1/modules/ml", "403 403 403 200 200 200 / 403 403 403 403 403 / 200 403", {}
    ),
    ("GET", "/api/v1/modules/{module_id}/accesses"): Row(
        "/api/v1/modules/ml/accesses", "403 403 403 200 200 200 / 403 200 403 403 403 / 200 403"
    ),
    ("GET", "/api/v1/events"): Row(
        "/api/v1/events", "403 403 403 403 403 200 / 403 403 200 403 403 / 403 403"
    ),
    ("GET", "/api/v1/pmr"): Row(
        "/api/v1/pmr", "403 403 403 403 403 403 / 403 403 403 200 403 / 403 403"
    ),
    ("PUT", "/api/v1/cluster"): Row(
        "/api/v1/cluster",
        "403 403 403 403 403 403 / 403 403 403 204 403 / 403 403",
        {"revision": "", "problem": "away"},
    ),
}


@pytest.fixture(autouse=True)
def world(rest):
    user(DORA, active=False)
    profile(review_days=90)
    external()
    granted(OSCAR, "ml", ["OWNER"])
    granted(MIA, "ml")
    requested(RITA, "ml", access_id="asked")
    absent(OSCAR, DAN)


def test_every_operation_has_a_row():
    assert set(OPERATIONS) == set(ROWS)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_each_caller_gets_exactly_this_answer(rest, operation, caller):
    row = ROWS[operation]
    headers = {}
    if caller in PEOPLE:
        who = PEOPLE[caller]
    elif caller in SCOPES:
        who = token(caller)
    else:
        who = token(*SCOPES)
        headers = {"x_acting_for": ACTING_FOR[caller]}
    answer = rest.send(who, operation[0], row.path, row.body, **headers)
    assert answer.status == row.statuses[caller]


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_nobody_and_a_forged_header_are_401(rest, operation):
    row = ROWS[operation]
    for who, peer in ((None, "127.0.0.1"), (ROOT, "192.0.2.1"), ("um_unknown", "127.0.0.1")):
        answer = rest.send(who, operation[0], row.path, row.body, peer=peer)
        assert answer.told == (401, "unauthenticated")


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_the_deactivated_and_acting_for_somebody_without_the_right_are_403(rest, operation):
    row = ROWS[operation]
    unable = token("users", "read", "audit", "cluster", name="unable")
    able = token("act-for", name="able")
    for who, headers in (
        (DORA, {}),
        (unable, {"x_acting_for": OSCAR}),
        (able, {"x_acting_for": DORA}),
        (able, {"x_acting_for": "nobody@example.com"}),
    ):
        answer = rest.send(who, operation[0], row.path, row.body, **headers)
        assert answer.told == (403, "forbidden")


AS_DEPUTY = {
    ("GET", "/api/v1/accesses/{access_id}"): 200,
    ("GET", "/api/v1/accesses/{access_id}/events"): 200,
    ("POST", "/api/v1/accesses/{access_id}/decision"): 200,
    ("POST", "/api/v1/accesses/{access_id}/revoke"): 403,
    ("DELETE", "/api/v1/users/{user_id}/accesses/{module}"): 403,
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_a_deputy_sees_and_decides_the_request_and_is_a_stranger_elsewhere(rest, operation):
    row = ROWS[operation]
    answer = rest.send(DAN, operation[0], row.path, row.body)
    assert answer.status == AS_DEPUTY.get(operation, row.statuses["stranger"])


def test_in_bulk_each_decision_has_the_answer_of_a_single_one(rest):
    single = ROWS["POST", "/api/v1/accesses/{access_id}/decision"].statuses
    many = ROWS["POST", "/api/v1/decisions"]
    for caller in ("stranger", "requester", "member"):
        answer = rest.post(PEOPLE[caller], many.path, many.body)
        assert answer.json["results"][0]["status"] == single[caller]
