"""The connection of a client: how long the service waits for it."""

import socket
from collections.abc import Iterator

import pytest

from user_manager.serving import patient_worker
from user_manager.serving.patient_worker import ClientSocket

HEAD = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n"


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ClientSocket, socket.socket]]:
    monkeypatch.setattr(patient_worker, "_ANSWER_SECONDS", 0.05)
    accepted, client = socket.socketpair()
    with ClientSocket(accepted) as server, client:
        yield server, client


def test_an_answer_that_nobody_reads_is_given_up(connection):
    server, _ = connection
    with pytest.raises(ConnectionResetError):
        server.sendall(bytes(50_000_000))


def test_a_client_that_sends_nothing_is_given_up_at_the_deadline(connection):
    server, _ = connection
    server.allow(0.01)
    with pytest.raises(ConnectionResetError):
        server.recv(100)


@pytest.mark.parametrize("part", [b"", b"POST / HT", HEAD, HEAD + b"abc"])
def test_a_part_of_a_request_is_no_request(connection, part):
    server, client = connection
    client.sendall(part)
    assert not server.has_request()


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"abcd",
        b"GET / HTTP/1.1\r\n\r\n",
        HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"),
        b"\r\n\r\n",
    ],
)
def test_a_request_is_one_when_it_is_whole_and_nothing_of_it_is_taken(connection, request_bytes):
    server, client = connection
    client.sendall(request_bytes)
    assert server.has_request()
    server.allow(1)
    assert server.recv(1000) == request_bytes


def test_the_rest_of_a_request_that_does_not_come_is_not_waited_for(connection):
    server, client = connection
    client.sendall(HEAD)
    assert not server.has_request()
    client.shutdown(socket.SHUT_WR)
    assert server.has_request()
