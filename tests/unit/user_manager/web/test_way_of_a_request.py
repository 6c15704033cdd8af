"""The way of a request through the pages."""

import pytest

from portal_visitors import ANN, OLGA, browser, profile
from user_manager.models import Access

pytestmark = pytest.mark.django_db


def test_somebody_asks_the_owner_approves_and_the_page_shows_the_access() -> None:
    profile()
    ann, olga = browser(ANN), browser(OLGA)
    form = {"id": "a-1", "level": "WRITE", "reason": "training", "period": "P30D"}
    answer = ann.post("/ask/ml", form, follow=True)
    assert "Waiting for a decision" in answer.content.decode()
    assert "training" in olga.get("/requests").content.decode()
    answer = olga.post("/requests/a-1/decision", {"verdict": "approve"}, follow=True)
    assert answer.redirect_chain == [("/requests", 302)]
    assert Access.objects.get(id="a-1").state == "APPROVED"
    assert "being applied" in ann.get("/").content.decode()


def test_a_form_that_is_sent_twice_is_one_request() -> None:
    profile()
    form = {"id": "a-1", "level": "READ", "reason": "", "period": "longest"}
    answers = [browser(ANN).post("/ask/ml", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Access.objects.count() == 1
