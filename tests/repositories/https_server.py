"""`git http-backend` behind TLS on loopback, with faults on request."""

import base64
import os
import ssl
import subprocess
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HttpsServer(ThreadingHTTPServer):
    """Serves the repositories of a folder.

    Attributes:
        requests: what was asked: method, path and the credentials that came along.
        user: the only `user:token` that is let in; empty lets everybody in.
        instead: called with the handler of a request before it is answered; returns whether it
            answered itself.
        protocol: the protocol of Git that is spoken, at most.
        over: set when the server ends, for what hangs.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder, certificate, host="localhost"):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.url = f"https://{host}:{self.server_address[1]}"
        self.requests = []
        self.user = ""
        self.instead = lambda handler: False
        self.protocol = 2
        self.over = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def finish_request(self, request, client_address):
        """Start TLS in the connection's thread; a client that rejects the certificate hangs up."""
        with suppress(OSError), self._context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def close(self):
        """Release blocked requests, and end."""
        self.over.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection, request after request."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        credentials = self.headers.get("Authorization", "")
        self.server.requests.append((self.command, self.path, credentials))
        if self.server.instead(self):
            return
        wanted = f"Basic {base64.b64encode(self.server.user.encode()).decode()}"
        if self.server.user and credentials != wanted:
            self.answer(401, {"WWW-Authenticate": "Basic"})
        else:
            self._backend()

    do_POST = do_GET

    def answer(self, status, headers=None, body=b""):
        """Answer with a status, headers and a body."""
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def backend(self):
        """Return the answer of Git: status, headers and body."""
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(self.body)),
            "REMOTE_ADDR": "127.0.0.1",
        }
        if self.server.protocol > 0:
            environment["GIT_PROTOCOL"] = self.headers.get("Git-Protocol", "")
        ran = subprocess.run(
            ["git", "http-backend"],  # noqa: S607 - that of PATH
            input=self.body,
            env=environment,
            capture_output=True,
            check=False,  # it exits with 1 after an error message to the client
        )
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return int(headers.pop("Status", "200").split()[0]), headers, body

    def _backend(self):
        self.answer(*self.backend())

    def log_message(self, *_):
        """Print nothing."""
