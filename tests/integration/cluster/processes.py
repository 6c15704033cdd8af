"""Child processes that end with us: by pid at the end, and by the kernel if we are killed."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PATIENCE = 10.0
_SHOWN = 15


class Died(Exception):
    """A process ended that should have gone on; the message holds the end of its log."""


class Child:
    """One running process.

    A session of its own keeps Ctrl-C from reaching it before us. Where we end without a word, Linux
    ends it: to Linux, "we" are the thread that starts it, so that is one that lives on.

    Args:
        pipe: whether the process is to talk to us over its standard output (`said`); else that goes
            to the log too.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        pipe: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.log = name, log
        us = os.getpid()

        def end_with_us() -> None:
            if _LIBC is not None:
                _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
                if os.getppid() != us:
                    os._exit(1)

        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else out,
                stderr=out,
                env=None if env is None else {**os.environ, **env},
                start_new_session=True,
                preexec_fn=end_with_us,  # noqa: PLW1509 - no threads of ours hold locks that it needs
            )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def said(self) -> str:
        """Return the next line that the process writes to its standard output.

        Raises:
            Died: it ended instead.
        """
        out: IO[bytes] | None = self._process.stdout
        line = out.readline() if out else b""
        if not line:
            self._process.wait(_PATIENCE)
            self.alive()
        return line.decode().strip()

    def alive(self) -> None:
        """Do nothing while it runs.

        Raises:
            Died: it does not.
        """
        code = self._process.poll()
        if code is not None:
            end = "\n".join(self.log.read_text(errors="replace").splitlines()[-_SHOWN:])
            raise Died(f"{self.name} ended with {code}. The end of {self.log}:\n{end}")

    def end(self) -> None:
        """Kill the process at once: its data is not needed."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(_PATIENCE)
        if self._process.stdout:
            self._process.stdout.close()
