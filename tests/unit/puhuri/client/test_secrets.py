"""Tokens and passwords: in no log, no repr, no message, no error and none of its causes."""

import logging
import traceback

import pytest

from profiles_management.puhuri.client.credentials import Password, Token
from profiles_management.puhuri.client.errors import NotAllowed, PuhuriAway, PuhuriError
from puhuri.client.raw_server import answering
from puhuri.server.generations import generations
from puhuri_server.sample import cuid
from puhuri_server.server import Fault
from puhuri_server.world import Version

pytestmark = generations(Version.A, Version.B)
SECRET_PASSWORD = 'pass "wörd" \\ 1'
SECRET_TOKEN = "0123456789abcdef" * 2 + "01234567"


@pytest.fixture(params=["token", "password"])
def client(request, portal, caplog):
    """Return a client with secrets that are told from everything else."""
    caplog.set_level(logging.DEBUG)
    user = portal.world.user_named("allocator")
    user.token, user.password = SECRET_TOKEN, SECRET_PASSWORD
    credentials = {
        "token": Token(SECRET_TOKEN),
        "password": Password("allocator", SECRET_PASSWORD),
    }
    return portal.client(credentials[request.param])


def everything(error: BaseException | None) -> str:
    """Return all that an error and its causes can show."""
    shown = []
    while error is not None:
        shown += ["".join(traceback.format_exception(error)), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


def assert_hidden(text: str, *, is_known=True):
    """Assert that a text has no secret; one that the client does not know, a server may repeat."""
    password = (SECRET_PASSWORD, "wörd", "w\\u00f6rd") if is_known else ()
    for secret in (SECRET_TOKEN, *password):
        assert secret not in text


CALLS = [
    lambda use, client: client.users.me(),
    lambda use, client: client.users.by_cuid(cuid("ada")),
    lambda use, client: [*client.projects.find()],
    lambda use, client: client.projects.create(customer=use.customer, name="Quantum"),
    lambda use, client: client.members.add("0" * 32, "0" * 32, "PROJECT.MEMBER"),
]


@pytest.mark.parametrize("call", CALLS, ids=["me", "cuid", "list", "create", "add"])
@pytest.mark.parametrize("fault", [None, *Fault])
def test_no_request_shows_them_however_it_fails(portal, client, caplog, call, fault):
    client.generation  # noqa: B018 - it is asked once
    portal.portal.fault = lambda _number, _sent: fault
    try:
        call(portal, client)
    except PuhuriError as error:
        assert_hidden(everything(error))
    assert_hidden(caplog.text)


ECHOES = [
    {"detail": f"no such token: {SECRET_TOKEN}, password {SECRET_PASSWORD}"},
    {"token": [SECRET_TOKEN], "password": [SECRET_PASSWORD]},
    [SECRET_TOKEN],
    SECRET_TOKEN,
    {SECRET_TOKEN: {SECRET_PASSWORD: ["wrong"]}},
    f"<html>{SECRET_TOKEN}</html>",
]


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409, 500])
@pytest.mark.parametrize("body", ECHOES, ids=range(len(ECHOES)))
def test_a_server_that_repeats_them_does_not_make_us_show_them(
    portal, client, caplog, request, status, body
):
    client.users.me()
    portal.answer(status, body, Location=f"/{SECRET_TOKEN}/")
    with pytest.raises(PuhuriError) as error:
        client.projects.get("0" * 32)
    is_known = request.node.callspec.params["client"] == "password"
    assert_hidden(everything(error.value), is_known=is_known)


ESCAPED = "".join(f"\\u{ord(character):04X}" for character in SECRET_TOKEN)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"detail": "{ESCAPED}"}}'.encode(),
        f'{{"detail": "{ESCAPED.lower()}"}}'.encode(),
        f'{{"detail": "{SECRET_TOKEN[:8]}{ESCAPED[48:]}"}}'.encode(),
        f'{{"detail": "{SECRET_TOKEN}"}}'.encode("utf-16"),
        f'{{"detail": "{SECRET_TOKEN}"}}'.encode("utf-32"),
    ],
    ids=["escaped", "small letters", "in part", "UTF-16", "UTF-32"],
)
def test_no_way_to_write_them_is_shown(portal, body):
    def answer(connection, _head):
        head = f"HTTP/1.1 403 Forbidden\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    with answering(answer) as url, portal.client(Token(SECRET_TOKEN), url) as client:
        with pytest.raises(NotAllowed, match=r"allow it: (\*\*\*|no reason given)") as error:
            client.users.me()
        assert_hidden(everything(error.value))


def echoed_header(line):
    return b"HTTP/1.1 200 OK\r\n" + line.replace(b":", b" ") + b"\r\n\r\n"


def echoed_version(line):
    return b"HTTP/9 " + line + b"\r\n\r\n"


def echoed_encoding(line):
    return b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 70\r\n\r\n" + line


@pytest.mark.parametrize("echo", [echoed_header, echoed_version, echoed_encoding])
def test_an_answer_that_is_not_http_shows_nothing_of_itself(portal, echo):
    def answer(connection, head):
        (line,) = (line for line in head.split(b"\r\n") if line.startswith(b"Authorization"))
        connection.sendall(echo(line))

    with answering(answer) as url, portal.client(Token(SECRET_TOKEN), url) as client:
        with pytest.raises(PuhuriAway, match=r"its answer cannot|a whole answer in HTTP") as error:
            client.users.me()
        assert_hidden(everything(error.value))


def test_a_row_that_repeats_them_does_not_either(portal, client):
    client.users.me()
    row = {"uuid": "0" * 32, "usage": "1.00", "billing_period": SECRET_TOKEN}
    portal.answer(200, [row], X_Result_Count="1")
    with pytest.raises(PuhuriError, match="a billing period is not a date") as error:
        list(client.usage.find())
    assert_hidden(everything(error.value))


def test_a_log_in_that_repeats_the_password_does_not_either(portal, caplog):
    caplog.set_level(logging.DEBUG)
    client = portal.client(Password("allocator", SECRET_PASSWORD))
    for status, body in [(401, {"detail": SECRET_PASSWORD}), (200, {"tokens": SECRET_PASSWORD})]:
        reply = portal.reply(status, body)
        portal.portal.fault = lambda _number, _sent, reply=reply: reply
        with pytest.raises(PuhuriError) as error:
            client.users.me()
        assert_hidden(everything(error.value))
    assert_hidden(caplog.text)


def test_objects_do_not_show_them(portal, client):
    client.users.me()
    connection = client.connection
    for one in (client, connection, connection._tokens, connection._http, client.users):
        assert_hidden(f"{one!r} {one}")
    for credentials in (Token(SECRET_TOKEN), Password("allocator", SECRET_PASSWORD)):
        assert_hidden(f"{credentials!r} {credentials}")
    assert "allocator" in repr(Password("allocator", SECRET_PASSWORD))


def test_they_are_in_no_address(portal, client):
    client.users.me()
    list(client.projects.find())
    for sent in portal.portal.requests:
        assert_hidden(sent.target)
