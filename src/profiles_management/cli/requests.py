"""Requests to a cluster or a portal on standard error, one a line, without credentials."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from profiles_management.cli.terminal import Terminal
from profiles_management.pmr.redaction import redacted
from profiles_management.reconcile.lines import line, printable

_LOGGER = "httpx2"  # which logs method, URL and status of each request at INFO


@contextmanager
def shown(terminal: Terminal) -> Iterator[None]:
    """Print each request while this is open."""
    logger, handler = logging.getLogger(_LOGGER), _Handler(terminal)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class _Handler(logging.Handler):
    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.INFO)
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        self._terminal.complain([line(printable(redacted(record.getMessage())))])
