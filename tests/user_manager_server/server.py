"""The server: its document, the answers that it took, and what can go wrong on the way."""

import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from connections.quiet_server import QuietServer
from user_manager_server.cluster_answer import fault_of

TOKEN = "um_4vR2kq9TzJ7x"
LARGEST = 16 * 1024 * 1024
DOCUMENT, CLUSTER = "/api/v1/pmr", "/api/v1/cluster"


@dataclass
class Reply:
    """An answer."""

    status: int = 200
    content: bytes = b""
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """A request that came; the names of its headers are in small letters."""

    method: str
    path: str
    headers: dict = field(default_factory=dict, repr=False, compare=False)


def canonical(document):
    """Return a document as the bytes that a User Manager sends."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def revision(content):
    """Return what a User Manager calls a version of its document."""
    return hashlib.sha256(content).hexdigest()[:16]


def problem(status, code, detail, **headers):
    """Return an error as a User Manager has it."""
    body = {"type": f"urn:user-manager:{code}", "title": code, "status": status}
    kind = {"Content-Type": "application/problem+json"}
    return Reply(status, canonical(body | {"detail": detail, "code": code}), kind | headers)


class UserManager:
    """A User Manager with a document.

    Attributes:
        requests: those that came.
        answers: what clusters told it, as data.
        instead: a function of a request, which returns the reply to it; None for the usual one.
    """

    def __init__(self, context=None):
        self.requests, self.answers = [], []
        self.instead = lambda sent: None
        self.content = canonical({"profiles": []})
        self._published = {revision(self.content)}
        manager = self

        class Handler(_Handler):
            user_manager = manager

        self._server = QuietServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        if context is not None:
            self.url = f"https://localhost:{self.port}"
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def publish(self, *people, **more):
        """Approve access: `publish(("ml", "ann@example.com", "edit", None))`."""
        profiles = {}
        for profile, name, role, until in sorted(people, key=str):
            end = {} if until is None else {"until": until}
            profiles.setdefault(profile, []).append({"name": name, "role": role, **end})
        entries = [{"name": name, "contributors": who} for name, who in profiles.items()]
        self.publish_bytes(canonical({"profiles": entries, **more}))

    def publish_bytes(self, content):
        """Send these bytes as the document, valid or not."""
        self.content = content
        self._published.add(revision(content))

    @property
    def answer(self):
        """The last answer."""
        return self.answers[-1]

    def reply(self, sent, body):
        """Return the reply to a request."""
        self.requests.append(sent)
        instead = self.instead(sent)
        if instead is not None:
            return instead
        if sent.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem(401, "unauthenticated", "no or bad identity")
        if (sent.method, sent.path) == ("GET", DOCUMENT):
            kind = {"Content-Type": "application/json"}
            return Reply(200, self.content, kind | {"ETag": f'"{revision(self.content)}"'})
        if (sent.method, sent.path) == ("PUT", CLUSTER):
            return self._take(sent, body)
        return problem(404, "not-found", "there is no such route")

    def _take(self, sent, body):
        if sent.headers.get("content-type") != "application/json":
            return problem(415, "unsupported", "no JSON")
        if len(body) > LARGEST:
            return problem(413, "too-large", "more than 16 MiB")
        try:
            answer = json.loads(body.decode())
        except ValueError:
            return problem(400, "malformed", "no JSON")
        fault = fault_of(answer)
        if fault:
            return problem(422, "invalid", fault)
        if answer["revision"] and answer["revision"] not in self._published:
            return problem(409, "precondition", "the revision is unknown")
        self.answers.append(answer)
        return Reply(204)

    def start(self):
        """Begin to answer, in a thread."""
        run = self._server.serve_forever
        threading.Thread(target=run, args=(0.02,), daemon=True).start()

    def stop(self):
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    user_manager = None

    def log_message(self, *_):
        pass

    def _answer(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0")))
        reply = self.user_manager.reply(Sent(self.command, self.path, headers), body)
        self.send_response(reply.status)
        sent = reply.headers
        if reply.status != 204:
            sent = {"Content-Length": str(len(reply.content))} | sent
        for name, value in sent.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content)

    do_GET = do_PUT = do_POST = _answer


@contextmanager
def serving(context=None):
    """Run a User Manager on a free port of loopback.

    Args:
        context: of TLS; None for http.
    """
    manager = UserManager(context)
    manager.start()
    try:
        yield manager
    finally:
        manager.stop()
