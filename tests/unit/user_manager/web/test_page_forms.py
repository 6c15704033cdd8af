"""Forms: what they do, and what is wrong beside the field."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal_visitors import (
    ANN,
    BEN,
    OLGA,
    ROOT,
    administrator,
    ask,
    browser,
    grant,
    person,
    profile,
)
from user_manager.domain.vocabulary import Role
from user_manager.models import (
    Access,
    Administrator,
    CatalogueContributor,
    Event,
    Module,
    Token,
    User,
    UserRole,
)

pytestmark = pytest.mark.django_db

FORM = {"id": "a-1", "level": "READ", "reason": "", "period": "P7D"}


def later(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


# asking


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"level": "ADMIN"}, "Select a valid choice"),
        ({"level": ""}, "This field is required"),
        ({"period": "P8D"}, "Select a valid choice"),
        ({"period": "date"}, "Choose a date."),
        ({"period": "date", "date": "31.12.2030"}, "Enter a valid date"),
        ({"period": "date", "date": "2020-01-01"}, "Choose a date in the future."),
        ({"reason": "x" * 2001}, "Write at most 2000 characters"),
        ({"reason": "a\0b"}, "without control characters"),
        ({"reason": "a\x01b"}, "without control characters"),
        ({"id": "../x"}, "Enter a valid value"),
    ],
    ids=str,
)
def test_what_does_not_fit_in_a_request_is_said_beside_the_field(
    changes: dict[str, str], text: str
) -> None:
    profile()
    answer = browser(ANN).post("/ask/ml", FORM | changes)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Access.objects.exists()


def test_a_date_means_the_end_of_that_day() -> None:
    profile()
    browser(ANN).post("/ask/ml", FORM | {"period": "date", "date": "2031-05-06"})
    until = datetime(2031, 5, 6, 23, 59, 59, tzinfo=UTC)
    assert Access.objects.get().asked_until == until


def test_the_longest_time_of_a_module_limits_the_choices() -> None:
    profile(max_duration=timedelta(days=45))
    page = browser(ANN).get("/ask/ml").content.decode()
    assert "30 days" in page
    assert "45 days" in page
    assert "90 days" not in page
    assert "No end" not in page
    answer = browser(ANN).post("/ask/ml", FORM | {"period": "date", "date": later(60)})
    assert "Choose an earlier date: at most 45 days" in answer.content.decode()
    browser(ANN).post("/ask/ml", FORM | {"period": "longest"})
    assert Access.objects.get().asked_until is None


def test_a_module_can_demand_a_reason() -> None:
    profile(reason_required=True)
    answer = browser(ANN).post("/ask/ml", FORM)
    assert (answer.status_code, Access.objects.count()) == (422, 0)
    assert browser(ANN).post("/ask/ml", FORM | {"reason": "audit"}).status_code == 302


def test_a_second_request_is_refused_and_the_first_is_linked() -> None:
    profile()
    access = ask()
    answer = browser(ANN).post("/ask/ml", FORM)
    assert answer.status_code == 409
    assert f"/accesses/{access.id}" in answer.content.decode()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"requestable": False}, "accept no requests"),
        ({"in_catalogue": False}, "not open for requests"),
        ({"is_open": False}, "not open for requests"),
        ({"owner_name": ANN}, "You own this profile"),
    ],
    ids=str,
)
def test_a_closed_module_says_why(values: dict[str, object], text: str) -> None:
    module = profile()
    Module.objects.filter(id=module.id).update(**values)
    assert text in browser(ANN).get("/ask").content.decode()
    page = browser(ANN).get("/ask/ml").content.decode()
    assert text in page
    assert 'name="level"' not in page


def test_who_has_a_role_by_the_cluster_is_told_that_nothing_can_be_asked() -> None:
    module = profile()
    CatalogueContributor.objects.create(module=module, kind="User", name=ANN, role="view")
    page = browser(ANN).get("/ask/ml").content.decode()
    assert "gives you Read here" in page
    assert 'name="level"' not in page
    assert 'name="level"' in browser(BEN).get("/ask/ml").content.decode()


def test_search_finds_a_module_by_a_part_of_its_title() -> None:
    profile("ml", title="Машинное обучение")
    profile("web")
    page = browser(ANN).get("/ask?query=ОБУЧ").content.decode()
    assert "/ask/ml" in page
    assert "/ask/web" not in page
    part = browser(ANN, **{"hx-request": "true", "hx-target": "found"}).get("/ask?query=none")
    assert "<html" not in part.content.decode()
    assert "Nothing fits" in part.content.decode()


# deciding


def test_one_click_approves() -> None:
    profile()
    access = ask()
    browser(OLGA).post(f"/requests/{access.id}/decision", {"verdict": "approve"})
    access.refresh_from_db()
    assert (access.state, access.decided_by) == ("APPROVED", OLGA)


def test_htmx_gets_the_decided_row_and_the_new_number_of_requests() -> None:
    profile()
    access = ask()
    htmx = browser(OLGA, **{"hx-request": "true"})
    answer = htmx.post(
        f"/requests/{access.id}/decision", {"verdict": "refuse", "comment": "no"}
    ).content.decode()
    assert "is refused" in answer
    assert "<html" not in answer
    assert 'hx-swap-oob="innerHTML:.count-to-decide"' in answer
    access.refresh_from_db()
    assert (access.state, access.comment) == ("DENIED", "no")


def test_a_decider_may_choose_an_earlier_end_and_no_later_one() -> None:
    profile()
    access = ask(days=30)
    path = f"/requests/{access.id}/decision"
    answer = browser(OLGA).post(path, {"verdict": "approve", "date": later(40)})
    assert answer.status_code == 422
    assert "must not be later than what was asked" in answer.content.decode()
    browser(OLGA).post(path, {"verdict": "approve", "date": later(10)})
    access.refresh_from_db()
    assert access.until is not None
    assert access.until.date().isoformat() == later(10)


def test_who_comes_second_learns_that_somebody_else_has_decided() -> None:
    profile()
    administrator()
    access = ask()
    browser(ROOT).post(f"/requests/{access.id}/decision", {"verdict": "refuse"})
    answer = browser(OLGA).post(f"/requests/{access.id}/decision", {"verdict": "approve"})
    assert answer.status_code == 409
    assert "The request is \u2068DENIED\u2069 already." in answer.content.decode()


def test_many_requests_are_decided_at_once_each_on_its_own() -> None:
    profile()
    ids = [ask(user).id for user in (ANN, BEN)]
    form = {"id": [*ids, ids[0], "missing", "a\0b"], "verdict": "approve", "comment": "team"}
    answer = browser(OLGA).post("/requests/decisions", form, follow=True).content.decode()
    assert "2 requests are decided." in answer
    assert "missing" in answer
    assert set(Access.objects.values_list("state", "comment")) == {("APPROVED", "team")}


def test_a_page_can_select_all_requests_without_a_script() -> None:
    profile()
    ask()
    assert " checked" not in browser(OLGA).get("/requests").content.decode()
    assert " checked" in browser(OLGA).get("/requests?select=all").content.decode()


def test_without_a_selection_nothing_is_decided() -> None:
    answer = browser(OLGA).post("/requests/decisions", {"verdict": "approve"}, follow=True)
    assert "Select at least one request." in answer.content.decode()


def test_a_decider_sees_what_the_person_has_where_they_may_see_it() -> None:
    profile("ml")
    profile("web")
    profile("secret", owner="other@example.com")
    grant(ANN, "web", "WRITE")
    ask(ANN, "ml", reason="more")
    page = browser(OLGA).get("/requests").content.decode()
    assert "<bdi>web</bdi>: Write" in page
    assert "secret" not in page


# taking away


def test_taking_access_away_asks_first() -> None:
    profile()
    access = grant(reason="x")
    path = f"/accesses/{access.id}/remove"
    assert "Remove the access?" in browser(OLGA).get(path).content.decode()
    access.refresh_from_db()
    assert access.state == "APPROVED"
    browser(OLGA).post(path, {"comment": "left the team"})
    access.refresh_from_db()
    assert (access.state, access.comment) == ("REVOKED", "left the team")


def test_who_gives_access_up_is_asked_as_such() -> None:
    profile()
    page = browser(ANN).get(f"/accesses/{grant().id}/remove").content.decode()
    assert "Give up the access?" in page
    assert "You lose Read in <bdi>ml</bdi>." in page


def test_a_request_can_be_withdrawn() -> None:
    profile()
    access = ask()
    page = browser(ANN).get(f"/accesses/{access.id}/remove").content.decode()
    assert "Withdraw the request?" in page
    browser(ANN).post(f"/accesses/{access.id}/remove", {"comment": ""})
    access.refresh_from_db()
    assert access.state == "WITHDRAWN"


def test_the_last_owner_of_a_system_cannot_go() -> None:
    administrator()
    person(ANN)
    UserRole.objects.create(user_id=ANN, role=2)
    browser(ANN).post("/systems/new", {"id": "wiki", "requestable": "on"})
    access = Access.objects.get(module="wiki")
    answer = browser(ANN).post(f"/accesses/{access.id}/remove", {"comment": ""})
    assert answer.status_code == 409
    assert "is the last OWNER of \u2068wiki\u2069" in answer.content.decode()


def test_what_has_ended_has_no_button() -> None:
    profile()
    access = grant()
    browser(ANN).post(f"/accesses/{access.id}/remove", {"comment": ""})
    assert "/remove" not in browser(ANN).get(f"/accesses/{access.id}").content.decode()
    answer = browser(ANN).get(f"/accesses/{access.id}/remove").content.decode()
    assert "cannot be removed" in answer


# modules


def test_an_owner_adds_somebody_at_once() -> None:
    profile()
    person(ANN)
    form = {"user": ANN, "level": "WRITE", "period": "P30D", "reason": ""}
    browser(OLGA).post("/modules/ml/add", form)
    access = Access.objects.get()
    assert (access.state, access.requested_by, access.decided_by) == ("APPROVED", OLGA, OLGA)


def test_somebody_unknown_cannot_be_added() -> None:
    profile()
    form = {"user": "who@example.com", "level": "READ", "period": "P30D"}
    answer = browser(OLGA).post("/modules/ml/add", form)
    assert answer.status_code == 422
    assert "Nobody with this id" in answer.content.decode()


def test_an_owner_finds_a_person_by_name() -> None:
    profile()
    person(ANN, "Ann Lee")
    grant(ANN)
    grant(BEN)
    page = browser(OLGA).get("/modules/ml?query=LEE").content.decode()
    assert ANN in page
    assert BEN not in page


def test_a_group_of_the_cluster_is_named_in_the_language_of_the_reader() -> None:
    module = profile()
    CatalogueContributor.objects.create(module=module, kind="Group", name="team", role="view")
    page = browser(OLGA, **{"accept-language": "ru"}).get("/modules/ml").content.decode()
    assert '<span class="id">Группа</span>' in page


def test_settings_of_a_module_are_changed() -> None:
    profile(reason_required=True)
    path = "/modules/ml/settings"
    bad = browser(OLGA).post(path, {"max_duration": "a week"})
    assert "Write a number of days" in bad.content.decode()
    form = {"title": "ML", "description": "", "max_duration": "30", "requestable": "on"}
    browser(OLGA).post(path, form)
    module = Module.objects.get()
    assert (module.title, module.max_duration) == ("ML", timedelta(days=30))
    assert (module.reason_required, module.requestable) == (False, True)
    assert 'value="30"' in browser(OLGA).get(path).content.decode()
    browser(OLGA).post(path, form | {"max_duration": "PT8H"})
    assert 'value="PT8H"' in browser(OLGA).get(path).content.decode()


def test_a_title_that_rest_refuses_is_refused_beside_the_field() -> None:
    profile(title="Kept")
    answer = browser(OLGA).post("/modules/ml/settings", {"title": "a\u202eb"})
    assert (answer.status_code, Module.objects.get().title) == (422, "Kept")
    assert "printable characters" in answer.content.decode()


def test_a_wrong_id_of_a_system_says_what_may_be_in_it() -> None:
    administrator()
    answer = browser(ROOT).post("/systems/new", {"id": "Data Warehouse"})
    assert answer.status_code == 422
    assert "Use a to z, 0 to 9 and -." in answer.content.decode()


def test_a_known_id_cannot_be_registered_again() -> None:
    administrator()
    profile(title="Kept")
    answer = browser(ROOT).post("/systems/new", {"id": "ml", "title": "Other"})
    assert answer.status_code == 409
    assert Module.objects.get().title == "Kept"


# administration


def test_an_administrator_manages_a_user() -> None:
    administrator()
    root = browser(ROOT)
    root.post("/administration/users/new", {"id": ANN, "name": "Ann"})
    root.post(f"/administration/user/name?id={ANN}", {"name": "Ann Lee"})
    root.post(f"/administration/user/roles?id={ANN}", {"roles": ["EDIT_TASK", "MANAGE_DATA"]})
    root.post(f"/administration/user/roles?id={ANN}", {"roles": ["MANAGE_DATA"]})
    assert User.objects.get(id=ANN).name == "Ann Lee"
    assert list(UserRole.objects.values_list("role", flat=True)) == [1]
    root.post(f"/administration/user/deactivation?id={ANN}", {})
    assert browser(ANN).get("/").status_code == 403
    root.post(f"/administration/user/activation?id={ANN}", {})
    assert browser(ANN).get("/").status_code == 200
    kinds = set(Event.objects.filter(user=ANN).values_list("kind", flat=True))
    assert {"user_deactivated", "user_activated", "role_removed"} <= kinds


@pytest.mark.parametrize("form", [{"id": "system:x", "name": "X"}, {"id": ANN, "name": "a\u200b"}])
def test_what_does_not_fit_in_a_user_is_said_beside_the_field(form: dict[str, str]) -> None:
    administrator()
    answer = browser(ROOT).post("/administration/users/new", form)
    assert answer.status_code == 422
    assert 'class="errorlist"' in answer.content.decode()


def test_roles_are_saved_together_or_not_at_all() -> None:
    administrator()
    user = person(ANN)
    UserRole.objects.create(user=user, role=Role.EDIT_TASK)
    User.objects.filter(id=ANN).update(active=False)  # after the page was shown
    path = f"/administration/user/roles?id={ANN}"
    page = browser(ROOT).post(path, {"roles": "MANAGE_DATA"}, follow=True).content.decode()
    assert "The roles were not saved." in page
    assert UserRole.objects.get().role == Role.EDIT_TASK


def test_a_user_with_any_id_has_a_page() -> None:
    administrator()
    person("a/../b?c=d&e=#f")
    root = browser(ROOT)
    page = root.get("/administration/users?query=%26e%3D").content.decode()
    assert "/administration/user?id=a%2F..%2Fb%3Fc%3Dd%26e%3D%23f" in page
    path = "/administration/user?id=a%2F..%2Fb%3Fc%3Dd%26e%3D%23f"
    assert root.get(path).status_code == 200


def test_the_rights_of_an_administrator_are_given_and_taken() -> None:
    administrator()
    person(ANN)
    path = f"/administration/user/administrator?id={ANN}"
    browser(ROOT).post(path, {"administrator": "yes"})
    assert Administrator.objects.filter(user=ANN).exists()
    assert "Take the rights" in browser(ROOT).get(path).content.decode()
    browser(ROOT).post(path, {"administrator": "no"})
    assert not Administrator.objects.filter(user=ANN).exists()


def test_a_token_is_shown_once() -> None:
    administrator()
    form = {"name": "etl", "scopes": ["read", "audit"]}
    page = browser(ROOT).post("/administration/tokens", form)
    secret = page.context["secret"]
    assert secret.startswith("um_")
    assert secret in page.content.decode()
    assert secret not in browser(ROOT).get("/administration/tokens").content.decode()
    assert browser(ROOT).post("/administration/tokens", form).status_code == 409
    browser(ROOT).post("/administration/tokens/etl/revocation")
    assert Token.objects.get().revoked_at is not None


def test_a_token_can_have_an_end() -> None:
    administrator()
    form = {"name": "etl", "scopes": ["read"], "until": "2020-01-01"}
    answer = browser(ROOT).post("/administration/tokens", form)
    assert (answer.status_code, "is in the past" in answer.content.decode()) == (422, True)
    browser(ROOT).post("/administration/tokens", form | {"until": "2090-01-01"})
    assert Token.objects.get().expires_at == datetime(2090, 1, 1, 23, 59, 59, tzinfo=UTC)


def test_events_are_found_by_a_user_a_module_or_an_access() -> None:
    administrator()
    profile()
    access = grant()
    for about, count in ((ANN, 3), ("ml", 2), (access.id, 2), ("nothing", 0)):
        answer = browser(ROOT).get("/administration/events", {"query": about})
        assert len(answer.context["events"]) == count


def test_a_decider_comes_from_a_request_to_its_decision() -> None:
    profile()
    first, second = ask(ANN), ask(BEN)
    link = f"/requests?only={first.id}"
    assert link in browser(OLGA).get(f"/accesses/{first.id}").content.decode()
    assert link not in browser(ANN).get(f"/accesses/{first.id}").content.decode()
    page = browser(OLGA).get(link).content.decode()
    assert f"request-{first.id}" in page
    assert f"request-{second.id}" not in page
    assert browser(OLGA).get("/requests?only=%00").status_code == 422


def with_policy(settings: Any, **changes: object) -> None:
    settings.USER_MANAGER = settings.USER_MANAGER.model_copy(update=changes)


@pytest.mark.parametrize(
    ("asked", "of_module", "shown"),
    [
        (None, None, "90 days, the longest time here"),
        (None, 30, "30 days, the longest time here"),
        (None, 400, "90 days, the longest time here"),
        (7, None, "7 days from approval"),
        (365, None, "90 days from approval"),  # the setting is newer than the request
    ],
)
def test_a_decider_sees_for_how_long_an_approval_would_be(
    settings: Any, asked: int | None, of_module: int | None, shown: str
) -> None:
    module = profile()
    access = ask(ANN, days=asked)
    module.max_duration = None if of_module is None else timedelta(days=of_module)
    module.save()
    with_policy(settings, longest_duration=timedelta(days=90))
    assert shown in browser(OLGA).get("/requests").content.decode()
    assert shown in browser(OLGA).get(f"/accesses/{access.id}").content.decode()


def test_an_administrator_breaks_the_glass_with_a_comment_alone(settings: Any) -> None:
    administrator()
    profile()
    access = ask(ROOT)
    path = f"/requests/{access.id}/decision"
    assert "Nobody waits" in browser(ROOT).get("/requests").content.decode()
    with_policy(settings, break_glass=True)
    answer = browser(ROOT).post(path, {"verdict": "approve", "comment": "short"})
    assert (answer.status_code, "comment of at least 10" in answer.content.decode()) == (403, True)
    browser(ROOT).post(path, {"verdict": "approve", "comment": "The owner is away until May."})
    page = browser(ROOT).get(f"/accesses/{access.id}").content.decode()
    assert "an administrator decided about their own access" in page


def test_with_four_eyes_an_owner_adds_nobody_alone(settings: Any) -> None:
    profile()
    person(ANN)
    with_policy(settings, four_eyes=True)
    form = {"user": ANN, "level": "READ", "period": "P7D"}
    answer = browser(OLGA).post("/modules/ml/add", form)
    assert (answer.status_code, Access.objects.count()) == (403, 0)


def test_too_many_open_requests_are_said_on_the_form(settings: Any) -> None:
    profile("ml")
    profile("web")
    with_policy(settings, open_requests=1)
    ask(ANN, "web")
    answer = browser(ANN).post("/ask/ml", FORM)
    assert answer.status_code == 429
    assert "Too many open requests" in answer.content.decode()


def test_more_fields_than_a_form_has_are_refused() -> None:
    form = "&".join(["id=a"] * 2000)
    kind = "application/x-www-form-urlencoded"
    answer = browser(OLGA).post("/requests/decisions", form, content_type=kind)
    assert answer.status_code == 400
