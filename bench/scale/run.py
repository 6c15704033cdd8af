"""The runs of one size: the engine and `yaml.load` in turns, each in a separate process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import world
from process import ENVIRONMENT, child, written

from scale.figures import Figures


def measured(profiles: int, contributors: int, runs: int) -> Figures:
    """Return the figures of one size.

    Raises:
        RuntimeError: it was not a no-op, so the figures are useless.
    """
    figures = Figures(profiles, profiles * contributors)
    with (
        written([world.document(profiles, contributors)]) as file,
        _served(profiles, contributors) as url,
    ):
        for _ in range(runs):
            figures.yaml.append(child("scale.measure", "yaml", file))
            figures.engine.append(child("scale.measure", "engine", file, url))
    if any(run["writes"] or run["errors"] for run in figures.engine):
        raise RuntimeError(
            f"At {profiles} profiles the cluster did not match the document: {figures.engine}"
        )
    return figures


@contextmanager
def _served(profiles: int, contributors: int) -> Iterator[str]:
    """Serve the cluster that matches the document; yield its address when it is ready."""
    command = [sys.executable, "-m", "scale.server", str(profiles), str(contributors)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            if not url:
                raise RuntimeError("The in-memory API did not start; see its messages above.")
            yield url
        finally:
            server.terminate()
