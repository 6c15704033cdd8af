"""A server that sends what it is told, byte by byte, HTTP or not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def answering(answer: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """Yield the URL of a server, which closes each connection after one answer.

    Args:
        answer: sends an answer; it is given the request up to the end of its headers.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_serve, args=(server, answer), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, answer: Callable[[socket.socket, bytes], None]) -> None:
    with suppress(OSError):  # the end of the test
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):  # a client that gives up
                answer(connection, _head(connection))


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        received = connection.recv(65_536)
        if not received:
            raise ConnectionError
        head += received
    return head
