"""A PostgreSQL server of its own: on loopback, in a temporary folder, gone after the tests."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from running_server import free_port

PROGRAMS = Path("/usr/lib/postgresql/15/bin")  # Debian's, which has them on no PATH
SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "60"}
QUICK = {
    "fsync": "off",  # what a crash of the machine would lose is of no use to a test
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Postgresql:
    """A server that runs."""

    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def deadlocks(self, name: str) -> int:
        """Return how many deadlocks the server found in a database."""
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = %s"
        with psycopg.connect(self.url("postgres")) as connection:
            row = connection.execute(query, [name]).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def running_postgresql(settings: Mapping[str, str] = QUICK) -> Iterator[Postgresql]:
    """Run a server until the block ends.

    Args:
        settings: of PostgreSQL, beside those for loopback.
    """
    if not PROGRAMS.is_dir():
        pytest.fail(f"These tests need PostgreSQL 15 in {PROGRAMS}: apt-get install postgresql-15")
    folder = Path(tempfile.mkdtemp(prefix="user-manager-postgresql-"))
    server = Postgresql(free_port(), secrets.token_urlsafe(16))
    try:
        with _serving(server, folder, SETTINGS | dict(settings)):
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(server: Postgresql, folder: Path, values: dict[str, str]) -> Iterator[None]:
    is_root = os.geteuid() == 0
    user = "postgres" if is_root else None  # the server refuses to run as root
    password = folder / "password"
    password.write_text(server.password)
    if is_root:
        for path in (folder, password):
            shutil.chown(path, user, user)
    data = folder / "data"
    create = ["initdb", "--pgdata", data, "--username=postgres", f"--pwfile={password}"]
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(  # noqa: S603
        [PROGRAMS / create[0], *create[1:], *options],
        user=user,
        cwd=folder,
        check=True,
        capture_output=True,
    )
    settings = [f"-c{name}={value}" for name, value in values.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [PROGRAMS / "postgres", "-D", data, "-k", folder, "-p", str(server.port), *settings],
            user=user,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_until_ready(server, process, folder)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # does not wait for clients that are still there
        process.wait(60)


def _wait_until_ready(server: Postgresql, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    ask = [PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    while subprocess.run(ask, check=False).returncode != 0:  # noqa: S603
        if process.poll() is not None:
            raise AssertionError((folder / "log").read_text())
