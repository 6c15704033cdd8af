"""Answers on a socket: reads requests from loopback, and breaks connections for faults."""

from __future__ import annotations

import http.server
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2

from . import requests
from .faults import CutBody
from .requests import Request
from .status import Answer

# SO_LINGER: what is not sent yet is dropped, the peer gets RST
_RESET_AT_ONCE = struct.pack("ii", 1, 0)


@contextmanager
def listening(answer: Callable[[Request], Answer], port: int = 0) -> Iterator[str]:
    """Answer requests to a port of loopback (0: a free one) during the block; yield its URL.

    Where `answer` raises CutBody, half of its answer is sent under a head that promises all; where
    it raises another httpx2.HTTPError or a ConnectionError, the connection is reset.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    server.answer = answer
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    answer: Callable[[Request], Answer]
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
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = self.server.answer(requests.read(self.command, self.path, headers, content))
        except CutBody as cut:
            self._send(cut.answer, cut.answer.body[: len(cut.answer.body) // 2])
            self.close_connection = True
        except (httpx2.HTTPError, ConnectionError):
            self._reset()
        else:
            self._send(answer, answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _send(self, answer: Answer, body: bytes) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _reset(self) -> None:
        """Close the socket directly: http.server would send a FIN first."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        """Print nothing."""
