"""An HTTP server on loopback that records its requests."""

import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


@dataclass
class Seen:
    """One request that reached a server."""

    path: str
    headers: list
    client: dict | None = None

    def header(self, name):
        """Return the values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def authorization(self):
        """Return the credentials of the request; empty for none."""
        return "".join(self.header("Authorization"))


@dataclass
class Served:
    """A server; it answers 401 while `refuses` is true of a request."""

    url: str
    seen: list = field(default_factory=list)
    refuses: object = staticmethod(lambda request: False)

    @property
    def port(self):
        """The port that it listens on."""
        return int(self.url.rpartition(":")[2])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Print nothing: some tests are about failed handshakes."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        certificate = (
            self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        )
        request = Seen(self.path, self.headers.items(), certificate)
        self.server.served.seen.append(request)
        code, body = (
            (401, b"Unauthorized")
            if self.server.served.refuses(request)
            else (200, b'{"major":"1"}')
        )
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(context=None):
    """Run a server on a free port of loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.served = Served(f"http{'s' if context else ''}://localhost:{server.server_address[1]}")
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    try:
        yield server.served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
