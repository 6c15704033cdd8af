"""What attacks share."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def no_logging() -> Iterator[None]:
    """Nothing is logged: pytest keeps every record, which would be counted as memory of what is tried.

    ops leaves the root logger at DEBUG, so which tests ran before would matter.
    """
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
