"""Several runs of one thing in three numbers, and where they were measured."""

import os
import platform
from statistics import median
from typing import NamedTuple

MEGABYTE = 1_000_000


class Spread(NamedTuple):
    """Several runs of one thing."""

    median: float
    low: float
    high: float


def spread(values: list[float]) -> Spread:
    """Return median, least and most."""
    return Spread(median(values), min(values), max(values))


def cores() -> int:
    """Return how many cores everything shares."""
    return os.cpu_count() or 1


def machine() -> str:
    """Return what was measured on, without a name."""
    return f"{platform.system()} on {platform.machine()} with {cores()} cores, Python {platform.python_version()}"
