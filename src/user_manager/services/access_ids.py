"""Ids of accesses that the service chooses."""

import uuid


def new_access_id() -> str:
    """Return a new id: a UUID in lower case."""
    return str(uuid.uuid4())
