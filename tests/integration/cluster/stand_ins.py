"""The stand-ins of a cluster for profile controller and KFAM: start, slow down, stop."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integration.cluster.processes import Child

_TESTS = Path(__file__).parents[2]


class StandIns:
    """The two processes; they end with `end()`, or with us.

    Args:
        controller: whether to start the profile controller too.

    Attributes:
        kfam: the address of KFAM.
    """

    def __init__(self, kubeconfig: Path, logs: Path, *, controller: bool = True) -> None:
        self._kubeconfig, self._logs = kubeconfig, logs
        self._kfam = self._start("kfam")
        self._controller: Child | None = self._start("profile_controller") if controller else None
        self.kfam = self._kfam.said()
        if self._controller is not None:
            self._controller.said()

    def end(self) -> None:
        """End both."""
        self._kfam.end()
        self.stop_controller()

    def stop_controller(self) -> None:
        """Stop the profile controller."""
        if self._controller is not None:
            self._controller.end()
            self._controller = None

    def start_controller(self, *arguments: str) -> None:
        """Start the profile controller and wait until it watches."""
        self.stop_controller()
        self._controller = self._start("profile_controller", *arguments)
        self._controller.said()

    @contextmanager
    def slow_controller(self, *, seconds_per_namespace: float) -> Iterator[None]:
        """Have a controller that takes its time over each new namespace."""
        with self._controller_with("--seconds-per-namespace", str(seconds_per_namespace)):
            yield

    @contextmanager
    def stopping_controller(self, *, before: str) -> Iterator[None]:
        """Run a controller that stops before a stage (memory_api.controller.STAGES)."""
        with self._controller_with("--stop-before", before):
            yield

    @contextmanager
    def no_controller(self) -> Iterator[None]:
        """Have none for a while."""
        self.stop_controller()
        try:
            yield
        finally:
            self.start_controller()

    @contextmanager
    def _controller_with(self, *arguments: str) -> Iterator[None]:
        self.start_controller(*arguments)
        try:
            yield
        finally:
            self.start_controller()

    def _start(self, name: str, *arguments: str) -> Child:
        command = [
            sys.executable,
            "-m",
            f"integration.cluster.{name}",
            "--kubeconfig",
            str(self._kubeconfig),
            *arguments,
        ]
        path = os.pathsep.join(filter(None, (str(_TESTS), os.environ.get("PYTHONPATH", ""))))
        return Child(name, command, self._logs / f"{name}.log", pipe=True, env={"PYTHONPATH": path})
