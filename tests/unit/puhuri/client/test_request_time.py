"""A request ends, also where something arrives all the time."""

import pytest

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.errors import PuhuriAway
from puhuri.client.raw_server import answering
from puhuri.properties.portals import Time

OK = b"HTTP/1.1 200 OK\r\n"
GZIP = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
TRICKLES = {
    "other answers first": (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "a header": (OK + b"Server: ", b"x"),
    "a body": (OK + b"Content-Length: 9999\r\n\r\n", b" "),
    "a packed body of nothing": (
        OK + b"Content-Encoding: gzip\r\n\r\n" + GZIP,
        b"\x00\x00\x00\xff\xff",
    ),
}
MANY = 1_000


@pytest.fixture
def time():
    return Time()


def trickling(time, start, part):
    """Return an answer of which a part comes each second."""

    def answer(connection, _head):
        connection.sendall(start)
        for _ in range(MANY):
            time.elapsed += 1
            connection.sendall(part)

    return answer


def ask(url, time):
    with Client(url, Token("t" * 40), clock=time.clock) as client:
        return client.before(0).users.me()


@pytest.mark.parametrize(("start", "part"), TRICKLES.values(), ids=TRICKLES)
def test_a_server_that_sends_a_bit_now_and_then_is_given_up(time, start, part):
    with (
        answering(trickling(time, start, part)) as url,
        pytest.raises(PuhuriAway, match="did not answer in time"),
    ):
        ask(url, time)


def test_a_proxy_that_does_so_is_given_up(time, monkeypatch):
    with answering(trickling(time, OK + b"Server: ", b"x")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(PuhuriAway, match="did not answer in time"):
            ask("https://puhuri.example.org", time)


def test_each_request_has_the_whole_time(time):
    def answer(connection, _head):
        time.elapsed += 20
        connection.sendall(OK + b'Content-Length: 44\r\n\r\n{"uuid": "' + b"0" * 32 + b'"}')

    with (
        answering(answer) as url,
        Client(url, Token("t" * 40), clock=time.clock) as client,
    ):
        for _ in range(3):
            assert client.users.me().uuid == "0" * 32
