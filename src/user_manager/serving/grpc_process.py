"""The gRPC server as a child process of the HTTP server, which ends with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

_COMMAND = (sys.executable, "-m", "user_manager", "grpc")


@contextmanager
def grpc_process() -> Iterator[None]:
    """Run the gRPC server in a process until the block ends.

    If it ends by itself, this process gets SIGTERM: half of the service would be worse than a
    restart of all of it.
    """
    is_over = Event()
    with subprocess.Popen(_COMMAND) as process:  # noqa: S603 - a constant
        Thread(target=_follow, args=(process, is_over), name="grpc-process", daemon=True).start()
        try:
            yield
        finally:
            is_over.set()
            process.terminate()


def _follow(process: subprocess.Popen[bytes], is_over: Event) -> None:
    process.wait()
    if not is_over.is_set():
        os.kill(os.getpid(), signal.SIGTERM)
