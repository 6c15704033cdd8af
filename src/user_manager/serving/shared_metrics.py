"""A folder in which several processes share their metrics."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def has_shared_metrics() -> bool:
    """Return whether processes share their metrics, so that one of them shows those of all."""
    return VARIABLE in os.environ


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Share the metrics of this process and its children.

    prometheus_client reads the variable when it is imported, so nothing that counts may have been
    imported before.
    """
    folder = tempfile.mkdtemp(prefix="user-manager-metrics-")
    os.environ[VARIABLE] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
