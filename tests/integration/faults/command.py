"""The command in processes that start at once, forked from one that has imported it.

Run as a program, this module is that parent: it reads one list of arguments a line, forks, and
prints how each process ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

_TESTS = Path(__file__).parents[2]
_PATH = os.pathsep.join((str(_TESTS.parent / "src"), str(_TESTS)))


class Command:
    """Runs `profiles-management` while its `with` block runs, one process after the other."""

    def __init__(self) -> None:
        self._parent = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": _PATH},
            text=True,
        )
        self._pid = 0
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._parent.communicate()  # it ends with its input

    def run(self, arguments: Sequence[str], out: Path) -> int:
        """Run it to its end; return its exit code, minus the number of the signal that ended it.

        Args:
            out: what it prints goes there.
        """
        assert self._parent.stdin is not None
        self._ended.clear()
        print(json.dumps([str(out), *arguments]), file=self._parent.stdin, flush=True)
        self._pid = self._said()
        code = self._said()
        self._ended.set()
        return code

    def kill(self) -> None:
        """End the process that runs, from another thread; return once it is gone."""
        os.kill(self._pid, signal.SIGKILL)
        self._ended.wait()

    def _said(self) -> int:
        assert self._parent.stdout is not None
        return int(self._parent.stdout.readline())


def main() -> None:
    """Fork a process for each line."""
    from profiles_management.cli import entry  # noqa: PLC0415 - the tests that import this module need no command
    from profiles_management.cli.main import main as _command  # noqa: F401, PLC0415 - `entry` imports it when it runs

    for line in sys.stdin:
        out, *sys.argv[1:] = json.loads(line)
        if not (pid := os.fork()):
            printed = os.open(out, os.O_WRONLY | os.O_CREAT, 0o600)
            for stream in (1, 2):
                os.dup2(printed, stream)
            entry()
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
