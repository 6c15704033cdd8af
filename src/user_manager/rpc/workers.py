"""How many RPCs work at once, and with how many connections to the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connection


class Workers:
    """Lets a number of threads work at once.

    Django has a connection for each thread, and there are more threads than work at once: most of
    them wait for messages. As many as work keep their connection, the others close it.

    Args:
        count: how many work at once; there are at most twice as many connections.
    """

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._kept = threading.BoundedSemaphore(count)
        self._of_thread = threading.local()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Wait until this thread may work, and keep its connection usable, as for a request."""
        with self._free:
            close_old_connections()
            try:
                yield
            finally:
                if self._keeps_connection():
                    close_old_connections()
                else:
                    close_connection()

    def _keeps_connection(self) -> bool:
        if not hasattr(self._of_thread, "keeps"):
            self._of_thread.keeps = self._kept.acquire(blocking=False)
        return bool(self._of_thread.keeps)


def close_connection() -> None:
    """Close the connection of this thread."""
    connection.close()
