"""Connections whose waits all end at one moment.

The time limits of an HTTP library are about each wait: a server that sends a byte now and then
could hold up a hook for ever.
"""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore2


class Deadline(httpcore2.NetworkBackend):
    """Makes connections that end at a moment.

    Args:
        seconds: how long everything together may take.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._backend = httpcore2.SyncBackend()

    def left(self, late: type[Exception]) -> float:
        """Return the seconds that are left, more than 0.

        Args:
            late: what is raised where none are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise late
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - there is one for everything
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a connection to a server."""
        left = self.left(httpcore2.ConnectTimeout)
        stream = self._backend.connect_tcp(host, port, left, local_address, socket_options)
        return _TimedStream(stream, self)

    def sleep(self, seconds: float) -> None:
        """Wait before a connection is tried again."""
        time.sleep(min(seconds, self.left(httpcore2.ConnectTimeout)))


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose waits end at a moment, which replaces each time limit."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        try:
            left = self._deadline.left(httpcore2.ConnectTimeout)
        except httpcore2.ConnectTimeout:
            self._stream.close()  # nobody else has it yet
            raise
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as the base class has it
        return self._stream.get_extra_info(info)
