"""`make portal` in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from running_server import SOURCES, free_port


@contextmanager
def started(port: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "PYTHONPATH": str(SOURCES),
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "user_manager.demo"]
    with subprocess.Popen(  # noqa: S603
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def get(port: int, **headers: str) -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("GET", "/", headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


def test_the_demonstration_says_where_it_is_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    with started(port, tmp_path) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        assert next(tmp_path.glob("user-manager-*/db.sqlite3"))
        status, page = get(port)
        assert (status, "Ann Lee" in page) == (200, True)
        status, page = get(port, Cookie="development_identity=root@example.com")
        assert (status, "Administration" in page) == (200, True)
        assert get(port, Host="rebound.example")[0] == 400
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with started(port, tmp_path) as process:
            _, message = process.communicate(timeout=60)
    assert process.returncode == 1
    assert message.startswith(f"Port {port}: Address already in use. Choose another one: PORT=")
