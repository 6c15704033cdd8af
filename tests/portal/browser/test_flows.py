"""What people do on the pages, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal_visitors import ANN, BEN, OLGA, ROOT, administrator, ask, grant, person, profile
from user_manager.models import Access, Module, Token, User

pytestmark = pytest.mark.django_db(transaction=True)


def test_asked_approved_and_in_effect_without_loading_the_page_again(visit) -> None:
    profile()
    ann = visit(ANN)
    ann.get_by_role("link", name="Ask for access").last.click()
    ann.get_by_role("link", name="ml").click()
    ann.get_by_role("radio", name="Write Create").check()
    ann.get_by_label("Why you need it").fill("Training <b>of</b> models")
    ann.get_by_label("90 days").check()
    ann.get_by_role("button", name="Send the request").click()
    expect(ann.get_by_role("status")).to_contain_text("Your request is sent.")

    olga = visit(OLGA, "/requests")
    expect(olga.get_by_text("Training <b>of</b> models")).to_be_visible()
    expect(olga.locator(".side .count")).to_have_text("1")
    olga.get_by_role("button", name="Approve", exact=True).click()
    expect(olga.locator(".decided")).to_contain_text(f"{ANN} has Write in ml.")
    expect(olga.locator(".decided")).to_be_focused()
    expect(olga.locator(".side .count")).to_be_hidden()

    ann.goto("/")
    expect(ann.get_by_text("Approved, being applied")).to_be_visible()
    ann.evaluate("window.untouched = true")
    Access.objects.update(effect="waiting")
    expect(ann.get_by_text("Being applied", exact=True)).to_be_visible()
    Access.objects.update(effect="in_effect")
    expect(ann.get_by_text("In effect")).to_be_visible()
    assert ann.evaluate("window.untouched")
    assert ann.locator("[hx-trigger^=every]").count() == 0


def test_a_date_field_appears_for_those_who_choose_a_date(visit) -> None:
    profile()
    page = visit(ANN, "/ask/ml")
    expect(page.get_by_label("Last day")).to_be_hidden()
    page.get_by_label("Until a date").check()
    page.get_by_label("Last day").fill("2020-01-01")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Choose a date in the future.")).to_be_visible()
    page.get_by_label("Last day").fill("2090-01-01")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_text("Waiting for a decision").last).to_be_visible()


def test_search_finds_while_one_types(visit) -> None:
    profile("ml")
    profile("web")
    page = visit(ANN, "/ask")
    page.get_by_role("searchbox").press_sequentially("we")
    expect(page.locator("#found .row")).to_have_count(1)
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/ask\?query=we$"))
    page.get_by_role("searchbox").fill("nothing like this")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_many_requests_are_decided_with_one_click(visit) -> None:
    profile()
    for user in (ANN, BEN):
        ask(user)
    page = visit(OLGA, "/requests")
    page.get_by_role("link", name="Select all").click()
    page.get_by_label("Comment for all").fill("The whole team")
    page.get_by_role("button", name="Approve selected").click()
    expect(page.get_by_role("status")).to_contain_text("2 requests are decided.")
    expect(page.get_by_text("Nobody waits for your decision.")).to_be_visible()
    assert set(Access.objects.values_list("state", "comment")) == {("APPROVED", "The whole team")}


def test_an_error_stays_beside_its_request(visit) -> None:
    profile()
    ask(days=7)
    page = visit(OLGA, "/requests")
    page.get_by_text("Add a comment or an earlier end").click()
    page.get_by_label("End earlier").fill("2090-01-01")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".request .errorlist")).to_contain_text("must not be later")
    expect(page.get_by_label("End earlier")).to_have_value("2090-01-01")


def test_an_owner_adds_and_removes_somebody(visit) -> None:
    profile()
    person(ANN, "Ann Lee")
    page = visit(OLGA, "/modules")
    page.get_by_role("link", name="ml").click()
    page.get_by_role("link", name="Add somebody").click()
    page.get_by_label("Id of the person").fill(ANN)
    page.get_by_role("button", name="Give access").click()
    expect(page.locator(".people .row")).to_contain_text("Ann Lee")
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("heading", name="Remove the access?")).to_be_visible()
    page.get_by_role("button", name="Remove the access").click()
    expect(page.get_by_role("status").first).to_contain_text("The access is removed.")
    assert Access.objects.get().state == "REVOKED"


def test_an_administrator_adds_a_user_a_system_and_a_token(visit) -> None:
    administrator()
    page = visit(ROOT, "/administration/users")
    page.get_by_role("link", name="Add a user").click()
    page.get_by_label("Id").fill(ANN)
    page.get_by_label("Name").fill("Ann Lee")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("Register systems").check()
    page.get_by_role("button", name="Save the roles").click()
    expect(page.get_by_role("status")).to_contain_text("The roles are saved.")
    page.get_by_role("link", name="Tokens").click()
    page.get_by_label("Name").fill("etl")
    page.get_by_label("Read events").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator(".secret")).to_contain_text("um_")
    page.get_by_role("link", name="Systems").click()
    page.get_by_role("link", name="Register a system").click()
    page.get_by_label("Id").fill("wiki")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", name="wiki")).to_be_visible()
    assert User.objects.filter(name="Ann Lee").exists()
    assert Token.objects.get().scopes == ["audit"]
    assert Module.objects.get().id == "wiki"


def test_everything_works_without_a_script(visit) -> None:
    profile()
    ann = visit(ANN, "/ask?query=ml", java_script_enabled=False)
    ann.get_by_role("link", name="ml").click()
    ann.get_by_role("button", name="Send the request").click()
    olga = visit(OLGA, "/requests", java_script_enabled=False)
    olga.get_by_role("button", name="Approve", exact=True).click()
    expect(olga.get_by_role("status")).to_contain_text("has access to ml")
    ann.goto("/")
    ann.get_by_role("link", name="ml").click()
    ann.get_by_role("link", name="Give up").click()
    ann.get_by_role("button", name="Give up the access").click()
    expect(ann.get_by_text("Being removed")).to_be_visible()


def test_language_and_theme_are_switched_in_the_page(visit) -> None:
    page: Page = visit(ANN, "/history")
    page.get_by_role("button", name="Dark theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", name="Мой доступ")).to_be_visible()
    page.get_by_role("button", name="Светлая тема").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    assert page.url.endswith("/history")


def test_a_page_polls_nothing_when_everything_is_settled(visit) -> None:
    profile()
    grant()
    Access.objects.update(effect="in_effect")
    page = visit(ANN)
    assert page.locator("[hx-get]").count() == 0
