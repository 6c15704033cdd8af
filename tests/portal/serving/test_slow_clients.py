"""Clients that send a part of a request and stop: nobody else waits for them."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from running_server import Server, command, running

ANN = "ann@example.com"
PATH = f"/api/v1/users/{ANN}"
MANY = 60  # there are 16 threads
LINES = ["POST /preferences HTTP/1.1", "Host: localhost", f"Cookie: csrftoken={'a' * 32}"]
FORM = [*LINES, "Content-Type: application/x-www-form-urlencoded"]
UNREAD = ["POST /api/v1/users HTTP/1.1", "Host: localhost", "Content-Type: application/json"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("slow")) as running_server:
        yield running_server


@pytest.mark.parametrize(
    "part",
    [
        "",
        "GET / HT",
        "\r\n".join([*FORM, "Content-Length: 100", "", "theme="]),
        "\r\n".join([*FORM, "Content-Length: 100", "Expect: 100-continue", "", ""]),
        "\r\n".join([*FORM, "Content-Length: 900000", "", "x" * 200_000]),
        "\r\n".join([*FORM, "Transfer-Encoding: chunked", "", "5", "th"]),
        "\r\n".join([*UNREAD, "Content-Length: 100", "", "{"]),
        "\r\n".join([*UNREAD, "Content-Length: 900000", "", "x" * 200_000]),
        "\r\n".join([*UNREAD, "Connection: close", "Content-Length: 2", "", "{}"]),
    ],
    ids=lambda part: part[:9] + str(len(part)),
)
def test_half_requests_hold_up_nobody(server: Server, part: str) -> None:
    with ExitStack() as links:
        for _ in range(MANY):
            link = socket.create_connection(("127.0.0.1", server.http_port), timeout=10)
            links.enter_context(link).sendall(part.encode())
        with socket.create_connection(("127.0.0.1", server.http_port), timeout=10) as link:
            request = ["GET /livez HTTP/1.1", "Host: localhost", "Connection: close", "", ""]
            link.sendall("\r\n".join(request).encode())
            assert link.recv(12) == b"HTTP/1.1 404"


def test_a_request_in_pieces_is_answered(server: Server) -> None:
    token = command(server.environment, "token", "create", "robot", "--scope", "users").strip()
    body = json.dumps({"id": "bob@example.com", "name": "Bob"})
    head = [*UNREAD, f"Authorization: Bearer {token}", f"Content-Length: {len(body)}"]
    request = "\r\n".join([*head, "Connection: close", "", body]).encode()
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(request), 20):
            link.sendall(request[start : start + 20])
            assert server.get(PATH, f"kubeflow-userid: {ANN}").status == 200  # meanwhile
        assert link.recv(12) == b"HTTP/1.1 201"


def test_requests_that_arrive_at_once_are_all_answered(server: Server) -> None:
    request = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nkubeflow-userid: {ANN}\r\n"
    last = f"{request}Connection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as link:
        link.sendall((f"{request}\r\n" * 5 + last).encode())
        text = b""
        while part := link.recv(65536):
            text += part
    assert text.count(b"HTTP/1.1 200") == 6


def test_a_client_that_ends_within_a_request_is_forgotten(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost:")
        link.shutdown(socket.SHUT_WR)
        assert link.recv(100) == b""


def test_a_request_of_which_the_end_comes_after_sigterm_is_answered(tmp_path: Path) -> None:
    with running(tmp_path) as ending:
        request = f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\nkubeflow-userid: {ANN}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", ending.http_port), timeout=30) as link:
            link.sendall(request[:40].encode())
            assert ending.get(PATH, f"kubeflow-userid: {ANN}").status == 200  # it was accepted
            ending.process.terminate()
            link.sendall(request[40:].encode())
            assert link.recv(12) == b"HTTP/1.1 200"
        assert ending.process.wait(60) == 0
