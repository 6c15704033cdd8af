"""Fixtures of attacks."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def no_logging() -> Iterator[None]:
    """Disable logging: pytest keeps every record, which would count as memory of the attack.

    ops leaves the root logger at DEBUG, so which tests ran before would matter.
    """
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
