"""The page of reviews: who still needs access to a module."""

from datetime import UTC, datetime, timedelta

import pytest

from portal_visitors import ANN, BEN, OLGA, ROOT, administrator, browser, grant, profile
from user_manager.models import Access, Event, Module

pytestmark = pytest.mark.django_db
PATH = "/modules/ml/reviews"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def ml() -> Module:
    return profile("ml", review_days=30)


def due(access: Access, days: int) -> None:
    """Set by when a review is due, in days from now."""
    Access.objects.filter(id=access.id).update(review_due=datetime.now(UTC) + days * DAY)


def page(visitor: str = OLGA, path: str = PATH) -> str:
    return str(browser(visitor).get(path).content.decode())


def test_each_access_says_by_when_it_has_to_be_reviewed() -> None:
    due(grant(ANN), -3)
    assert "review overdue since" in page()
    due(grant(BEN), 3)
    assert page().count("review overdue since") == 1
    assert page().index(ANN) < page().index(BEN)
    for path in ("/modules/ml", f"/accesses/{Access.objects.get(user=ANN).id}"):
        assert "review overdue since" in page(path=path)


def test_one_click_says_that_an_access_is_still_needed() -> None:
    access = grant(ANN)
    due(access, -3)
    form = {"id": access.id}
    answer = browser(OLGA).post(PATH, form, follow=True).content.decode()
    assert "1 access is reviewed." in answer
    assert "review overdue since" not in answer
    access.refresh_from_db()
    assert access.reviewed_at is not None
    assert Event.objects.filter(kind="reviewed", actor=OLGA, access=access.id).count() == 1
    assert "Reviewed: still needed" in page(path=f"/accesses/{access.id}")


def test_many_are_reviewed_at_once_each_on_its_own() -> None:
    own = grant(ROOT)
    administrator()
    ids = [grant(user).id for user in (ANN, BEN)]
    form = {"id": [*ids, ids[0], own.id, "missing", "a\0b"]}
    answer = browser(ROOT).post(PATH, form, follow=True).content.decode()
    assert "2 accesses are reviewed." in answer
    assert "Nobody can review their own access." in answer
    assert "missing" in answer
    assert Access.objects.filter(reviewed_at__isnull=False).count() == 2


def test_without_a_selection_nothing_is_reviewed() -> None:
    grant(ANN)
    assert "Select at least one person." in str(
        browser(OLGA).post(PATH, {}, follow=True).content.decode()
    )
    assert " checked" not in page()
    assert " checked" in page(path=f"{PATH}?select=all")


def test_ones_own_access_has_no_button() -> None:
    grant(ROOT)
    administrator()
    shown = page(ROOT)
    assert "Somebody else reviews your own access." in shown
    assert "Still needed" not in shown


def test_the_pages_of_modules_count_what_is_overdue() -> None:
    due(grant(ANN), -3)
    due(grant(BEN), 3)
    assert "1 review overdue" in page(path="/modules")
    assert "1 review is overdue." in page(path="/modules/ml")


def test_without_review_days_the_pages_are_as_before() -> None:
    Module.objects.update(review_days=None)
    access = grant(ANN)
    for path in ("/modules", "/modules/ml", f"/accesses/{access.id}"):
        assert "review" not in page(path=path).lower()
    assert "Accesses are not reviewed here." in page()


def test_a_list_of_reviews_has_parts() -> None:
    for number in range(30):
        grant(f"user-{number:02}@example.com")
    rows = browser(OLGA).get(PATH).context["rows"]
    following = browser(OLGA).get(PATH, {"after": rows.next}).context["rows"]
    assert (len(rows.items), len(following.items), following.next) == (25, 5, None)
    assert browser(OLGA).get(PATH, {"after": "x"}).status_code == 422


def test_settings_say_how_often_accesses_are_reviewed() -> None:
    access = grant(ANN)
    path = "/modules/ml/settings"
    assert 'value="30"' in page(path=path)
    for wrong in ("0", "3651", "x"):
        assert browser(OLGA).post(path, {"review_days": wrong}).status_code == 422
    browser(OLGA).post(path, {"requestable": "on", "review_days": "90"})
    access.refresh_from_db()
    assert access.decided_at is not None
    assert access.review_due == access.decided_at + 90 * DAY
    browser(OLGA).post(path, {"requestable": "on", "review_days": ""})
    assert Module.objects.get().review_days is None
