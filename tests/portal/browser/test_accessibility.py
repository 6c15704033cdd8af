"""Pages for everybody: keyboard alone, screen reader, phone, both themes, both languages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from portal_visitors import ANN, BEN, OLGA, ROOT, administrator, ask, grant, person, profile
from user_manager.models import Absence, Access, CatalogueContributor, User

pytestmark = pytest.mark.django_db(transaction=True)

PATHS = [
    "/",
    "/history",
    "/ask",
    "/ask/web",
    "/requests",
    "/absence",
    "/accesses/held",
    "/accesses/held/remove",
    "/modules",
    "/modules/ml",
    "/modules/ml/add",
    "/modules/ml/settings",
    "/modules/ml/reviews",
    "/systems/new",
    "/administration/users",
    "/administration/users/new",
    f"/administration/user?id={ANN}",
    f"/administration/user/deactivation?id={ANN}",
    "/administration/systems",
    "/administration/tokens",
    "/administration/events",
]
PHONE = {"width": 390, "height": 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def full_world() -> None:
    """Something on every page, with names that are long and written from right to left."""
    administrator()
    ml = profile(
        "ml",
        owner=ROOT,
        title="A title that is longer than the screen of a phone is wide",
        review_days=30,
    )
    profile("web")
    person(ANN, "نور الهاشمي " + "x" * 200)
    held = grant(ANN, "ml", reason="word " * 80)
    Access.objects.filter(id=held.id).update(id="held", effect="waiting")
    Access.objects.filter(id="held").update(review_due=held.decided_at)
    ask(BEN, "ml", "OWNER", reason="unbroken" * 60)
    grant(ROOT, "web", "WRITE", days=30)
    ask(BEN, "web", days=7)
    CatalogueContributor.objects.create(module=ml, kind="Group", name="auditors", role="view")
    User.objects.filter(id=BEN).update(active=True)
    until = datetime.now(UTC) + timedelta(days=7)
    for absent, deputy in ((ROOT, ANN), (ANN, ROOT)):
        Absence.objects.create(person_id=absent, deputy_id=deputy, until=until)


def violations(page: Page, axe_script: str) -> list[Any]:
    page.evaluate(axe_script)
    options = {"runOnly": {"type": "tag", "values": RULES}}
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in result["violations"]
    ]


@pytest.mark.usefixtures("full_world")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_has_no_complaint_about_any_page(visit, axe_script, theme: Any, width: int) -> None:
    page = visit(
        ROOT, color_scheme=theme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    complaints = {}
    for path in PATHS:
        page.goto(path)
        if found := violations(page, axe_script):
            complaints[path] = found
    assert complaints == {}


@pytest.mark.usefixtures("full_world")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_page_scrolls_sideways_on_a_phone(visit, language: str) -> None:
    page = visit(ROOT, viewport=PHONE, locale=language)
    widths = {}
    for path in PATHS:
        page.goto(path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(PATHS, PHONE["width"])


def test_the_menu_of_a_phone_opens(visit) -> None:
    page = visit(ANN, viewport=PHONE)
    expect(page.get_by_role("link", name="Ask for access")).to_have_count(1)
    page.locator("summary").first.click()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Ask for access").click()
    expect(page.get_by_role("heading", name="Ask for access")).to_be_visible()


def press_until(page: Page, key: str, name: str) -> None:
    """Press a key until the focus is on something with a name."""
    for _ in range(60):
        page.keyboard.press(key)
        focused = page.evaluate(
            "(e => e.innerText || e.labels?.[0]?.innerText || e.ariaLabel)(document.activeElement)"
        )
        if name in (focused or ""):
            return
    pytest.fail(f"The keyboard does not reach {name!r}.")


def test_a_request_is_asked_and_approved_with_the_keyboard_alone(visit) -> None:
    profile()
    ann = visit(ANN)
    ann.keyboard.press("Tab")
    expect(ann.get_by_text("Skip to the content")).to_be_focused()
    ann.keyboard.press("Enter")
    press_until(ann, "Tab", "Ask for access")
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("heading", name="Ask for access")).to_be_visible()
    press_until(ann, "Tab", "ml")
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("heading", name="ml")).to_be_visible()
    press_until(ann, "Tab", "Read")
    ann.keyboard.press("ArrowDown")
    press_until(ann, "Tab", "Why you need it")
    ann.keyboard.type("Work")
    press_until(ann, "Tab", "30 days")
    ann.keyboard.press("ArrowRight")
    press_until(ann, "Tab", "Send the request")
    ann.keyboard.press("Enter")
    expect(ann.get_by_role("status")).to_contain_text("Your request is sent.")
    access = Access.objects.get()
    assert (access.types, access.reason) == (2, "Work")
    assert access.duration is not None
    assert access.duration.days == 90

    olga = visit(OLGA, "/requests")
    press_until(olga, "Tab", "Approve")
    press_until(olga, "Tab", "Add a comment")
    olga.keyboard.press("Enter")
    press_until(olga, "Tab", "Comment")
    olga.keyboard.type("Welcome")
    press_until(olga, "Tab", "Approve")
    olga.keyboard.press("Enter")
    expect(olga.locator(".decided")).to_be_focused()
    access.refresh_from_db()
    assert (access.state, access.comment) == ("APPROVED", "Welcome")


@pytest.mark.usefixtures("full_world")
def test_the_focus_is_visible_wherever_the_keyboard_goes(visit) -> None:
    page = visit(ROOT, "/ask/web")
    without = []
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(e => e === document.body || [e, e.closest('label')].some("
            "x => x && getComputedStyle(x).outlineStyle !== 'none'))(document.activeElement)"
        )
        if not shown:
            without.append(page.evaluate("document.activeElement.outerHTML"))
    assert without == []


def test_nothing_moves_for_those_who_want_no_motion(visit) -> None:
    profile()
    grant()
    page = visit(ANN, reduced_motion="reduce")
    icon = page.locator(".badge.busy .icon").first
    assert icon.evaluate("icon => getComputedStyle(icon).animationName") == "none"
