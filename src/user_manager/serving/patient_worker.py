"""gunicorn's worker with threads, none of which waits for a slow client.

gunicorn gives a connection to a thread with its first byte, so that as many clients as there are
threads stop the service by sending half a request. It has no setting for this, and advises a proxy
that collects requests. Here the kernel collects a request, and a thread gets it whole.

Why no other server: waitress collects requests itself, but loses those in flight at its end, and
has one process.
"""

import errno
import re
import socket
import time
from concurrent.futures import Future
from typing import Any, Final, cast

from gunicorn import util
from gunicorn.http.message import Request
from gunicorn.workers import gthread
from gunicorn.workers.gthread import TConn, ThreadWorker

COLLECTED: Final = 128 * 1024
"""Bytes of head and body that the kernel collects. A thread waits for the rest of larger ones."""
_HEAD_SECONDS: Final = 1.0  # it is there, or nothing more comes
_BODY_SECONDS: Final = 30.0  # the answer of a cluster may have 16 MiB
_ANSWER_SECONDS: Final = 10.0  # that answers wait for a client that does not read
_SLOWEST: Final = 10_000  # bytes a second that a client reads, or it uses up these seconds
_END_SECONDS: Final = 0.5
_COLLECTING_SECONDS: Final = 30.0
_BODY_SIZE: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
_WAITS_FOR_CONTINUE: Final = re.compile(rb"\r\nexpect:", re.IGNORECASE)
_END_OF_HEAD: Final = b"\r\n\r\n"
_DEFER: Final[Any] = gthread._DEFER  # type: ignore[attr-defined]  # noqa: SLF001 - back to the loop


class ClientSocket(socket.socket):
    """The connection of a client.

    Attributes:
        deadline: until when it may send, by `time.monotonic`.
    """

    def __init__(self, accepted: socket.socket) -> None:
        family, kind, protocol = accepted.family, accepted.type, accepted.proto
        super().__init__(family, kind, protocol, fileno=accepted.detach())
        self.deadline = 0.0
        self._collected = 0
        self._collecting_since = 0.0
        self._patience = _ANSWER_SECONDS

    def allow(self, seconds: float) -> None:
        """Let the client send for some time from now on."""
        self.deadline = time.monotonic() + seconds

    def has_request(self) -> bool:
        """Return whether a thread can go on: there is a request, or nothing more comes.

        If not, the socket becomes readable when more has arrived than now (SO_RCVLOWAT).
        """
        wanted = self._missing_up_to()
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, max(1, wanted))
        if not wanted:
            self._collected = 0
        return not wanted

    def _missing_up_to(self) -> int:
        """Return how many bytes there have to be; 0 if there are enough."""
        try:
            data = self.recv(COLLECTED, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 1
        if not self._collected:
            self._collecting_since = time.monotonic()
        is_late = time.monotonic() > self._collecting_since + _COLLECTING_SECONDS
        if len(data) == self._collected or is_late:  # woken without more: the client has ended
            return 0
        self._collected = len(data)
        size = min(_size_of(data), COLLECTED)
        return size if len(data) < size else 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Return what has arrived, until the deadline.

        Raises:
            ConnectionResetError: the client is too slow.
        """
        if flags & socket.MSG_DONTWAIT:
            return super().recv(size, flags)
        limit = self.gettimeout()
        remaining = max(0.001, self.deadline - time.monotonic())
        self.settimeout(remaining if limit is None else min(remaining, limit))
        try:
            return super().recv(size, flags)
        except (TimeoutError, BlockingIOError):
            raise _too_slow() from None
        finally:
            self.settimeout(limit)

    def sendall(self, data: bytes, flags: int = 0) -> None:  # type: ignore[override]  # narrower
        """Send data to a client that takes it in time.

        Raises:
            ConnectionResetError: the client is too slow.
        """
        started = time.monotonic()
        self.settimeout(max(0.001, self._patience))
        try:
            super().sendall(data, flags)
        except TimeoutError:
            raise _too_slow() from None
        used = time.monotonic() - started - len(data) / _SLOWEST
        self._patience = min(_ANSWER_SECONDS, self._patience - used)


def _too_slow() -> ConnectionResetError:
    """Return the error that gunicorn takes for a client that is gone."""
    return ConnectionResetError(errno.ECONNRESET, "the client is too slow")


def _size_of(data: bytes) -> int:
    """Return the size of the request that begins so; of its known part while that is open.

    Only how long to wait depends on it: what a request is, the server's parser decides.
    """
    end = data.find(_END_OF_HEAD)
    if end < 0:
        return len(data) + 1
    head = data[: end + len(_END_OF_HEAD)]
    body = _BODY_SIZE.search(head)
    if body is None or _WAITS_FOR_CONTINUE.search(head):
        return len(head)
    return len(head) + int(body[1])


class PatientWorker(ThreadWorker):
    """A worker whose threads are for whole requests."""

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection to a thread."""
        if not isinstance(conn.sock, ClientSocket):
            conn.sock = ClientSocket(conn.sock)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> bool:
        """Answer a request, if it is there."""
        client = _client_of(conn)
        if self.alive and not _has_read_ahead(conn) and not client.has_request():
            return cast("bool", _DEFER)
        conn.data_ready = True
        client.allow(_HEAD_SECONDS)
        stays_open = super().handle(conn)
        if stays_open is False:
            # here and not in the loop of the worker, which would wait for the client to close
            client.allow(_END_SECONDS)
            util.close_graceful(client, timeout=_END_SECONDS)
            setattr(conn, "close", _nothing)  # noqa: B010 - a method
        return stays_open

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer a request whose head was read."""
        _client_of(conn).allow(_BODY_SECONDS)
        return bool(super().handle_request(req, conn))

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:  # noqa: FBT001 - gunicorn's
        """Return whether another request may follow. A body that nobody reads is not waited for."""
        _client_of(conn).allow(_END_SECONDS)
        return bool(super()._keepalive_after(conn, keepalive))  # type: ignore[misc]  # newer

    def finish_request(self, conn: TConn, fs: "Future[bool]") -> None:
        """Go on with a connection after its thread."""
        is_over = fs.cancelled() or fs.exception() is not None
        if not self.alive and not is_over and fs.result() is _DEFER:
            self.enqueue_req(conn)  # the worker stops: now a thread waits for the rest
        else:
            super().finish_request(conn, fs)


def _client_of(conn: TConn) -> ClientSocket:
    return cast("ClientSocket", conn.sock)


def _has_read_ahead(conn: TConn) -> bool:
    """Return whether the parser has the beginning of the next request."""
    parser: Any = conn.parser
    return parser is not None and bool(parser.unreader.buf.getvalue())


def _nothing(*, graceful: bool = False) -> None:
    """Close nothing: it is closed."""
