"""Log lines: one JSON object each, or text for people."""

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any, Literal

from user_manager.domain.times import format_time

FIELDS = ("request_id", "actor", "method", "route", "status", "milliseconds")
"""Fields that a record may have in addition to its message."""


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. An exception adds its traceback, which holds no values of variables."""
        line: dict[str, Any] = {
            "time": format_time(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class TextFormatter(logging.Formatter):
    """Writes a record as one line of text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the fields after the message."""
        fields = [f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)]
        return " ".join([super().format(record), *fields])


def log_settings(form: Literal["json", "text"]) -> dict[str, Any]:
    """Return the settings of Python's logging: everything goes to standard error."""
    formatters = {
        "json": {"()": JsonFormatter},
        "text": {"()": TextFormatter, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {form: formatters[form]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            # their lines hold whole URLs, with what people search for
            "django.request": {"level": "ERROR"},
            # theirs hold values of people, and reading them for a line would ask the database
            "django.db.backends": {"level": "INFO"},
            "django.template": {"level": "INFO"},
            "httpx2": {"level": "WARNING"},
            # quotes metadata that is not UTF-8, which may be a token with a typing error
            "grpc._cython.cygrpc": {"level": "CRITICAL"},
        },
    }
