"""A unit of the packed charm: its folder, its data in Juju, and the events that it receives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from packed import hook_tools

# Juju runs a charm with `charm-user: non-root` as this user. Without root, the test's own user is
# used.
_CHARM_USER = 170
_BECOMES = (
    {"user": _CHARM_USER, "group": _CHARM_USER, "extra_groups": []} if os.geteuid() == 0 else {}
)
_DEADLINE = 60.0
APP = "profiles-management"
_MODEL = "0c0ffee0-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Dispatch:
    """The result of one event.

    Attributes:
        seconds: of wall time, from the start of `dispatch` to its end.
        calls: every hook tool with its arguments, in order.
        state: what Juju knows of the unit afterwards.
    """

    exit_code: int
    seconds: float
    calls: list[list[str]]
    state: dict[str, Any]
    stderr: str

    def of(self, tool: str) -> list[list[str]]:
        """Return the arguments of each call of a tool."""
        return [call[1:] for call in self.calls if call[0] == tool]

    @property
    def status(self) -> str:
        """The status of the unit in `juju status`: `active: 1 profile, 2 contributors`."""
        return ": ".join(self.state["status"]["unit"])

    @property
    def app_status(self) -> str:
        """The status of the application."""
        return ": ".join(self.state["status"]["application"])

    @property
    def logged(self) -> list[str]:
        """The lines of juju-log, each a process: `DEBUG ops 3.9.0 up and running.`."""
        return [f"{level} {message}" for _, level, _, message in self.of("juju-log")]

    @property
    def results(self) -> dict[str, str]:
        """The results of an action."""
        return self.state["action"]["results"]

    @property
    def failed(self) -> str:
        """The reason why an action failed; empty if it did not."""
        return self.state["action"]["failed"]


class Crashed(AssertionError):
    """The charm ended with an exit code other than 0; the message has its log."""

    def __init__(self, dispatch: Dispatch) -> None:
        super().__init__(
            "\n".join([f"exit code {dispatch.exit_code}", *dispatch.logged, dispatch.stderr])
        )
        self.exit_code = dispatch.exit_code


class Unit:
    """One unit; its attributes are its data in Juju.

    Args:
        home: an empty folder for it, which every user may enter.
        charm: the unpacked charm. Its files are linked, so nothing may write into them.
        environment: variables of the pod in addition to those of Juju.
        app: the name of its application.

    Attributes:
        dying: whether it is being removed, alone or with its application.
        config: the options that differ from their defaults.
        relations: each with `id`, `endpoint`, `app`, `units` and `data` by application and unit;
            see `relate`. Those to its peers are there from the beginning.
        secrets: by their identity, each with `content`.
    """

    def __init__(
        self, home: Path, charm: Path, environment: Mapping[str, str], *, app: str = APP
    ) -> None:
        self.charm, self.folder = charm, home / "charm"
        shutil.copytree(charm, self.folder, copy_function=os.link)
        own(self.folder)
        self._lay_tools(home)
        self._home = home
        self._environment = dict(environment)
        self._options = self._read("config.yaml")["options"]
        self._actions = self._read("actions.yaml")
        self.app, self.leader, self.dying = app, True, False
        self.config: dict[str, Any] = {}
        self.relations: list[dict[str, Any]] = []
        for endpoint in self._read("metadata.yaml").get("peers", {}):
            self.relate(endpoint, app)["units"].clear()
        self.secrets: dict[str, dict[str, Any]] = {}
        self._kept: dict[str, Any] = {
            "unit": f"{app}/0",
            "model": _MODEL,
            "status": {"unit": ["unknown", ""], "application": ["unknown", ""]},
            "ports": [],
            "stored": {},
            "storages": {},
            "version": "",
        }

    # what may happen to it

    def see(self, hook: str, **environment: str) -> Dispatch:
        """Run a hook: `see("update-status")`."""
        return self._dispatch(f"hooks/{hook}", {"JUJU_HOOK_NAME": hook, **environment})

    def act(self, action: str, **params: Any) -> Dispatch:
        """Run an action like `juju run`, with the defaults of the missing parameters."""
        known = self._actions[action].get("params", {})
        given = {name.replace("_", "-"): value for name, value in params.items()}
        defaults = {name: param["default"] for name, param in known.items() if "default" in param}
        self._kept["action"] = {
            "params": defaults | given,
            "results": {},
            "failed": "",
            "logged": [],
        }
        environment = {
            "JUJU_ACTION_NAME": action,
            "JUJU_ACTION_UUID": "1",
            "JUJU_ACTION_TAG": "action-1",
        }
        return self._dispatch(f"actions/{action}", environment)

    def relate(
        self, endpoint: str, app: str, published: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Add a relation to another application of one unit, that has published this; return it."""
        relation = {
            "id": len(self.relations) + 1,
            "endpoint": endpoint,
            "app": app,
            "units": [f"{app}/0"],
            "data": {app: dict(published or {}), f"{app}/0": {}},
        }
        self.relations.append(relation)
        return relation

    def see_relation(self, relation: dict[str, Any], event: str) -> Dispatch:
        """Send an event of a relation: created, joined, changed, departed or broken (its end)."""
        named = {
            "JUJU_RELATION": relation["endpoint"],
            "JUJU_RELATION_ID": f"{relation['endpoint']}:{relation['id']}",
            "JUJU_REMOTE_APP": relation["app"],
        }
        if event in ("joined", "changed", "departed"):
            named["JUJU_REMOTE_UNIT"] = relation["units"][0]
        if event == "departed":
            gone = relation["units"].pop()
            named["JUJU_DEPARTING_UNIT"] = self._kept["unit"] if self.dying else gone
        done = self.see(f"{relation['endpoint']}-relation-{event}", **named)
        if event == "broken":
            self.relations.remove(relation)
        return done

    def start(self) -> Dispatch:
        """Run `dispatch` without an event, which Juju never does."""
        return self._dispatch("", {})

    # Juju's side of it

    def _dispatch(self, path: str, environment: Mapping[str, str]) -> Dispatch:
        state, calls = self._home / "state.json", self._home / "calls.jsonl"
        own(self._write(state, json.dumps(self._state())))
        own(self._write(calls, ""))
        begun = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - the charm's own program
            [self.folder / "dispatch"],
            cwd=self.folder,
            env=self._juju(path) | self._environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE,
            check=False,
            **_BECOMES,
        )
        seconds = time.perf_counter() - begun
        after = json.loads(state.read_text())
        self._kept |= {key: after[key] for key in self._kept}
        self.secrets = after["secrets"]
        for relation, now in zip(self.relations, after["relations"], strict=True):
            relation["data"] = now["data"]
        called = [json.loads(line) for line in calls.read_text().splitlines()]
        dispatch = Dispatch(done.returncode, seconds, called, after, done.stderr)
        if dispatch.exit_code:
            raise Crashed(dispatch)
        return dispatch

    def _state(self) -> dict[str, Any]:
        defaults = {
            name: option["default"] for name, option in self._options.items() if "default" in option
        }
        given = {name.replace("_", "-"): value for name, value in self.config.items()}
        ours = {"leader": self.leader, "dying": self.dying, "config": defaults | given}
        return self._kept | ours | {"relations": self.relations, "secrets": self.secrets}

    def _juju(self, path: str) -> dict[str, str]:
        return {
            "PATH": f"{self._home / 'tools'}:/usr/bin:/bin",
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "CHARM_DIR": str(self.folder),
            "JUJU_CHARM_DIR": str(self.folder),
            "JUJU_DISPATCH_PATH": path,
            "JUJU_HOOK_NAME": "",
            "JUJU_UNIT_NAME": self._kept["unit"],
            "JUJU_MODEL_NAME": "kubeflow",
            "JUJU_MODEL_UUID": _MODEL,
            "JUJU_VERSION": "3.6.11",
        }

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        return yaml.safe_load(path.read_text()) if path.exists() else {}

    @staticmethod
    def _lay_tools(home: Path) -> None:
        program, tools = home / "hook-tools", home / "tools"
        shutil.copy(hook_tools.__file__, program)
        program.chmod(0o755)
        tools.mkdir()
        for name in hook_tools.TOOLS:
            (tools / name).symlink_to("../hook-tools")

    @staticmethod
    def _write(path: Path, text: str) -> Path:
        path.write_text(text)
        return path


def own(path: Path) -> None:
    """Give a file, or a folder with all that is in it, to the user that the charm runs as."""
    if not _BECOMES:
        return
    for one in (path, *path.rglob("*")):
        os.chown(one, _CHARM_USER, _CHARM_USER, follow_symlinks=False)
