"""The clock of the service. Everything below the entry points is given its time."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time of now, with a zone."""
    return datetime.now(UTC)
