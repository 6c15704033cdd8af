"""What only a client over HTTP sees: headers, and what can go wrong on the way."""

import http.client
import json

import pytest

from puhuri_server.http_types import ERROR_PAGE
from puhuri_server.sample import ALLOCATOR_TOKEN, sample_world
from puhuri_server.server import Fault, serving

HEADERS = {"Authorization": f"Token {ALLOCATOR_TOKEN}", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server():
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture
def portal(server):
    server.reset(sample_world())
    return server


def ask(portal, method="GET", path="/api/projects/", body=None, headers=HEADERS):
    connection = http.client.HTTPConnection(portal.url.partition("//")[2], timeout=10)
    try:
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def create(portal):
    customer = f"{portal.url}/api/customers/{portal.world.customers[0].uuid}/"
    return ask(portal, "POST", body={"customer": customer, "name": "Quantum"})


def test_json_is_told_from_html(portal):
    assert ask(portal)[0].headers["Content-Type"] == "application/json"
    assert ask(portal, path="/api/nope/")[0].headers["Content-Type"] == "text/html"


def test_a_token_that_is_not_accepted_is_answered_with_the_scheme_of_one_that_is(portal):
    answer, _ = ask(portal, headers={})

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Token")


def test_the_methods_of_a_route_are_told(portal):
    assert ask(portal)[0].headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_head_has_headers_and_no_body(portal):
    create(portal)

    answer, body = ask(portal, "HEAD")

    assert (answer.headers["X-Result-Count"], body) == ("1", b"")


def test_an_answer_may_be_empty(portal):
    uuid = json.loads(create(portal)[1])["uuid"]

    answer, body = ask(portal, "DELETE", f"/api/projects/{uuid}/")

    assert (answer.status, body) == (204, b"")


def test_requests_are_counted(portal):
    create(portal)
    ask(portal, path="/api/projects/?name=x")

    assert [(sent.method, sent.path, sent.target) for sent in portal.requests] == [
        ("POST", "/api/projects/", "/api/projects/"),
        ("GET", "/api/projects/", "/api/projects/?name=x"),
    ]


@pytest.mark.parametrize(("fault", "made"), [(Fault.LOST, 0), (Fault.UNANSWERED, 1)])
def test_a_connection_breaks_before_or_after_something_was_done(portal, fault, made):
    portal.fault = lambda number, sent: fault

    with pytest.raises(http.client.RemoteDisconnected):
        create(portal)
    assert len(portal.world.projects) == made


@pytest.mark.parametrize(("fault", "made"), [(Fault.ERROR, 0), (Fault.ERROR_AFTER, 1)])
def test_the_portal_crashes_before_or_after_something_was_done(portal, fault, made):
    portal.fault = lambda number, sent: fault

    answer, body = create(portal)

    assert (answer.status, body.decode()) == (500, ERROR_PAGE)
    assert len(portal.world.projects) == made


def test_too_many_requests_are_told_when_to_come_again(portal):
    portal.fault = lambda number, sent: Fault.BUSY if number == 0 else None

    answer, _ = create(portal)

    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert create(portal)[0].status == 201
