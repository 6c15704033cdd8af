"""The service on a filled database, with its HTTP and its gRPC server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from process import ENVIRONMENT

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Served:
    """A service that answers.

    Attributes:
        token: of the cluster.
        server: the process of the HTTP server, whose children answer.
    """

    http_port: int
    grpc_port: int
    token: str
    server: int

    def cpu(self) -> float:
        """Return the processor time of the processes that answer HTTP, in seconds."""
        return sum(_cpu(child) for child in _children(self.server))


def _children(process: int) -> list[int]:
    return [
        int(number)
        for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def served(users: int, events: int, folder: Path, url: str) -> Iterator[Served]:
    """Fill a database and serve it.

    Args:
        users: how many.
        events: how many.
        folder: for files of the service.
        url: the database.
    """
    ports = [_free_port() for _ in range(4)]
    environment = {
        **ENVIRONMENT,
        "USER_MANAGER_SECRET_KEY": "the bench needs no secret",
        "USER_MANAGER_DATA_DIR": str(folder),
        "USER_MANAGER_DATABASE_URL": url,
        "USER_MANAGER_ALLOWED_HOSTS": "127.0.0.1",
        "USER_MANAGER_TRUSTED_PROXIES": "127.0.0.1/32",
        "USER_MANAGER_HTTP_PORT": str(ports[0]),
        "USER_MANAGER_GRPC_PORT": str(ports[1]),
        "USER_MANAGER_METRICS_PORT": str(ports[2]),
    }
    filling = [sys.executable, "-m", "user_manager_load.fill", str(users), str(events)]
    done = subprocess.run(filling, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("w"))

        def start(*command: str, **settings: str) -> subprocess.Popen[bytes]:
            started = subprocess.Popen(
                [sys.executable, "-m", *command], env=environment | settings, stdout=log, stderr=log
            )
            process = stack.enter_context(started)
            stack.callback(process.terminate)
            return process

        server = start("user_manager_load.server")
        start("user_manager", "grpc", USER_MANAGER_METRICS_PORT=str(ports[3]))
        for port in ports[:2]:
            _wait_for(port, server)
        yield Served(ports[0], ports[1], done.stdout.strip(), server.pid)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError("The service did not start; see its log.")
