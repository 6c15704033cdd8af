"""The client of a User Manager: what it sends, and what each failure says."""

import gzip
import json
import ssl
from contextlib import closing
from datetime import UTC, datetime

import pytest
from puhuri.client.raw_server import answering

from connections.certificates import Authority
from profiles_management.portal.user_manager_client import LARGEST_ANSWER, UserManager
from profiles_management.portal.user_manager_errors import AnswerTooLarge, UserManagerError
from profiles_management.reconcile.clock import Clock
from profiles_management.web_services.token import Token
from user_manager_server import TOKEN, Reply, canonical, revision, serving

ANSWER = {"revision": "", "problem": "the document is not valid"}
JSON = {"Content-Type": "application/json"}
CHECK_URL = "Check that the URL is the address of a User Manager, without /api."
NEW_TOKEN = "Create a token in the User Manager, with the scope cluster."


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.elapsed = 0.0
        self.slept = []
        self.clock = Clock(lambda: datetime(2026, 1, 1, tzinfo=UTC), self.monotonic, self.sleep)

    def monotonic(self):
        return self.elapsed

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.elapsed += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def manager():
    with serving() as manager:
        yield manager


@pytest.fixture
def client(manager, time):
    with opened(manager.url, Token(TOKEN), time.clock) as client:
        yield client


def opened(*arguments, **more):
    return closing(UserManager(*arguments, **more))


def document(client):
    return client.published(deadline=60.0)


def failure(client):
    with pytest.raises(UserManagerError) as caught:
        document(client)
    return caught.value


def test_the_document_comes_with_its_revision(manager, client):
    manager.publish(("ml", "ann@example.com", "edit", None))

    published = document(client)

    assert published.content == manager.content
    assert published.revision == revision(manager.content)


def test_the_revision_of_a_proxy_that_compresses_is_accepted(manager, client):
    tag = {"ETag": f'W/"{revision(manager.content)}"', "Content-Encoding": "gzip"}
    manager.instead = lambda sent: Reply(200, gzip.compress(manager.content), JSON | tag)

    assert document(client).content == manager.content


def test_an_answer_is_taken_with_the_token(manager, client):
    client.send_answer(ANSWER, deadline=60.0)

    assert manager.answers == [ANSWER]
    assert manager.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


GAVE_NONE = "The User Manager did not give its document: it answered with status"
SENT = "The server at the URL of the User Manager sent"
REFUSALS = [
    (
        Reply(401, canonical({"code": "unauthenticated", "detail": "The token was revoked."})),
        "The User Manager does not accept the token: unauthenticated: The token was revoked.",
        NEW_TOKEN,
    ),
    (
        Reply(403, b"<html>Forbidden</html>"),
        "The User Manager does not allow this to the owner of the token.",
        NEW_TOKEN,
    ),
    (Reply(404, b""), "There is no User Manager at the URL.", CHECK_URL),
    (
        Reply(409, canonical({"code": "precondition"})),
        "The User Manager did not give its document: it answered with status 409: precondition.",
        "",
    ),
    (
        Reply(302, b"", {"Location": "https://login.example.org/?next=pmr"}),
        f"{SENT} a redirect to another address, perhaps to a page to log in.",
        CHECK_URL,
    ),
    (
        Reply(200, b"<html>", {"Content-Type": "text/html; charset=utf-8"}),
        f"{SENT} an answer of the type text/html; charset=utf-8, not JSON.",
        CHECK_URL,
    ),
    (
        Reply(200, b"profiles: []"),
        f"{SENT} an answer of the type unknown, not JSON.",
        CHECK_URL,
    ),
    (
        Reply(200, b"profiles: []", JSON),
        f"{SENT} an answer that is not a mapping in JSON.",
        CHECK_URL,
    ),
    (
        Reply(200, b"[]", JSON),
        f"{SENT} an answer that is not a mapping in JSON.",
        CHECK_URL,
    ),
    (
        Reply(200, b'{"profiles":[]}', JSON),
        f"{SENT} a document that does not match its ETag.",
        CHECK_URL,
    ),
    (
        Reply(200, b'{"profiles":[]}', JSON | {"ETag": '"0123456789abcdef"'}),
        f"{SENT} a document that does not match its ETag.",
        CHECK_URL,
    ),
]


@pytest.mark.parametrize(("reply", "message", "remedy"), REFUSALS)
def test_a_refusal_is_one_line_and_is_not_asked_again(manager, client, reply, message, remedy):
    manager.instead = lambda sent: reply

    error = failure(client)

    assert (str(error), error.remedy) == (message, remedy)
    assert len(manager.requests) == 1


def test_a_redirect_never_takes_the_token_elsewhere(manager, client):
    with serving() as other:
        headers = {"Location": f"{other.url}/api/v1/pmr"}
        manager.instead = lambda sent: Reply(307, b"", headers)

        failure(client)

        assert other.requests == []


def test_one_that_is_busy_is_asked_again_when_it_wants(manager, client, time):
    busy = [Reply(503, b"", {"Retry-After": "7"})]
    manager.instead = lambda sent: busy.pop() if busy else None

    assert document(client).content == manager.content
    assert time.slept == [pytest.approx(7, abs=1)]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_one_that_stays_busy_is_given_up_at_the_deadline(manager, client, time, status):
    manager.instead = lambda sent: Reply(status, b"", {"Retry-After": "25"})

    message = f"The User Manager did not give its document: it answered with status {status}."
    assert str(failure(client)) == message
    assert time.elapsed <= 60


