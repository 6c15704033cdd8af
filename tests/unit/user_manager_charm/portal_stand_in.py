"""A stand-in for the workload on loopback: the two requests that the charm sends to it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EMPTY = '{"profiles":[]}'


def pmr(*profiles: str) -> str:
    """Return the document of accesses to these profiles, in the form of the contract."""
    people = [{"name": "ann@example.com", "role": "edit"}]
    document = {"profiles": [{"contributors": people, "name": name} for name in sorted(profiles)]}
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


class Portal:
    """What the workload answers, and what it got.

    Attributes:
        document: the body of `GET /api/v1/pmr`.
        tokens: the tokens that it accepts.
        reports: the bodies of `PUT /api/v1/cluster`, decoded.
        known: the revisions that it knows; None: all.
        status: the status of every answer; 0: as it should be.
        answer: a whole answer in bytes to every request, in place of its own.
        drip: whether an answer never ends, one byte after the other.
        requests: every request.
    """

    def __init__(self) -> None:
        self.document = EMPTY
        self.tokens: set[str] = set()
        self.reports: list[dict[str, object]] = []
        self.known: set[str] | None = None
        self.status = 0
        self.answer = b""
        self.drip = False
        self.requests: list[str] = []
        self.url = ""
        self.closing = threading.Event()

    @property
    def revision(self) -> str:
        return hashlib.sha256(self.document.encode()).hexdigest()[:16]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    portal: Portal

    def do_GET(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.portal.requests.append(f"{self.command} {self.path}")
        self.close_connection = True
        if self.portal.drip:
            self._drip()
        elif self.portal.answer:
            self.wfile.write(self.portal.answer)
        else:
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        if self.portal.status:
            self._send(self.portal.status)
        elif self.headers["Authorization"].removeprefix("Bearer ") not in self.portal.tokens:
            self._send(401)
        elif self.command == "GET":
            self._send(200, self.portal.document.encode(), f'"{self.portal.revision}"')
        else:
            self._report(json.loads(body))

    def _report(self, report: dict[str, object]) -> None:
        if self.portal.known is not None and report["revision"] not in self.portal.known:
            self._send(409)
            return
        self.portal.reports.append(report)
        self._send(204)

    def _send(self, status: int, body: bytes = b"", etag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        if etag:
            self.send_header("ETag", etag)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with suppress(OSError):
            while not self.portal.closing.wait(0.01):
                self.wfile.write(b"a")
                self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Portal]:
    """Serve a portal until the end of the block."""
    portal = Portal()
    handler = type("Handler", (_Handler,), {"portal": portal})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    portal.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield portal
    finally:
        portal.closing.set()
        server.shutdown()
        server.server_close()
