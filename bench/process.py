"""A separate process for each measurement: one side starts it, the other measures itself."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(str(path) for path in (HERE, ROOT / "src", ROOT / "tests")),
}


def child(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module in a separate process and return the JSON object that it prints.

    Raises:
        subprocess.CalledProcessError: it failed; its own messages are printed before this one.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def measured(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `act` returns, its wall and processor time (s) and our peak memory (bytes)."""
    started, cpu = time.perf_counter(), time.process_time()
    figures = act()
    ended, cpu_ended = time.perf_counter(), time.process_time()
    return {**figures, "wall": ended - started, "cpu": cpu_ended - cpu, "peak": peak()}


def peak() -> int:
    """Return the peak memory of this process in bytes."""
    status = Path("/proc/self/status")
    # ru_maxrss includes the memory of the parent when it started this process
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


@contextmanager
def written(lines: Iterable[str]) -> Iterator[str]:
    """Write a file that exists during the block; yield its name."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.writelines(lines)
        file.flush()
        yield file.name
