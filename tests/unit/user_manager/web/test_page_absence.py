"""The page of an absence, and what a deputy sees on other pages."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_visitors import (
    ANN,
    BEN,
    OLGA,
    ROOT,
    administrator,
    ask,
    browser,
    person,
    profile,
)
from user_manager.models import Absence, Access

pytestmark = pytest.mark.django_db


def day(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


@pytest.fixture(autouse=True)
def world() -> None:
    profile()
    administrator()
    person(OLGA, "Olga <b>")
    person(BEN, "Ben")


def name_ben(by: str = OLGA, query: str = "") -> str:
    form = {"deputy": BEN, "date": day(7)}
    return browser(by).post(f"/absence{query}", form, follow=True).content.decode()


def test_an_owner_names_a_deputy_and_removes_the_right_again() -> None:
    text = name_ben()
    assert "The deputy is named." in text
    assert "<bdi>Ben</bdi> (<bdi>ben@example.com</bdi>) is the deputy" in text
    absence = Absence.objects.get()
    assert (absence.person_id, absence.deputy_id) == (OLGA, BEN)
    assert (absence.until.date().isoformat(), absence.until.hour) == (day(7), 23)
    text = browser(OLGA).post("/absence/end", follow=True).content.decode()
    assert "The deputy is removed." in text
    assert not Absence.objects.exists()
    assert "is the deputy" not in text


def test_an_administrator_does_so_for_somebody_else() -> None:
    assert "/absence?id=olga%40example.com" in page_of(ROOT, f"/administration/user?id={OLGA}")
    text = name_ben(ROOT, f"?id={OLGA}")
    assert "Somebody decides requests for <bdi>Olga &lt;b&gt;</bdi>" in text
    assert "is the deputy" in text
    answer = browser(ROOT).post(f"/absence/end?id={OLGA}")
    assert answer["Location"] == "/absence?id=olga%40example.com"
    assert not Absence.objects.exists()


def page_of(visitor: str, path: str) -> str:
    return browser(visitor).get(path).content.decode()


@pytest.mark.parametrize(
    ("form", "status", "text"),
    [
        ({}, 422, "This field is required"),
        ({"deputy": "unknown@example.com"}, 422, "Nobody with this id has signed in"),
        ({"deputy": OLGA}, 422, "must be somebody else"),
        ({"deputy": "a\0b"}, 422, "Null characters are not allowed"),
        ({"deputy": BEN, "date": ""}, 422, "This field is required"),
        ({"deputy": BEN, "date": "2020-01-01"}, 422, "is in the past"),
        ({"deputy": BEN, "date": day(91)}, 422, "must be at most 90 days from now"),
        ({"deputy": ANN}, 409, "is deactivated"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_said_beside_the_field(form, status, text) -> None:
    deactivated = person(ANN)
    deactivated.active = False
    deactivated.save()
    answer = browser(OLGA).post("/absence", {"date": day(7)} | form)
    assert (answer.status_code, text in answer.content.decode()) == (status, True)
    assert not Absence.objects.exists()


def test_a_deputy_is_told_for_whom_and_decides() -> None:
    asked = ask(ANN, reason="training")
    name_ben()
    for path in ("/requests", "/absence"):
        assert "<bdi>Olga &lt;b&gt;</bdi>" in page_of(BEN, path) or "Olga &lt;b&gt;" in page_of(
            BEN, path
        )
    text = page_of(BEN, "/requests")
    assert "You also decide for" in text
    assert "training" in text
    assert f"/requests?only={asked.id}" in page_of(BEN, f"/accesses/{asked.id}")
    answer = browser(BEN).post(f"/requests/{asked.id}/decision", {"verdict": "approve"})
    assert answer.status_code == 302
    decided = Access.objects.get()
    assert (decided.state, decided.decided_by, decided.acting_for) == ("APPROVED", BEN, OLGA)
    text = page_of(BEN, f"/accesses/{asked.id}")
    assert "<bdi>ben@example.com</bdi> for <bdi>olga@example.com</bdi>" in text
    assert f"/accesses/{asked.id}/remove" not in text


def test_what_a_deputy_listed_and_may_not_decide_any_more_is_refused() -> None:
    ids = [ask(who).id for who in (ANN, "eve@example.com")]
    name_ben()
    assert page_of(BEN, "/requests").count('name="id"') == len(ids)
    browser(OLGA).post("/absence/end")
    assert browser(BEN).post(
        f"/requests/{ids[0]}/decision", {"verdict": "approve"}
    ).status_code == (404)
    form = {"id": ids, "verdict": "approve"}
    text = browser(BEN).post("/requests/decisions", form, follow=True).content.decode()
    assert "0 requests are decided." in text
    assert set(Access.objects.values_list("state", flat=True)) == {"PENDING"}


def test_only_who_owns_something_is_shown_the_way_to_the_page() -> None:
    assert 'href="/absence"' in page_of(OLGA, "/requests")
    assert 'href="/absence"' not in page_of(ANN, "/requests")
    assert "You also decide for" not in page_of(OLGA, "/requests")
