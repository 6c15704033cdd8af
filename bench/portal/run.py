"""The runs of one size: the no-op and the raw requests in turns, each in a separate process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from process import ENVIRONMENT, child, written

from portal import world
from portal.figures import Figures, Turns

PACE = 1 / 57
"""Seconds for a request: a Waldur 7.0.7 answered 57 a second to one token."""


def measured(projects: int, members: int, runs: int, pace: float = PACE) -> Figures:
    """Return the figures of one size.

    Raises:
        RuntimeError: it was not a no-op, so the figures are useless.
    """
    with (
        written([world.document(projects, members)]) as document,
        _served(projects, members) as url,
    ):
        child("portal.measure", "run", document, url)  # from now on, the portal has each answer
        targets = _get(f"{url}/requests")
        with written([targets]) as requests:
            files = (document, requests)
            figures = Figures(
                projects,
                members,
                targets=tuple(json.loads(targets)),
                paced=_turns(files, url, runs, pace),
                instant=_turns(files, url, runs, 0.0),
            )
    if any(run["changes"] or run["errors"] for run in (*figures.paced.own, *figures.instant.own)):
        raise RuntimeError(f"At {projects} projects the portal did not match the document.")
    return figures


def _turns(files: tuple[str, str], url: str, runs: int, pace: float) -> Turns:
    document, requests = files
    _get(f"{url}/pace/{pace}")
    turns = Turns()
    for _ in range(runs):
        turns.own.append(child("portal.measure", "run", document, url))
        turns.raw.append(child("portal.measure", "raw", requests, url))
    return turns


def _get(url: str) -> str:
    return httpx2.get(url, trust_env=False).raise_for_status().text


@contextmanager
def _served(projects: int, members: int) -> Iterator[str]:
    """Serve the portal that matches the document; yield its address when it is ready."""
    command = [sys.executable, "-m", "portal.server", str(projects), str(members)]
    with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            if not url:
                raise RuntimeError("The test portal did not start; see its messages above.")
            yield url
        finally:
            server.terminate()
