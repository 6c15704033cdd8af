"""What all tests of the User Manager need on each database."""

from collections.abc import Iterator

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper


@pytest.fixture(autouse=True, scope="module")
def open_connection() -> Iterator[None]:
    """Keep the connection of a test, whose transaction is a reason for Django to close it.

    Django does so between requests, and its test client prevents that for requests over HTTP.
    """
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def close_outside_of_transactions(connection: BaseDatabaseWrapper) -> None:
        if not connection.in_atomic_block:
            close(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            BaseDatabaseWrapper, "close_if_unusable_or_obsolete", close_outside_of_transactions
        )
        yield
