"""The in-memory API over loopback in a separate process, with the cluster of a document.

    python -m scale.server PROFILES CONTRIBUTORS

Prints its address when it is ready. `GET /requests` returns the number of requests so far.
"""

import gc
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import world

from memory_api import MemoryApi, requests


class Handler(BaseHTTPRequestHandler):
    """Passes each request to the API."""

    protocol_version = "HTTP/1.1"
    api: MemoryApi

    def answer(self) -> None:
        """Answer a request of any method."""
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/requests":
            self._send(200, {}, str(len(self.api.log)).encode())
            return
        headers = {key.lower(): value for key, value in self.headers.items()}
        answer = self.api.handle(requests.read(self.command, self.path, headers, content))
        self._send(answer.status, answer.headers, answer.body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - the names are the base class's

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for key, value in headers.items():
            if key.lower() != "content-length":
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main(profiles: int, contributors: int) -> None:
    """Create the objects and serve until the process ends."""
    gc.disable()
    api = MemoryApi()
    api.put_all(world.roles())
    api.put_all(world.objects(profiles, contributors))
    for kind in world.KINDS:
        # sort once, before anything is measured
        api.state.tables[kind].view(api.state.version)
    Handler.api = api
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
