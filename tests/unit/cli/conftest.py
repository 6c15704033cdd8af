"""The command in this process: a fixed clock, a cluster in memory or a folder, given answers."""

import io
import json
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

import golden
from memory_api import MemoryApi, ProfileController
from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from profiles_management.cli.signals import Signals
from profiles_management.cli.terminal import Terminal
from profiles_management.reconcile.clock import Clock

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
SAMPLE = Path(__file__).parents[3] / "examples" / "pmr.yaml"
ROLES = ("kubeflow-admin", "kubeflow-edit", "kubeflow-view")


@dataclass
class Ran:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def data(self):
        """The output, decoded from JSON."""
        return json.loads(self.out)

    @property
    def last(self):
        """The last line that it printed."""
        return self.out.splitlines()[-1]


class Answers(Terminal):
    """A terminal with given answers: True, False, None (nobody), or a signal at the question.

    A function is called at the question and returns the answer.
    """

    def __init__(self, answer=None):
        self.answer = answer
        self.asked = []
        self.signals = Signals()

    def is_interactive(self):
        return self.answer is not None

    def confirms(self, question):
        self.asked.append(question)
        if isinstance(self.answer, signal.Signals):
            self.signals.received = self.answer
            raise typer.Abort
        return self.answer() if callable(self.answer) else self.answer


@pytest.fixture
def keeps():
    """Compare a text with the golden file of that name."""
    return lambda name, text: golden.check(Path(__file__).parent / "golden" / name, text)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Enter an empty folder with the sample as pmr.yaml, and an empty environment."""
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pmr.yaml").write_bytes(SAMPLE.read_bytes())
    return tmp_path


@pytest.fixture
def sample():
    """Return the sample with some texts replaced by others."""

    def edited(*edits):
        text = SAMPLE.read_text(encoding="utf-8")
        for before, after in edits:
            assert text.count(before) == 1
            text = text.replace(before, after)
        return text

    return edited


@pytest.fixture
def api():
    """A cluster in memory; `run` uses it where no folder is given."""
    return MemoryApi(objects=map(_cluster_role, ROLES))


@pytest.fixture
def controller(api):
    """The profile controller of that cluster."""
    return ProfileController(api)


@pytest.fixture
def run(api, capsys, monkeypatch):
    """Run the command: `run("plan", "pmr.yaml")`; `stdin` for `-`, `answer` for questions."""

    def command(*arguments, stdin="", answer=None, real=False, terminal=None):
        if terminal is None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        slept = [0.0]
        clock = Clock(
            now=lambda: NOON,
            monotonic=lambda: slept[0],
            sleep=lambda seconds: slept.append(_add(slept, seconds)),
        )
        command.terminal, command.clock = Answers(answer), clock
        more = {} if real else {"connect": lambda *_, **__: api.client()}
        session = Session(
            clock, **more, terminal=terminal or command.terminal, signals=command.terminal.signals
        )
        code = main(list(map(str, arguments)), session)
        return Ran(code, *capsys.readouterr())

    return command


@pytest.fixture
def folder(run):
    """Run the command on the folder `manifests`."""
    return lambda *arguments, **more: run(*arguments, "--directory", "manifests", **more)


def _add(slept, seconds):
    slept[0] += seconds
    return seconds


def _cluster_role(name):
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
    }
