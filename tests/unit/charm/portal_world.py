"""A charm with a portal on loopback, and documents for both."""

import json
import threading
from contextlib import contextmanager
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
    """A server that is no portal: a test sets what it answers."""

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
