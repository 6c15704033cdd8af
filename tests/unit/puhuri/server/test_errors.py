"""Errors: every shape that a body has, and the statuses that are unexpected."""

import pytest

from puhuri.server.asking import GRANTS, NEW, OLD, Person
from puhuri.server.generations import generations
from puhuri_server.http_types import ERROR_PAGE, NOT_FOUND_PAGE
from puhuri_server.sample import cuid
from puhuri_server.world import Version

UNKNOWN = "0" * 32


def test_one_text(portal):
    answer = portal.allocator.get(f"projects/{UNKNOWN}/")

    assert (answer.status, answer.body) == (404, {"detail": "No Project matches the given query."})


def test_texts_by_field(portal):
    answer = portal.allocator.ask("POST", "projects/", {})

    required = ["This field is required."]
    assert (answer.status, answer.body) == (400, {"name": required, "customer": required})


def test_texts_about_the_whole(portal):
    answer = portal.allocator.ask("POST", "projects/", [])

    words = "Invalid data. Expected a dictionary, but got list."
    assert (answer.status, answer.body) == (400, {"non_field_errors": [words]})


def test_a_bare_list(portal):
    portal.world.customers[0].blocked = True

    answer = portal.allocator.create_project()

    assert (answer.status, answer.body) == (400, ["Blocked organization is not available."])


def test_a_bare_text(portal):
    who = (
        "identity manager is"
        if portal.world.version == Version.A
        else ("staff and identity manager are")
    )

    answer = portal.provider.ask("POST", "remote-eduteams/", {"cuid": cuid("ada")})

    words = f"Only {who} allowed to sync remote users."
    assert (answer.status, answer.body) == (403, words)


def test_maps_in_maps(portal):
    answer = portal.allocator.create_project(end_date="2020-01-01")

    past = "Cannot be earlier than the current date."
    assert (answer.status, answer.body) == (400, {"end_date": {"end_date": past}})


def test_an_unknown_route_answers_with_html(portal):
    for person in (portal.allocator, portal.nobody):
        answer = person.get("no-such-thing/")
        assert (answer.status, answer.body) == (404, NOT_FOUND_PAGE)


@generations(*GRANTS)
def test_a_crash_answers_with_html(portal):
    project, user = portal.project(), portal.user()
    body = {"user": user, "role": "PROJECT.MEMBER", "expiration_time": None}

    answer = portal.allocator.ask("POST", f"projects/{project}/update_user/", body)

    assert (answer.status, answer.body) == (500, ERROR_PAGE)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_without_the_slash_at_its_end_is_redirected(portal, method):
    answer = portal.allocator.ask(method, "projects?name=x", {} if method == "POST" else None)

    assert (answer.status, answer.headers["Location"]) == (301, "/api/projects/?name=x")


def test_what_cannot_be_seen_is_not_there(portal):
    uuid = portal.project()

    for method, path in (
        ("GET", f"projects/{uuid}/"),
        ("PATCH", f"projects/{uuid}/"),
        ("DELETE", f"projects/{uuid}/"),
        ("GET", f"customers/{portal.world.customers[0].uuid}/"),
    ):
        body = {} if method == "PATCH" else None
        assert portal.provider.ask(method, path, body).status == 404


def test_a_customer_that_cannot_be_seen_does_not_exist_in_a_body(portal):
    answer = portal.provider.create_project()

    words = "Invalid hyperlink - Object does not exist."
    assert (answer.status, answer.body) == (400, {"customer": [words]})


@pytest.mark.parametrize(
    ("customer", "words"),
    [
        ("{uuid}", "Invalid hyperlink - No URL match."),
        ("https://x.example/api/customers/{uuid}", "Invalid hyperlink - No URL match."),
        ("https://x.example/api/projects/{uuid}/", "Invalid hyperlink - Incorrect URL match."),
        ({"uuid": ""}, "Incorrect type. Expected URL string, received dict."),
        (None, "This field may not be null."),
    ],
)
def test_a_reference_is_a_url_with_a_slash_at_its_end(portal, customer, words):
    if isinstance(customer, str):
        customer = customer.format(uuid=portal.world.customers[0].uuid)

    answer = portal.allocator.ask("POST", "projects/", {"name": "x", "customer": customer})

    assert (answer.status, answer.body) == (400, {"customer": [words]})


