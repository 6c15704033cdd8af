"""Reads a repository in tests: without waiting between attempts."""

import time
from datetime import UTC, datetime

import pytest

from profiles_management.git import GitError, load
from profiles_management.pmr import Rules
from profiles_management.reconcile.clock import Clock

IMPATIENT = Clock(now=lambda: datetime.now(UTC), monotonic=time.monotonic, sleep=lambda _: None)


def read(source, **more):
    """Read a source without waiting between attempts."""
    return load(source, rules=Rules(), clock=IMPATIENT, **more)


def names(source):
    """Return the names of the profiles of a source."""
    return sorted(read(source).pmr.profiles)


def refusal(source):
    """Return the message with which a source is refused, without the URL in front of it."""
    with pytest.raises(GitError) as caught:
        read(source)
    message = str(caught.value)
    assert "\n" not in message
    return message.rpartition(".git: ")[2]
