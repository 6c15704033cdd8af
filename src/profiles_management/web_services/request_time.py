"""How long one request may take, whatever arrives meanwhile.

The time limits of the HTTP library are about each wait: a server that sends a byte now and then, or
one `102 Processing` after the other, could hold up a run for ever.
"""

import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore2

from profiles_management.reconcile.clock import Clock


class RequestTime(httpcore2.NetworkBackend):
    """Makes connections whose waits end with the time of the request that uses them.

    Threads share it; each has one request at a time.

    Args:
        seconds: how long a request may take.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._request = threading.local()
        self._backend = httpcore2.SyncBackend()

    def begin(self) -> None:
        """Let the time of the next request of this thread begin."""
        self._request.end = self._clock.monotonic() + self._seconds

    def left(self, late: type[Exception]) -> float:
        """Return the seconds that the request of this thread has left, more than 0.

        Args:
            late: what is raised where it has none.
        """
        left: float = self._request.end - self._clock.monotonic()
        if left <= 0:
            raise late
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the request has one for everything
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a connection to a server."""
        left = self.left(httpcore2.ConnectTimeout)
        stream = self._backend.connect_tcp(host, port, left, local_address, socket_options)
        return _TimedStream(stream, self)


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose waits end with the time of a request, which replaces each time limit."""

    def __init__(self, stream: httpcore2.NetworkStream, time: RequestTime) -> None:
        self._stream = stream
        self._time = time

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._time.left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._time.left(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        try:
            left = self._time.left(httpcore2.ConnectTimeout)
        except httpcore2.ConnectTimeout:
            self._stream.close()  # nobody else has it yet
            raise
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _TimedStream(stream, self._time)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class has it
        return self._stream.get_extra_info(info)