def test_a_reference_may_name_another_host(portal):
    customer = portal.world.customers[0].uuid
    body = {"name": "x", "customer": f"https://elsewhere.example/api/customers/{customer}/"}

    assert portal.allocator.ask("POST", "projects/", body).status == 201


def test_a_body_that_is_not_json(portal):
    answer = portal.allocator.ask("POST", "projects/", b"{bad", content_type="application/json")

    words = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    assert (answer.status, answer.body) == (400, {"detail": f"JSON parse error - {words}"})


def test_a_body_of_another_kind(portal):
    answer = portal.allocator.ask("POST", "projects/", b"x", content_type="text/plain")

    assert answer.status == 415


def test_only_json_is_answered(portal):
    assert portal.allocator.get("projects/", accept="text/html").status == 406
    assert portal.allocator.get("projects/", accept="application/json").status == 200


def test_a_method_that_is_not_allowed(portal):
    answer = portal.allocator.ask("PUT", "projects/", {})

    assert (answer.status, answer.body) == (405, {"detail": 'Method "PUT" not allowed.'})


def test_words_are_translated_as_they_are_asked_for(portal):
    answer = portal.allocator.ask("POST", "projects/", {}, accept_language="et")

    assert answer.body["name"] == ["Väli on kohustuslik."]
    assert portal.allocator.get("projects/x/", accept_language="et").body == {
        "detail": "No Project matches the given query."
    }


def test_urls_in_answers_have_the_host_of_the_request(portal):
    portal.project()

    (row,) = portal.allocator.get("projects/", host="other.example.org").body
    assert row["url"].startswith("http://other.example.org/api/projects/")


def test_a_customer_that_is_blocked_takes_nothing_and_shows_all(portal):
    project, user = portal.project(), portal.user()
    portal.world.customers[0].blocked = True

    assert portal.allocator.ask("PATCH", f"projects/{project}/", {"name": "x"}).status == 400
    assert portal.allocator.ask("DELETE", f"projects/{project}/").status == 400
    assert portal.allocator.add_member(project, user).status == 400
    assert portal.allocator.order(project).status == 400
    assert portal.allocator.get(f"projects/{project}/").status == 200


@generations(*OLD)
def test_the_old_routes_are_there_until_2023(portal):
    for route in ("project-permissions/", "marketplace-order-items/"):
        assert portal.allocator.get(route).status == 200


@generations(*NEW)
def test_the_old_routes_are_not_there_since_2024(portal):
    for route in ("project-permissions/", "marketplace-order-items/", "marketplace-offerings/"):
        assert portal.allocator.get(route).status == 404


@generations(Version.MIXED)
def test_in_between_permissions_can_only_be_read(portal):
    answer = portal.allocator.ask("POST", "project-permissions/", {})

    assert answer.status == 405
    assert "POST" not in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "Authentication credentials were not provided."),
        ("Bearer {token}", "Authentication credentials were not provided."),
        ("Basic YTpi", "Authentication credentials were not provided."),
        ("Token", "Invalid token. No credentials provided."),
        ("Token a b", "Invalid token. Token string should not contain spaces."),
        ("Token 0000000000", "Invalid token."),
    ],
)
def test_a_token_that_is_not_accepted(portal, header, words):
    header = header.format(token=portal.allocator.token)
    headers = {"authorization": header} if header else {}

    answer = portal.nobody.get("projects/", **headers)

    assert (answer.status, answer.body) == (401, {"detail": words})


def test_the_scheme_is_written_in_any_letters(portal):
    for scheme in ("token", "TOKEN"):
        header = f"{scheme} {portal.allocator.token}"
        assert portal.nobody.get("projects/", authorization=header).status == 200


def test_offerings_are_shown_to_everybody_but_not_to_a_wrong_token(portal):
    path = portal.offering_url().partition("/api/")[2]

    assert portal.nobody.get(path).status == 200
    assert Person(portal, "wrong").get(path).status == 401
