"""Records the session of docs/tutorial/command.md: `make session` writes docs/tutorial/session.txt.

The page is what is run: each document that it shows is saved, each command that it shows is run, in
this order. The cluster is the in-memory API on loopback; what is printed is what a terminal of 80
columns shows.
"""

import contextlib
import gc
import io
import json
import os
import re
import shlex
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from memory_api import MemoryApi
from memory_api.controller import ProfileController
from memory_api.loopback import serving
from profiles_management.cli.main import main as profiles_management

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "tutorial"
PAGE, SESSION = FOLDER / "command.md", FOLDER / "session.txt"
ROLES = ("kubeflow-admin", "kubeflow-edit", "kubeflow-view")
SHOWN = "https://127.0.0.1:6443"  # in place of the port that was free, of the same length
_STEP = re.compile(
    r"^```yaml (?P<name>\S+)\n(?P<text>.*?)^```|^    (?P<command>profiles-management [^\n]*)",
    re.MULTILINE | re.DOTALL,
)


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Keyboard(_Screen):
    """Somebody who answers every question with yes; the answer is seen on the screen."""

    def __init__(self, screen: _Screen) -> None:
        super().__init__()
        self._screen = screen

    def readline(self, size: int | None = -1, /) -> str:
        self._screen.write("y\n")
        return "y\n"


def recorded() -> str:
    """Return the session as text."""
    api = MemoryApi()
    api.put_all(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
        }
        for name in ROLES
    )
    ProfileController(api)
    with tempfile.TemporaryDirectory() as home, contextlib.chdir(home), serving(api) as url:
        Path("kubeconfig").write_text(json.dumps(_kubeconfig(url)))
        shown = {"KUBECONFIG": "kubeconfig", "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
        with mock.patch.dict(os.environ, _without_settings() | shown, clear=True):
            text = "\n".join(_steps(PAGE.read_text()))
    return re.sub(re.escape(url), SHOWN, text)


def _kubeconfig(url: str) -> dict[str, Any]:
    """Return the text with the names that `make cluster` uses."""
    return {
        "current-context": "tests",
        "contexts": [{"name": "tests", "context": {"cluster": "tests", "user": "admin"}}],
        "clusters": [{"name": "tests", "cluster": {"server": url}}],
        "users": [{"name": "admin", "user": {}}],
    }


def _without_settings() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PROFILES_MANAGEMENT_")
    }


def _steps(page: str) -> Iterator[str]:
    for step in _STEP.finditer(page):
        if step["name"]:
            Path(step["name"]).write_text(step["text"])
            yield f"$ cat {step['name']}\n{step['text']}"
        else:
            yield f"$ {step['command']}\n{_printed(shlex.split(step['command'])[1:])}"


def _printed(arguments: list[str]) -> str:
    screen = _Screen()
    somebody = mock.patch.object(sys, "stdin", _Keyboard(screen))
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen), somebody:
        profiles_management(arguments)
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # the connections of a command end with its process, and here there is none
    # on a dumb terminal the progress bar leaves an empty line
    return screen.getvalue().lstrip("\n")


if __name__ == "__main__":
    SESSION.write_text(recorded())
