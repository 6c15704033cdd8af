"""Who sees which page, and who may send which form: the exact status."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from portal_visitors import (
    ANN,
    BEN,
    OLGA,
    ROOT,
    STRANGER,
    administrator,
    ask,
    browser,
    call_of,
    grant,
    person,
    profile,
)
from user_manager.domain.vocabulary import Scope
from user_manager.models import Module
from user_manager.services.tokens import create_token
from user_manager.web.urls import urlpatterns as pages

pytestmark = pytest.mark.django_db

NOBODY = "nobody"
FORGED = "forged"
SERVICE = "a service account with every scope"
FOR_OLGA = "a service account that acts for Olga"
VISITORS = [NOBODY, FORGED, STRANGER, ANN, BEN, OLGA, ROOT]
"""Ann has asked, Ben has access, Olga owns the profile, Root is an administrator."""


@dataclass(frozen=True)
class Row:
    """A page, and the statuses for each of VISITORS after the first two, which are always 401."""

    name: str
    path: str
    statuses: tuple[int, int, int, int, int]
    form: dict[str, str] | None = None


EVERYBODY = (200, 200, 200, 200, 200)
ADMINISTRATORS = (403, 403, 403, 403, 200)
OWNERS = (403, 403, 403, 200, 200)
ABOUT_OLGA = (404, 404, 404, 200, 200)
SENT_ABOUT_OLGA = (404, 404, 404, 302, 302)
SOON = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}"
ROWS = [
    Row("my-access", "/", EVERYBODY),
    Row("my-history", "/history", EVERYBODY),
    Row("choose", "/ask", EVERYBODY),
    Row("ask", "/ask/ml", EVERYBODY),
    Row("to-decide", "/requests", EVERYBODY),
    Row("absence", "/absence", EVERYBODY),
    Row("absence", f"/absence?id={OLGA}", ABOUT_OLGA),
    Row("absence", f"/absence?id={BEN}", (404, 404, 200, 403, 200)),
    Row("absence", "/absence?id=missing", (404,) * 5),
    Row("absence", "/absence?id=%00", (404,) * 5),
    Row("access", "/accesses/asked", (404, 200, 404, 200, 200)),
    Row("access", "/accesses/held", (404, 404, 200, 200, 200)),
    Row("access", "/accesses/missing", (404, 404, 404, 404, 404)),
    Row("remove", "/accesses/held/remove", (404, 404, 200, 200, 200)),
    Row("effect", "/accesses/held/effect?shown=none&since=1", (404, 404, 286, 286, 286)),
    Row("my-modules", "/modules", EVERYBODY),
    Row("people", "/modules/ml", OWNERS),
    Row("people", "/modules/missing", (404, 404, 404, 404, 404)),
    Row("add-person", "/modules/ml/add", OWNERS),
    Row("module-settings", "/modules/ml/settings", OWNERS),
    Row("reviews", "/modules/ml/reviews", OWNERS),
    Row("new-system", "/systems/new", ADMINISTRATORS),
    Row("users", "/administration/users", ADMINISTRATORS),
    Row("new-user", "/administration/users/new", ADMINISTRATORS),
    Row("user", f"/administration/user?id={ANN}", ADMINISTRATORS),
    Row("user", "/administration/user?id=missing", (403, 403, 403, 403, 404)),
    Row("deactivate-user", f"/administration/user/deactivation?id={ANN}", ADMINISTRATORS),
    Row("administrator", f"/administration/user/administrator?id={ANN}", ADMINISTRATORS),
    Row("systems", "/administration/systems", ADMINISTRATORS),
    Row("tokens", "/administration/tokens", ADMINISTRATORS),
    Row("revoke-token", "/administration/tokens/missing/revocation", (403, 403, 403, 403, 404)),
    Row("events", "/administration/events", ADMINISTRATORS),
    Row("ask", "/ask/ml", (302, 409, 409, 409, 302), {"id": "n", "level": "READ", "period": "P7D"}),
    Row("decide", "/requests/asked/decision", (404, 403, 404, 302, 302), {"verdict": "refuse"}),
    Row("decide-many", "/requests/decisions", (302,) * 5, {"id": "asked", "verdict": "approve"}),
    Row("remove", "/accesses/held/remove", (404, 404, 302, 302, 302), {"comment": ""}),
    Row("absence", "/absence", (409, 409, 422, 302, 409), {"deputy": BEN, "date": SOON}),
    Row("absence", f"/absence?id={OLGA}", SENT_ABOUT_OLGA, {"deputy": BEN, "date": SOON}),
    Row("end-absence", "/absence/end", (302,) * 5, {}),
    Row("end-absence", f"/absence/end?id={OLGA}", SENT_ABOUT_OLGA, {}),
    Row(
        "add-person",
        "/modules/ml/add",
        (403, 403, 403, 302, 302),
        {"user": "new@example.com", "level": "READ", "period": "P7D"},
    ),
    Row("module-settings", "/modules/ml/settings", (403, 403, 403, 302, 302), {"title": "ML"}),
    Row("reviews", "/modules/ml/reviews", (403, 403, 403, 302, 302), {"id": "held"}),
    Row("new-system", "/systems/new", (403, 403, 403, 403, 302), {"id": "wiki"}),
    Row("new-user", "/administration/users/new", (403,) * 4 + (302,), {"id": "x@y.z", "name": "X"}),
    Row("rename-user", f"/administration/user/name?id={ANN}", (403,) * 4 + (302,), {"name": "A"}),
    Row("change-roles", f"/administration/user/roles?id={ANN}", (403,) * 4 + (302,), {}),
    Row("deactivate-user", f"/administration/user/deactivation?id={ANN}", (403,) * 4 + (302,), {}),
    Row("activate-user", f"/administration/user/activation?id={ANN}", (403,) * 4 + (302,), {}),
    Row("administrator", f"/administration/user/administrator?id={ANN}", (403,) * 4 + (302,), {}),
    Row(
        "tokens",
        "/administration/tokens",
        ADMINISTRATORS,
        {"name": "etl", "scopes": "read"},
    ),
]


@pytest.fixture(autouse=True)
def world() -> None:
    ml = profile()
    administrator()
    for user_id in (STRANGER, ANN, BEN, OLGA, "new@example.com"):
        person(user_id)
    asked, held = ask(ANN, "ml"), grant(BEN, "ml")
    for access, access_id in ((asked, "asked"), (held, "held")):
        type(access).objects.filter(id=access.id).update(id=access_id)
    assert Module.objects.get() == ml


def client_of(visitor: str) -> Client:
    if visitor == NOBODY:
        return Client()
    if visitor == FORGED:
        return Client(headers={"kubeflow-userid": ROOT}, REMOTE_ADDR="10.9.8.7")
    if visitor in {SERVICE, FOR_OLGA}:
        headers = {"authorization": f"Bearer {create_token(call_of(ROOT), 'all', Scope)}"}
        return Client(headers=headers | ({"x-acting-for": OLGA} if visitor == FOR_OLGA else {}))
    return browser(visitor)


def name_of(value: object) -> str:
    if not isinstance(value, Row):
        return str(value)
    return f"{'GET' if value.form is None else 'POST'} {value.path}"


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_each_page_answers_each_visitor_with_its_status(row: Row) -> None:
    wanted = dict(zip(VISITORS, (401, 401, *row.statuses), strict=True))
    wanted |= {SERVICE: 403, FOR_OLGA: wanted[OLGA]}
    assert {visitor: status_for(visitor, row) for visitor in wanted} == wanted


def status_for(visitor: str, row: Row) -> int:
    """The status for a visitor. What is written is undone: each visitor finds the same world."""
    with transaction.atomic():
        client = client_of(visitor)
        if row.form is None:
            status = client.get(row.path).status_code
        else:
            status = client.post(row.path, row.form).status_code
        transaction.set_rollback(True)
    return status


def test_every_page_has_a_row() -> None:
    assert {page.name for page in pages} - {"preferences"} == {row.name for row in ROWS}


def test_a_page_that_only_reads_takes_no_form() -> None:
    both = {row.name for row in ROWS if row.form is not None} | {"revoke-token"}
    paths = [row.path for row in ROWS if row.name not in both]
    root = browser(ROOT)
    assert len(paths) > 10
    assert {path: root.post(path).status_code for path in paths} == dict.fromkeys(paths, 405)