def test_an_answer_without_a_reply_is_sent_again(manager, client):
    lost = [Reply(500)]
    manager.instead = lambda sent: lost.pop() if lost else None

    client.send_answer(ANSWER, deadline=60.0)

    assert manager.answers == [ANSWER]


def test_one_that_is_not_there_is_named(time):
    with serving() as manager:
        url = manager.url
    with opened(url, Token(TOKEN), time.clock) as client:
        error = failure(client)

    assert str(error).startswith("The User Manager did not give its document: Connection refused")
    assert error.remedy == "Check the URL of the User Manager and the network."


@pytest.mark.parametrize(
    "pack",
    [
        lambda content: (content, {}),
        lambda content: (gzip.compress(content), {"Content-Encoding": "gzip"}),
    ],
    ids=["plain", "packed"],
)
def test_an_endless_answer_is_not_kept(manager, client, pack):
    content, headers = pack(b" " * (21 * 1024 * 1024))
    manager.instead = lambda sent: Reply(200, content, JSON | headers)

    assert str(failure(client)) == "An answer of the User Manager has more than 20,971,520 bytes."


def test_a_server_that_sends_a_bit_now_and_then_is_given_up(time):
    def answer(connection, _head):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        for _ in range(1_000):
            time.elapsed += 1
            connection.sendall(b" ")

    with answering(answer) as url, opened(url, Token(TOKEN), time.clock) as client:
        error = failure(client)

    assert str(error) == "The User Manager did not give its document: it did not answer in time."


ECHOES = {
    "as it is": TOKEN.encode(),
    "escaped": "".join(f"\\u{ord(letter):04x}" for letter in TOKEN).encode(),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_token_that_the_server_repeats_is_in_no_message(manager, client, echo):
    manager.instead = lambda sent: Reply(401, b'{"detail": "no token ' + echo + b'"}')

    error = failure(client)

    assert "no token ***" in str(error)
    assert TOKEN not in f"{error!r} {error.remedy} {error.brief}"


def test_an_answer_that_is_compressed_several_times_is_not_unpacked(manager, client):
    headers = JSON | {"Content-Encoding": "gzip, gzip"}
    manager.instead = lambda sent: Reply(200, gzip.compress(gzip.compress(b"{}")), headers)

    assert "its answer cannot be unpacked" in str(failure(client))


def test_a_token_in_the_type_of_an_answer_is_in_no_message(manager, client):
    manager.instead = lambda sent: Reply(200, b"{}", {"Content-Type": f"text/{TOKEN}"})

    error = failure(client)

    assert "an answer of the type text/***" in str(error)
    assert TOKEN not in f"{error!r} {error.remedy}"


HOSTILE = {
    "not UTF-8": b'{"detail": "\xff"}',
    "a lone surrogate": b'{"detail": "\\ud800"}',
    "deep": b'{"detail": ' + b"[" * 100_000,
    "other types": b'{"detail": 7, "code": []}',
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_an_odd_refusal_has_no_words(manager, client, content):
    manager.instead = lambda sent: Reply(401, content)

    assert str(failure(client)) == "The User Manager does not accept the token."


def test_words_of_the_server_are_printable_and_short(manager, client):
    detail = "\x1b[2J\u202e" + "x" * 5_000
    manager.instead = lambda sent: Reply(403, json.dumps({"detail": detail}).encode())

    text = str(failure(client))

    assert text.isprintable()
    assert "\\x1b[2J\\u202exxx" in text
    assert len(text) < 400


def test_an_answer_that_is_too_large_is_not_sent(manager, client):
    with pytest.raises(AnswerTooLarge, match="it takes 16,777,216"):
        client.send_answer({"problem": "x" * LARGEST_ANSWER}, deadline=60.0)

    assert manager.requests == []


def test_nothing_shows_the_token_or_the_document(manager, client):
    manager.publish(("ml", "ann@example.com", "edit", None))

    assert "ann@" not in repr(document(client))
    assert TOKEN not in repr(client)


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def secured(authority, tmp_path):
    identity = authority.issue("manager", "localhost")
    (tmp_path / "certificate").write_bytes(identity.certificate)
    (tmp_path / "key").write_bytes(identity.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    with serving(context) as manager:
        yield manager


def test_a_certificate_of_the_given_ca_is_trusted(secured, authority, time):
    ca = authority.pem.decode()
    with opened(secured.url, Token(TOKEN), time.clock, ca=ca) as client:
        assert document(client).content == secured.content


def test_another_certificate_is_refused_before_the_token_is_sent(secured, time):
    with opened(secured.url, Token(TOKEN), time.clock) as client:
        error = failure(client)

    assert str(error).startswith("The certificate of the User Manager is not trusted: ")
    assert error.remedy == "Check the CA and the URL."
    assert secured.requests == []


def test_a_server_without_tls_is_named(manager, time):
    url = manager.url.replace("http:", "https:")
    with opened(url, Token(TOKEN), time.clock) as client:
        error = failure(client)

    assert "the User Manager does not use TLS" in str(error)
