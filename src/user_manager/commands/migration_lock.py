"""A lock under which one process at a time migrates a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_KEY = 6_877_230_512  # any number that stays the same


@contextmanager
def migration_lock() -> Iterator[None]:
    """Hold the lock of the database; wait while another process holds it.

    Several units or pods of a new version start at once, and PostgreSQL lets two of them create the
    same table. The lock is that of a transaction on a connection of its own, so that it also holds
    behind a pool of connections, and ends with its process. SQLite has a single process that
    migrates.
    """
    if connection.vendor != "postgresql":
        yield
        return
    lock = connection.copy(alias="migration_lock")
    try:
        lock.set_autocommit(False)
        with lock.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])
        yield
    finally:
        lock.close()
