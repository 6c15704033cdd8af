"""The command `user-manager serve` in a process of its own, and requests byte by byte."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src"
KEY = "a key that only tests use, and that is long enough to be accepted"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Server:
    """A server that runs."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    http_port: int
    metrics_port: int

    def send(self, text: str, port: int | None = None) -> Answer:
        """Send a whole request and return the answer."""
        with socket.create_connection(("127.0.0.1", port or self.http_port), timeout=30) as link:
            link.sendall(text.encode("utf-8", "surrogateescape"))
            return read_answer(link)

    def get(self, path: str, *headers: str, port: int | None = None) -> Answer:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        return self.send("\r\n".join([*lines, "", ""]), port)

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def read_answer(link: socket.socket) -> Answer:
    data = b""
    while part := link.recv(65536):
        data += part
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    pairs = [line.partition(": ") for line in lines]
    headers = {name.lower(): value for name, _, value in pairs}
    return Answer(int(first.split()[1]), headers, body)


def command(environment: dict[str, str], *arguments: str) -> str:
    """Run a command to its end and return what it prints."""
    full = [sys.executable, "-m", "user_manager", *arguments]
    done = subprocess.run(full, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


@contextmanager
def running(folder: Path, *options: str, **settings: str) -> Iterator[Server]:
    """Run the service on a database of its own until the block ends."""
    ports = {"HTTP_PORT": str(free_port()), "METRICS_PORT": str(free_port())}
    values = {
        "SECRET_KEY": KEY,
        "DATA_DIR": str(folder),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "TRUSTED_PROXIES": "127.0.0.1/32",
    }
    variables = {
        f"USER_MANAGER_{name}": value for name, value in (values | ports | settings).items()
    }
    ours = ("DJANGO_", "USER_MANAGER_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = kept | variables | {"PYTHONPATH": str(SOURCES)}
    command(environment, "migrate")
    log = (folder / "log").open("w+")
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "user_manager", "serve", *options],
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process, environment, int(ports["HTTP_PORT"]), int(ports["METRICS_PORT"]))
    try:
        wait_for(server, process)
        yield server
    finally:
        process.kill()
        process.wait()
        log.close()


def wait_for(server: Server, process: subprocess.Popen[str]) -> None:
    """Wait until the server accepts connections, or fail if its process ends."""
    while process.poll() is None:
        if _accepts(server.http_port):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError("the server ended")


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True
