"""REST over a socket: what a client in memory cannot show."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from running_server import Server, read_answer, running

ROOT = "root@example.com"
HEADERS = [f"kubeflow-userid: {ROOT}", "X-Requested-With: tests"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("server")
    with running(folder, ADMINISTRATORS=ROOT) as running_server:
        yield running_server


def request(server: Server, method: str, path: str, body: str = "", *headers: str):
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body.encode())}",
        *HEADERS,
        *headers,
    ]
    return server.send("\r\n".join([*lines, "", body]))


@pytest.mark.parametrize(
    ("user_id", "path"),
    [
        ("a/b", "/api/v1/users/a%2Fb"),
        ("a%2Fb", "/api/v1/users/a%252Fb"),
        ("имя", "/api/v1/users/%D0%B8%D0%BC%D1%8F"),
        ("a?b#c", "http://localhost/api/v1/users/a%3Fb%23c"),
    ],
)
def test_ids_in_paths_are_percent_encoded_whole(server, user_id, path):
    made = request(server, "POST", "/api/v1/users", json.dumps({"id": user_id, "name": "x"}))
    assert made.status in {200, 201}
    answer = request(server, "GET", path)
    assert (answer.status, json.loads(answer.body)["id"]) == (200, user_id)
    location = made.headers["location"]
    assert json.loads(request(server, "GET", location).body)["id"] == user_id


def test_a_raw_byte_in_a_path_is_an_answer_and_no_fault(server):
    answer = request(server, "GET", "/api/v1/users/\udcff")
    assert answer.status in {400, 422}


def test_a_body_that_is_too_large_is_answered_before_it_is_sent_whole(server):
    """The server collects 128 KiB of a request before it looks at it."""
    lines = [
        "PUT /api/v1/cluster HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {16 * 1024 * 1024 + 1}",
        *HEADERS,
    ]
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=30) as link:
        link.sendall("\r\n".join([*lines, "", "x" * 128 * 1024]).encode())
        answer = read_answer(link)
    assert (answer.status, json.loads(answer.body)["code"]) == (413, "too-large")


def test_events_are_streamed_to_the_end(server):
    for number in range(30):
        body = json.dumps({"id": f"u{number}", "name": "x"})
        request(server, "POST", "/api/v1/users", body)
    answer = request(server, "GET", "/api/v1/events", "", "Accept: application/x-ndjson")
    lines = [line for line in answer.body.splitlines() if line.startswith("{")]
    numbers = [json.loads(line)["seq"] for line in lines]
    assert len(numbers) > 30
    assert numbers == list(range(1, len(numbers) + 1))
