"""The portal over HTTP on loopback, with what can go wrong on the way."""

import ssl
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler

from connections.quiet_server import QuietServer
from puhuri_server.http_types import ERROR_PAGE, Reply, Request
from puhuri_server.routes import Routes
from puhuri_server.world import World


class Fault(Enum):
    """What happens to a request."""

    LOST = auto()  # the connection breaks before the portal has it
    UNANSWERED = auto()  # the portal carries it out, and the connection breaks before the answer
    ERROR = auto()  # 500, not carried out
    ERROR_AFTER = auto()  # 500, carried out
    BUSY = auto()  # 429


@dataclass(frozen=True)
class Sent:
    """A request that came; the names of its headers are in small letters."""

    method: str
    path: str
    target: str
    headers: dict = field(default_factory=dict, repr=False, compare=False)
    content: bytes = field(default=b"", repr=False, compare=False)


class Portal:
    """A server with a world.

    Attributes:
        fault: decides what happens to the request of a number, from 0; a reply is its answer.
        ignored: parameters that it does not know.
    """

    def __init__(self, world: World, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[Sent] = []
        self.fault: Callable[[int, Sent], Fault | Reply | None] = lambda number, sent: None
        self._lock = threading.Lock()
        self.reset(world)
        portal = self

        class Handler(_Handler):
            server_portal = portal

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self.url = f"https://localhost:{self.port}"

    def reset(self, world: World) -> None:
        """Start again with another world."""
        self.world = world
        self.routes = Routes(world)
        self.requests.clear()
        self.fault = lambda number, sent: None
        self.ignored: frozenset[str] = frozenset()

    def answer(self, request: Request) -> Reply | None:
        """Return the answer to a request, None where the connection breaks."""
        with self._lock:
            sent = Sent(
                request.method, request.path, request.target, request.headers, request.content
            )
            fault = self.fault(len(self.requests), sent)
            self.requests.append(sent)
            if isinstance(fault, Reply):
                return fault
            if fault is Fault.BUSY:
                return Reply(429, {"detail": "Request was throttled."}, {"Retry-After": "1"})
            if fault is Fault.ERROR:
                return Reply(500, ERROR_PAGE)
            if fault is Fault.LOST:
                return None
            for name in self.ignored:
                request.params.pop(name, None)
            reply = self.routes.answer(self.world, request)
            afterwards = {Fault.ERROR_AFTER: Reply(500, ERROR_PAGE), Fault.UNANSWERED: None}
            return afterwards.get(fault, reply)

    def change(self, change: Callable[[World], None]) -> None:
        """Let somebody change the world between two requests."""
        with self._lock:
            change(self.world)

    def start(self) -> None:
        """Begin to answer, in a thread."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def serve(self) -> None:
        """Answer until it is interrupted."""
        self._server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_portal: Portal
    disable_nagle_algorithm = True

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        content = self.rfile.read(length)
        request = Request(self.command, self.path, headers, content)
        reply = self.server_portal.answer(request)
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        content = reply.content
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.body is not None:
            self.send_header("Content-Type", reply.type)
        self.send_header("Vary", "Accept-Language, Cookie")
        if reply.status == 401:
            self.send_header("WWW-Authenticate", "Token")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _handle

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@contextmanager
def serving(world: World, context: ssl.SSLContext | None = None):
    """Yield a portal that answers, over TLS with a certificate."""
    portal = Portal(world, context)
    portal.start()
    try:
        yield portal
    finally:
        portal.stop()
