"""A workload and relations that answer anything: a status, never a crash, and nothing published."""

import pytest
from portal_stand_in import EMPTY, pmr

from charms.profiles_management.v0.profiles_management import PLAIN

DOCUMENT = pmr("ml")
HTML = b"<html><body>Sign in</body></html>"


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.fixture
def related(unit):
    """A unit that published a document."""
    unit.portal.document = DOCUMENT
    unit.ready()
    unit.created("profiles")
    return unit


ANSWERS = {
    "HTML": (
        http(HTML, "Content-Type: text/html"),
        "blocked: GET /api/v1/pmr was answered with something else than JSON",
    ),
    "HTML that claims to be JSON": (
        http(HTML, "Content-Type: application/json", 'ETag: "0123456789abcdef"'),
        "blocked: GET /api/v1/pmr was answered with the ETag of another content",
    ),
    "JSON without an ETag": (
        http(EMPTY.encode(), "Content-Type: application/json"),
        "blocked: GET /api/v1/pmr was answered with the ETag of another content",
    ),
    "a redirect": (
        http(b"", "Location: http://evil.example.com/", status="302 Found"),
        "blocked: GET /api/v1/pmr was answered with 302",
    ),
    "an error of ours": (
        http(b"{}", status="404 Not Found"),
        "blocked: GET /api/v1/pmr was answered with 404",
    ),
    "no HTTP": (
        b"SSH-2.0-OpenSSH\r\n\r\n",
        "blocked: GET /api/v1/pmr was answered with something else",
    ),
    "half an answer": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        "blocked: GET /api/v1/pmr was answered with something else than HTTP",
    ),
    "17 MB": (
        http(b" " * 17 * 1024 * 1024, "Content-Type: application/json"),
        "blocked: GET /api/v1/pmr was answered with more than 16,777,216 bytes",
    ),
    "away": (
        http(b"", status="503 Service Unavailable"),
        "waiting: GET /api/v1/pmr was answered with 503; the next event tries again",
    ),
    "too many": (
        http(b"", status="429 Too Many Requests"),
        "waiting: GET /api/v1/pmr was answered with 429; the next event tries again",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_not_the_document_is_shown_and_nothing_changes(related, name):
    related.portal.answer, expected = ANSWERS[name]
    related.see("update_status")

    assert related.status.startswith(expected)
    assert related.published == DOCUMENT


BODIES = {
    "text": "hello",
    "a list": "[]",
    "null": "null",
    "no profiles": "{}",
    "profiles that are no list": '{"profiles": {}}',
    "a profile that is text": '{"profiles": ["ml"]}',
    "a key twice": '{"profiles": [], "profiles": []}',
    "deep": '{"profiles": [{"a": ' + "[" * 5000 + "]" * 5000 + "}]}",
    "YAML, not JSON": "profiles: []",
    "broken": '{"profiles": [',
    "half of a pair": '{"profiles": [{"name": "\\ud800"}]}',
    "10 MB of one name": '{"profiles": [{"name": "' + "x" * 10_000_000 + '"}]}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_of_another_form_never_crashes_the_charm(related, name):
    related.portal.document = BODIES[name]
    related.see("update_status")

    assert related.status.split(":")[0] in ("active", "blocked")


@pytest.mark.parametrize("name", ["text", "a list", "null", "no profiles", "broken", "deep"])
def test_what_is_no_document_is_not_published(related, name):
    related.portal.document = BODIES[name]
    related.see("update_status")

    assert related.status.startswith("blocked: ")
    assert related.published == DOCUMENT


def test_a_large_document_is_published(related):
    related.portal.document = pmr(*(f"profile-{number:06}" for number in range(2_000)))
    assert len(related.portal.document) > PLAIN
    related.see("update_status")

    assert related.relation("profiles").local_app_data["encoding"] == "zlib+base64"


def test_a_workload_that_never_ends_its_answer_is_given_up(related, impatient):
    related.portal.drip = True
    related.see("update_status")

    assert related.status == (
        "waiting: GET /api/v1/pmr took longer than 0.5 s; the next event tries again"
    )


def test_a_workload_that_does_not_listen_is_waited_for(related, impatient):
    related.portal_is_away()
    related.see("update_status")

    assert related.status == "waiting: GET /api/v1/pmr is not answered; the next event tries again"
    assert related.published == DOCUMENT


REPORTS = {
    "no JSON": {"version": "1", "encoding": "text", "report": "{"},
    "a list": {"version": "1", "encoding": "text", "report": "[]"},
    "another version": {"version": "9", "encoding": "text", "report": "{}"},
    "no version": {"report": "{}"},
    "another encoding": {"version": "1", "encoding": "morse", "report": "..."},
    "not compressed": {"version": "1", "encoding": "zlib+base64", "report": "e30="},
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_that_cannot_be_read_is_shown_and_handed_over_as_a_problem(related, name):
    related.changed("profiles", **REPORTS[name])

    (report,) = related.portal.reports
    assert report["revision"] == ""
    assert "cannot be used" in report["problem"]
    assert related.published == DOCUMENT


def test_a_removed_relation_does_not_stop_the_portal(related):
    related.unrelate("profiles")

    assert related.running == {"web", "grpc", "sweep"}
