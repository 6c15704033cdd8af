"""Pages for faults: no secret on them, and no query while the database is away."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from portal_visitors import ANN, browser
from user_manager.web import own_access

pytestmark = pytest.mark.django_db


def fails_with(error: Exception):
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_said_on_a_page(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    browser(ANN).get("/")
    error = kind("password=secret")
    monkeypatch.setattr(own_access, "open_accesses", fails_with(error))
    answer = browser(ANN).get("/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    page = answer.content.decode()
    assert "not available at the moment" in page
    assert "secret" not in page


def test_a_fault_of_the_program_is_said_without_its_details(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_access, "open_accesses", fails_with(ValueError("secret")))
    client = Client(raise_request_exception=False, headers={"kubeflow-userid": ANN})
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_an_unknown_page_leads_back() -> None:
    answer = Client().get("/missing")
    assert answer.status_code == 404
    assert 'href="/"' in answer.content.decode()


def test_htmx_gets_a_message_and_not_a_page() -> None:
    htmx = browser(ANN, **{"hx-request": "true"})
    answer = htmx.post("/requests/missing/decision", {"verdict": "approve"})
    assert answer.status_code == 404
    assert answer.content.decode().startswith('<div class="message error" role="alert">')
