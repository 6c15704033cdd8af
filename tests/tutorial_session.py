"""Records the sessions of the tutorials: `make session` writes them into docs/tutorial/.

The page is what is run: each document that it shows is saved, each command that it shows is run, in
this order. The cluster is the in-memory API on loopback, and the portal the test portal; what is
printed is what a terminal of 80 columns shows.
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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from memory_api import MemoryApi
from memory_api.controller import ProfileController
from memory_api.loopback import serving
from profiles_management.cli.main import main as profiles_management
from puhuri_server.demo import act_as_provider, demo_world
from puhuri_server.sample import ALLOCATOR_TOKEN
from puhuri_server.server import serving as portal_serving

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "tutorial"
ROLES = ("kubeflow-admin", "kubeflow-edit", "kubeflow-view")
SHOWN = "https://127.0.0.1:6443"  # in place of the port that was free, of the same length
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
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


@dataclass(frozen=True)
class World:
    """What the commands of a tutorial talk to.

    Attributes:
        variables: of the environment.
        shown: what replaces texts that differ from run to run, by regular expression.
        before: what happens before each command.
    """

    variables: dict[str, str]
    shown: dict[str, str]
    before: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Tutorial:
    """A page, and the file with its recorded session."""

    page: Path
    session: Path
    world: Callable[[], AbstractContextManager[World]]

    def recorded(self) -> str:
        """Return the session as text."""
        terminal = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
        with tempfile.TemporaryDirectory() as home, contextlib.chdir(home), self.world() as world:
            variables = _without_settings() | terminal | world.variables
            with mock.patch.dict(os.environ, variables, clear=True):
                text = "\n".join(_steps(self.page.read_text(), world.before))
        for pattern, replacement in world.shown.items():
            text = re.sub(pattern, replacement, text)
        return text


@contextlib.contextmanager
def _cluster() -> Iterator[World]:
    """Yield a cluster in memory with the profile controller."""
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
    with serving(api) as url:
        Path("kubeconfig").write_text(json.dumps(_kubeconfig(url)))
        yield World({"KUBECONFIG": "kubeconfig"}, {re.escape(url): SHOWN})


@contextlib.contextmanager
def _portal() -> Iterator[World]:
    """Yield a portal whose provider has approved every order before the next command."""
    with portal_serving(demo_world(now=lambda: NOON)) as portal:
        variables = {
            "PUHURI_URL": portal.url,
            "PUHURI_TOKEN": ALLOCATOR_TOKEN,
            "PROFILES_MANAGEMENT_INSTANCE": "lab",
        }
        shown = {
            r"127\.0\.0\.1:\d+": "127.0.0.1:40000",
            r"\b[0-9a-f]{32}\b": "0" * 32,  # requests at the same time get them in any order
        }
        yield World(variables, shown, lambda: portal.change(act_as_provider))


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


def _steps(page: str, before: Callable[[], None]) -> Iterator[str]:
    for step in _STEP.finditer(page):
        if step["name"]:
            Path(step["name"]).write_text(step["text"])
            yield f"$ cat {step['name']}\n{step['text']}"
        else:
            before()
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


TUTORIALS = (
    Tutorial(FOLDER / "command.md", FOLDER / "session.txt", _cluster),
    Tutorial(FOLDER / "portal.md", FOLDER / "portal-session.txt", _portal),
)

if __name__ == "__main__":
    for tutorial in TUTORIALS:
        tutorial.session.write_text(tutorial.recorded())
