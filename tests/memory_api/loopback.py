"""A `MemoryApi` over real HTTP on 127.0.0.1, for benchmarks that want the server in a process of its own.

Beside the API: `POST /memory/objects` with JSON lines stores objects through the set-up door, `GET /memory/requests`
counts what was answered since the last time it was asked, by verb and resource.
"""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import httpx2
import msgspec

from . import requests
from .server import MemoryApi
from .status import JSON, Answer

_line = msgspec.json.Decoder()


def load(api: MemoryApi, content: bytes) -> int:
    """Store objects given as JSON lines; return how many."""
    before = api.state.version
    api.put_all(_line.decode(line) for line in content.splitlines() if line)
    return api.state.version - before


@contextmanager
def serving(api: MemoryApi, port: int = 0) -> Iterator[str]:
    """Serve an api on a port of loopback (0 is a free one) while the block runs; yield its URL."""
    server = _Server(("127.0.0.1", port), _Handler)
    server.api = api
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    api: MemoryApi
    daemon_threads = True
    request_queue_size = 128


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers one connection, request after request, until the client hangs up."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self._own_door(content) or self._api_door(content)
        except (httpx2.HTTPError, ConnectionError):
            self.close_connection = True  # a fault that breaks the connection
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _api_door(self, content: bytes) -> Answer:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.server.api.handle(requests.read(self.command, self.path, headers, content))

    def _own_door(self, content: bytes) -> Answer | None:
        if (self.command, self.path) == ("POST", "/memory/objects"):
            return _json({"stored": load(self.server.api, content)})
        if (self.command, self.path) == ("GET", "/memory/requests"):
            log, self.server.api.log = self.server.api.log, []
            return _json(_counted(log))
        return None

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


def _counted(log: Iterable[requests.Request]) -> dict[str, int]:
    return dict(sorted(Counter(f"{request.verb} {request.resource}" for request in log).items()))


def _json(value: object) -> Answer:
    return Answer(200, msgspec.json.encode(value), {"Content-Type": JSON})
