"""A charm with a portal on loopback, and documents for both."""

import json
import random
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ops import testing

from puhuri_server.sample import ALLOCATOR_TOKEN, cuid
from puhuri_server.server import Fault

CUSTOMER = "National Research Allocator"
SINCE = "; not reconciled since 2026-01-01 12:00 UTC"


def document(**profiles: dict[str, str]) -> str:
    """Write a document; ada owns each profile: `document(quantum={"bo": "edit"})`."""
    lines = ["profiles:" if profiles else "profiles: []"]
    for name, people in profiles.items():
        lines += [f"- name: {name}", f"  owner: {{kind: User, name: {cuid('ada')}}}"]
        entries = [f"{{name: {cuid(person)}, role: {role}}}" for person, role in people.items()]
        lines.append(f"  contributors: [{', '.join(entries)}]")
    return "\n".join(lines) + "\n"


QUANTUM = document(quantum={"bo": "edit"})


def as_target(world, portal, pmr="", **options):
    """Configure a charm that applies a document to a cluster and to a portal."""
    _configure(world, portal, pmr, {"puhuri_mode": "target", "instance": "lab"} | options)


def as_source(world, portal, pmr="", **options):
    """Configure a charm whose cluster gets profiles from a portal."""
    given = {"puhuri_mode": "source", "puhuri_profiles": "hpc-*", "puhuri_prefix": "hpc-"}
    _configure(world, portal, pmr, given | options)


def _configure(world, portal, pmr, options):
    given = {
        "puhuri_url": portal.url,
        "puhuri_customer": CUSTOMER,
        "puhuri_token": testing.Secret({"token": ALLOCATOR_TOKEN}),
        "pmr": pmr,
    }
    world.configure(**{name: value for name, value in (given | options).items() if value})


def roles(portal, profile, instance="lab"):
    """Return {first letter of the CUID: role} of everybody in the project of a profile."""
    marked = f"{instance}/{profile}"
    (project,) = [one for one in portal.world.projects if one.backend_id == marked]
    grants = portal.world.active_grants(project)
    return {grant.user.username[0]: grant.role for grant in grants}


def carry_out_orders(portal):
    """Let the provider approve every open order."""
    for order in portal.world.orders:
        if order.is_open:
            portal.world.execute(order)


def away(portal):
    """Let every request fail."""
    portal.fault = lambda number, sent: Fault.ERROR


def back(portal):
    """Answer again."""
    portal.fault = lambda number, sent: None


_ODD = (
    *(None, True, -1, 2**70, 1e308, "", "x" * 3_000, "\x1b[2J", "\ud800", "0000", "9999-99-99"),
    *([], {}, [[]], {"": {}}, "https://puhuri.invalid/?page=2", "<html>"),
)


@dataclass
class _Mangled:
    """An answer whose bytes are given."""

    status: int
    content: bytes
    headers: dict
    body: object = ""
    type: str = "application/json"


class MangledRoutes:
    """Routes of a portal some of whose answers are cut off, or have odd values in them."""

    def __init__(self, routes, seed):
        self._routes = routes
        self._random = random.Random(seed)

    def answer(self, world, request):
        reply = self._routes.answer(world, request)
        if self._random.random() < 0.6:
            return reply
        content = self._replaced(reply.content)
        if self._random.random() < 0.3:
            content = content[: self._random.randrange(len(content) + 1)]
        headers = {**reply.headers, **self._random.choice(({}, {}, {"X-Result-Count": "99"}))}
        return _Mangled(self._random.choice((reply.status, 200, 404)), content, headers)

    def _replaced(self, content):
        try:
            body = json.loads(content)
        except ValueError:
            return content
        return json.dumps(self._with_odd_value(body)).encode()

    def _with_odd_value(self, body):
        """Return a body in which one value, at any depth, is another."""
        if isinstance(body, dict) and body:
            key = self._random.choice([*body])
            return {**body, key: self._with_odd_value(body[key])}
        if isinstance(body, list) and body:
            place = self._random.randrange(len(body))
            return [*body[:place], self._with_odd_value(body[place]), *body[place + 1 :]]
        return self._random.choice(_ODD)


class _Echo(BaseHTTPRequestHandler):
    """Answers every request with the code and the words of the server, and the credentials."""

    def do_GET(self):
        detail = f"{self.server.detail} {self.headers['Authorization']}"
        body = json.dumps({"detail": detail}).encode()
        self.send_response(self.server.code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class EchoServer(ThreadingHTTPServer):
    """A server that is not a portal: a test sets what it answers."""

    code, detail = 400, "not with"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def echoing():
    """Yield such a server."""
    server = EchoServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
