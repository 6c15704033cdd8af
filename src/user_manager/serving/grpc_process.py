"""The gRPC server as a child process of the HTTP server, which ends with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

_COMMAND = (sys.executable, "-m", "user_manager", "grpc")


@contextmanager
def grpc_process() -> Iterator[None]:
    """Run the gRPC server in a process until the block ends.

    If it ends by itself, this process gets SIGTERM: half of the service would be worse than a
    restart of all of it.
    """
    with subprocess.Popen(_COMMAND) as process:  # noqa: S603 - a constant
        Thread(target=_follow, args=(process,), name="grpc-process", daemon=True).start()
        try:
            yield
        finally:
            process.terminate()


def _follow(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    os.kill(os.getpid(), signal.SIGTERM)
