"""Several runs in three numbers, and the machine."""

import os
import platform
from statistics import median
from typing import NamedTuple

MEGABYTE = 1_000_000


class Spread(NamedTuple):
    """Several runs: median, minimum and maximum."""

    median: float
    low: float
    high: float


def spread(values: list[float]) -> Spread:
    """Return median, minimum and maximum."""
    return Spread(median(values), min(values), max(values))


def cores() -> int:
    """Return the number of cores."""
    return os.cpu_count() or 1


def machine() -> str:
    """Return the platform, without the name of the machine."""
    return f"{platform.system()} on {platform.machine()} with {cores()} cores, Python {platform.python_version()}"
