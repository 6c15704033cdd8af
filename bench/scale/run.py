"""Who is measured when: in each run the engine and `yaml.load`, each in a process of its own."""

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
        RuntimeError: it was no no-op, so the figures mean nothing.
    """
    found = Figures(profiles, profiles * contributors)
    with (
        written([world.document(profiles, contributors)]) as file,
        _served(profiles, contributors) as url,
    ):
        for _ in range(runs):
            found.yaml.append(child("scale.measure", "yaml", file))
            found.engine.append(child("scale.measure", "engine", file, url))
    if any(run["writes"] or run["errors"] for run in found.engine):
        raise RuntimeError(
            f"At {profiles} profiles the cluster did not match the document: {found.engine}"
        )
    return found


@contextmanager
def _served(profiles: int, contributors: int) -> Iterator[str]:
    """Serve the cluster that matches the document; yields its address once it is filled."""
    command = [sys.executable, "-m", "scale.server", str(profiles), str(contributors)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            if not url:
                raise RuntimeError("The in-memory API did not start; what it said stands above.")
            yield url
        finally:
            server.terminate()
