"""Pages stay harmless whatever people write and whatever is sent."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal_visitors import (
    ANN,
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
from user_manager.models import CatalogueConflict, CatalogueContributor, ClusterState, User
from user_manager.services.tokens import create_token
from user_manager.web.form_bodies import LARGEST_FORM

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\u202e&\"'"
PATHS = [
    "/",
    "/history",
    "/ask",
    "/ask/ml",
    "/requests",
    "/accesses/asked",
    "/accesses/asked/remove",
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
    f"/administration/user/administrator?id={ANN}",
    "/administration/systems",
    "/administration/tokens",
    "/administration/events",
    "/missing",
]


@pytest.fixture
def hostile_world() -> None:
    ml = profile(title=HOSTILE, description=HOSTILE, review_days=30)
    administrator()
    person(ANN)
    grant(STRANGER)
    User.objects.update(name=HOSTILE)
    access = ask(ANN, reason=HOSTILE)
    asked = type(access).objects.filter(id=access.id)
    asked.update(id="asked", comment=HOSTILE, effect_detail=HOSTILE)
    CatalogueContributor.objects.create(
        module=ml, kind="User", name=ROOT, role=HOSTILE[:16], source=HOSTILE
    )
    CatalogueConflict.objects.create(name=HOSTILE)
    ClusterState.objects.update_or_create(id=1, defaults={"problem": HOSTILE})


@pytest.mark.usefixtures("hostile_world")
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_page_runs_or_shows_as_markup_what_people_wrote(language: str) -> None:
    root = browser(ROOT, **{"accept-language": language})
    texts = []
    for path in PATHS:
        page = root.get(path).content.decode()
        assert "<script>" not in page, path
        assert not re.search(r"<script(?! src=)", page), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), path
        texts.append(page)
    assert sum("&lt;script&gt;" in text for text in texts) > 10


@pytest.mark.usefixtures("hostile_world")
def test_names_do_not_reorder_the_text_around_them() -> None:
    root = browser(ROOT)
    for path in PATHS:
        page = root.get(path).content.decode()
        isolated = r"<bdi.*?</bdi>|<textarea.*?</textarea>|<title>.*?</title>"
        outside = re.sub(r"<[^>]*>", "", re.sub(isolated, "", page, flags=re.DOTALL))
        assert "\u202e" not in outside, path


def test_a_page_loads_and_runs_only_what_the_service_serves() -> None:
    answer = browser(ANN).get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/accesses/asked/effect?shown=unknown"])
def test_no_cache_keeps_what_somebody_may_see(path: str) -> None:
    profile()
    type(access := ask(ANN)).objects.filter(id=access.id).update(id="asked")
    assert browser(ANN).get(path)["Cache-Control"] == "private, no-store"


def test_errors_have_the_policy_too() -> None:
    assert "Content-Security-Policy" in browser(ANN).get("/missing")
    assert "Content-Security-Policy" in Client().get("/")


def test_htmx_neither_evaluates_nor_adds_styles() -> None:
    page = browser(ANN).get("/").content.decode()
    assert '"allowEval":false' in page
    assert '"includeIndicatorStyles":false' in page


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=y",
        "///evil.example",
        "evil",
        "x" * 3000,
    ],
)
def test_no_redirect_leaves_the_service(target: str) -> None:
    answer = Client().post("/preferences", {"next": target, "theme": "dark"})
    assert answer.status_code == 302
    location = answer["Location"]
    assert location == "/" or (location.startswith("/") and location[1] not in "/\\")


def test_a_large_form_is_refused_before_it_is_read() -> None:
    answer = Client().post("/preferences", {"theme": "x" * LARGEST_FORM})
    assert answer.status_code == 413
    assert "Content-Security-Policy" in answer


def test_a_form_that_is_sent_later_is_not_waited_for() -> None:
    answer = Client().post("/preferences", {"theme": "dark"}, headers={"expect": "100-continue"})
    assert answer.status_code == 413


def test_a_file_is_not_read() -> None:
    file = SimpleUploadedFile("upload.txt", b"content")
    answer = Client().post("/preferences", {"theme": "dark", "file": file, "language": "ru"})
    assert answer.cookies["theme"].value == "dark"
    assert not answer.wsgi_request.FILES
    assert "language" not in answer.wsgi_request.POST  # nothing is read after a file


def test_language_and_theme_are_kept() -> None:
    client = browser(ANN)
    form = {"language": "ru", "theme": "dark", "next": "/ask?query=a"}
    assert client.post("/preferences", form)["Location"] == "/ask?query=a"
    page = client.get("/").content.decode()
    assert '<html lang="ru" data-theme="dark">' in page
    assert "Мой доступ" in page


def test_an_unknown_language_or_theme_changes_nothing() -> None:
    client = browser(ANN)
    client.post("/preferences", {"language": "xx", "theme": "<b>"})
    client.cookies["theme"] = "<script>"
    assert '<html lang="en" data-theme="system">' in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/ask/ml", "/requests/decisions", "/preferences"])
def test_a_form_of_another_site_is_refused(path: str) -> None:
    profile()
    client = Client(enforce_csrf_checks=True, headers={"kubeflow-userid": ANN})
    answer = client.post(path, {"id": "a", "level": "READ", "period": "P7D", "verdict": "approve"})
    assert answer.status_code == 403
    assert "Open the page again" in answer.content.decode()


def test_a_form_from_an_address_that_is_not_the_public_url_says_which_setting_to_look_at() -> None:
    headers = {"kubeflow-userid": ANN, "origin": "https://portal.example.com"}
    client = Client(enforce_csrf_checks=True, headers=headers)
    answer = client.post("/requests/decisions", {})
    assert answer.status_code == 403
    assert "https://portal.example.com" in answer.content.decode()
    assert "USER_MANAGER_PUBLIC_URL" in answer.content.decode()


def test_a_form_with_the_token_of_the_page_is_taken() -> None:
    profile()
    client = Client(enforce_csrf_checks=True, headers={"kubeflow-userid": ANN})
    page = client.get("/ask/ml").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"id": "a", "level": "READ", "period": "P7D", "csrfmiddlewaretoken": token[1]}
    assert client.post("/ask/ml", form).status_code == 302


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ask?query=%00", 200),
        ("/ask?query=" + "x" * 5000, 200),
        ("/ask?query=%ff%fe", 200),
        ("/ask?after=x", 422),
        ("/ask?after=WyJpZCIsICJhXHUwMDAwIl0", 422),
        ("/requests?after=WyJuZXdlc3QiLCAxLCAyXQ", 422),
        ("/modules/ml?after=%00", 422),
        ("/modules/ml/reviews?after=%00", 422),
        ("/administration/events?query=%00", 200),
        ("/administration/events?after=WyJsYXRlc3QiLCAxZTQwMF0", 422),
        ("/administration/user?id=%00", 404),
        ("/administration/user?id=%ed%a0%80", 404),
        ("/administration/user", 404),
        ("/accesses/%00", 404),
        ("/accesses/..", 404),
        ("/accesses/a%2Fb", 404),
        ("/modules/UPPER", 404),
        ("/ask/", 404),
        ("/accesses/a/effect?since=999999999999999999999", 404),
    ],
)
def test_a_hostile_address_is_answered_without_a_fault(path: str, status: int) -> None:
    administrator()
    profile()
    assert browser(ROOT).get(path).status_code == status


@pytest.mark.parametrize("since", ["", "x", "-1", "99999999999", "٣", "1e5"])
def test_a_wrong_time_of_a_page_is_long_ago(since: str) -> None:
    profile()
    access = grant()
    path = f"/accesses/{access.id}/effect"
    answer = browser(ANN).get(path, {"shown": "unknown", "since": since})
    assert answer.status_code == 286


def test_a_service_account_without_a_person_has_no_pages() -> None:
    administrator()
    token = create_token(call_of(ROOT), "etl", [Scope.READ])
    assert Client(headers={"authorization": f"Bearer {token}"}).get("/").status_code == 403


def test_a_deactivated_person_gets_a_page_that_says_so() -> None:
    person(OLGA)
    User.objects.update(active=False)
    answer = browser(OLGA).get("/")
    assert answer.status_code == 403
    assert "deactivated" in answer.content.decode()
