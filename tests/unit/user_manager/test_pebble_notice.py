"""A change of accesses reaches the charm at once, as a notice of Pebble."""

import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from typing import Any

import pytest

from user_manager.serving.pebble_notice import KEY, PebbleNotice

Asked = tuple[str, Any]


@pytest.fixture
def pebble(tmp_path: Path) -> Iterator[tuple[str, Queue[Asked]]]:
    """Pebble's socket, and what it was asked."""
    asked: Queue[Asked] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.put((self.path, json.loads(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    path = str(tmp_path / "pebble.socket")
    with ThreadingUnixStreamServer(path, Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield path, asked
        server.shutdown()


def test_a_change_becomes_a_notice(pebble: tuple[str, Queue[Asked]]) -> None:
    path, asked = pebble
    notice = PebbleNotice(path)
    for _ in range(2):
        notice.accesses_changed()
        expected = {"action": "add", "type": "custom", "key": KEY}
        assert asked.get(timeout=60) == ("/v1/notices", expected)


def test_pebble_that_does_not_answer_is_logged_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    PebbleNotice(str(tmp_path / "nothing")).send()
    assert "was not sent" in caplog.text


def test_pebble_that_refuses_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def refuse() -> None:
            connection, _ = listener.accept()
            request = b""
            while not request.endswith(b"}"):  # the body may come after the headers
                request += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
            connection.close()

        Thread(target=refuse, daemon=True).start()
        PebbleNotice(path).send()
    assert "HTTP status 401" in caplog.text
