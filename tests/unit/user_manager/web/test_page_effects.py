"""Being applied becomes in effect by itself, and then nobody asks any more."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from portal_visitors import ANN, OLGA, browser, grant, profile
from user_manager.models import Access

pytestmark = pytest.mark.django_db


@pytest.fixture
def access() -> Access:
    profile()
    return grant()


def polled(page: str) -> str | None:
    """The address that a badge asks for the next state; None if it asks no more."""
    match = re.search(r'hx-get="([^"]+)"', page)
    return None if match is None else match[1].replace("&amp;", "&")


def test_a_badge_asks_until_the_cluster_has_answered(access: Access) -> None:
    ann = browser(ANN)
    address = polled(ann.get("/").content.decode())
    assert address is not None
    assert ann.get(address).status_code == 204
    Access.objects.update(effect="waiting")
    answer = ann.get(address)
    assert (answer.status_code, "Being applied" in answer.content.decode()) == (200, True)
    address = polled(answer.content.decode())
    assert address is not None
    Access.objects.update(effect="in_effect")
    answer = ann.get(address)
    assert (answer.status_code, polled(answer.content.decode())) == (286, None)
    assert "In effect" in answer.content.decode()
    assert polled(ann.get("/").content.decode()) is None


def test_a_page_that_is_open_for_long_asks_no_more(access: Access) -> None:
    begun = int((datetime.now(UTC) - timedelta(minutes=11)).timestamp())
    path = f"/accesses/{access.id}/effect"
    answer = browser(ANN).get(path, {"shown": "unknown", "since": begun})
    assert (answer.status_code, polled(answer.content.decode())) == (286, None)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"effect": "in_effect"}, "In effect"),
        ({"effect": "waiting", "effect_detail": "the queue"}, "the queue"),
        ({"effect": "refused", "effect_detail": "ml is not open"}, "ml is not open"),
        ({"effect": "none"}, "Approved"),
    ],
    ids=str,
)
def test_the_page_says_what_the_cluster_made_of_an_access(
    access: Access, values: dict[str, str], text: str
) -> None:
    Access.objects.update(**values)
    assert text in browser(ANN).get("/").content.decode()
    assert text in browser(ANN).get(f"/accesses/{access.id}").content.decode()


def test_an_access_is_over_at_its_second_without_a_sweep(access: Access) -> None:
    Access.objects.update(until=datetime.now(UTC) - timedelta(seconds=1), effect="in_effect")
    assert f"/accesses/{access.id}" not in browser(ANN).get("/").content.decode()
    assert "Being removed" in browser(ANN).get("/history").content.decode()
    assert ANN not in browser(OLGA).get("/modules/ml").content.decode()


def test_the_page_of_an_access_says_that_it_is_over_without_a_sweep(access: Access) -> None:
    end = datetime(2026, 3, 5, 12, tzinfo=UTC)
    Access.objects.update(until=end, effect="waiting", effect_detail="the queue")
    page = browser(ANN).get(f"/accesses/{access.id}").content.decode()
    assert re.search(r"<dt>Ended</dt><dd>\s*<time datetime=\"2026-03-05T12:00:00Z\"", page)
    for text in (page, browser(ANN).get("/history").content.decode()):
        assert "the queue" not in text
