"""The test portal over loopback in a separate process, with the projects of a document.

    python -m portal.server PROJECTS MEMBERS

Prints its address when it is ready. It keeps each answer, so that from the second time on it
answers at once. `GET /pace/SECONDS` lets each answer take at least so long, one after another: so
Waldur answers the requests of one token. `GET /requests` returns the targets of the requests since
the last `GET /requests`.
"""

import gc
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from portal import world
from puhuri_server.http_types import Request
from puhuri_server.routes import Routes

_PACE = "/pace/"


class Handler(BaseHTTPRequestHandler):
    """Passes each request to the portal, or answers it as before."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    portal: "Portal"

    def do_GET(self) -> None:
        """Answer a request."""
        if self.path == "/requests":
            self._send(200, {}, self.portal.asked())
        elif self.path.startswith(_PACE):
            self.portal.pace = float(self.path.removeprefix(_PACE))
            self._send(200, {}, b"null")
        else:
            headers = {key.lower(): value for key, value in self.headers.items()}
            self._send(*self.portal.answer(Request("GET", self.path, headers, b"")))

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        lines = {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.wfile.write(f"HTTP/1.1 {status} .\r\n{head}\r\n".encode() + body)


class Portal:
    """The portal with the answers that it gave.

    Attributes:
        pace: seconds that each answer takes at least.
    """

    def __init__(self, projects: int, members: int) -> None:
        self.pace = 0.0
        self._world = world.world(projects, members)
        self._routes = Routes(self._world)
        self._answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self._targets: list[str] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        with self._lock:
            self._targets.append(request.target)
            if self.pace:
                time.sleep(self.pace)
            if request.target not in self._answers:
                reply = self._routes.answer(self._world, request)
                self._answers[request.target] = (reply.status, reply.headers, reply.content)
            return self._answers[request.target]

    def asked(self) -> bytes:
        """Return the targets since the last time, in JSON."""
        with self._lock:
            targets, self._targets = self._targets, []
        return json.dumps(targets).encode()


def main(projects: int, members: int) -> None:
    """Serve until the process ends."""
    gc.disable()
    Handler.portal = Portal(projects, members)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
