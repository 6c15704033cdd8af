"""A PostgreSQL server of its own on loopback, for as long as tests need it.

`python tests/portal/postgresql.py COMMAND …` runs a command with USER_MANAGER_DATABASE_URL
on a new server, and ends with its exit code.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from running_server import free_port

PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")  # Debian's, which has them on no PATH
ROLE: Final = "postgres"
_PATIENCE: Final = 60  # seconds for a server that starts or stops
_ATTEMPTS: Final = 5  # another process may take the port that was free
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}
QUICK: Final = {
    "fsync": "off",  # what a crash of the machine would lose is of no use to a test
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True)
class Postgresql:
    """A server that runs, with one role."""

    port: int
    password: str

    def url(self, database: str = "postgres") -> str:
        """Return a URL for USER_MANAGER_DATABASE_URL."""
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Create an empty database and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for command in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
                connection.execute(sql.SQL(command).format(sql.Identifier(name)))
        return self.url(name)

    def deadlocks(self, name: str) -> int:
        """Return how many deadlocks the server found in a database."""
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = %s"
        with psycopg.connect(self.url()) as connection:
            row = connection.execute(query, [name]).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def running_postgresql(settings: Mapping[str, str] = QUICK) -> Iterator[Postgresql]:
    """Run a server until the block ends; it also ends when this process is killed.

    Args:
        settings: of PostgreSQL, beside those for loopback.

    Raises:
        RuntimeError: PostgreSQL is not installed, or does not start.
    """
    if not PROGRAMS.is_dir():
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql-15")
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    password = secrets.token_urlsafe()
    try:
        _initialise(folder, password)
        with _started(folder, _SETTINGS | dict(settings)) as port:
            yield Postgresql(port, password)
    finally:
        shutil.rmtree(folder)


def _initialise(folder: Path, password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    if os.getuid() == 0:
        account = pwd.getpwnam("postgres")
        for path in (folder, password_file):
            os.chown(path, account.pw_uid, account.pw_gid)
    settings = ["--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
    arguments = [f"--pgdata={folder / 'data'}", f"--username={ROLE}", f"--pwfile={password_file}"]
    done = subprocess.run(  # noqa: S603
        _command("initdb", *arguments, *settings),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _started(folder: Path, settings: dict[str, str]) -> Iterator[int]:
    """Yield the port of a server with the data of this folder."""
    log = folder / "log"
    for _ in range(_ATTEMPTS):
        port = free_port()
        options = [f"-c{name}={value}" for name, value in settings.items()]
        with log.open("w") as output:
            process = subprocess.Popen(  # noqa: S603
                _command("postgres", "-D", str(folder / "data"), "-p", str(port), *options),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        try:
            if _is_ready(process, folder / "data" / "postmaster.pid"):
                yield port
                return
        finally:
            _stop(process)
    raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()}")


def _command(program: str, *arguments: str) -> list[str]:
    """Return a command that PostgreSQL accepts: it refuses to run as root."""
    account = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return [
        "setpriv",
        "--pdeathsig=INT",  # ends a server whose parent was killed
        *(account if os.getuid() == 0 else ()),
        str(PROGRAMS / program),
        *arguments,
    ]


def _is_ready(process: subprocess.Popen[bytes], status: Path) -> bool:
    """Wait until the server says in its file that it is ready; False if it ended."""
    for _ in range(_PATIENCE * 20):
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            if status.exists() and status.read_text().splitlines()[7:8] == ["ready   "]:
                return True
        else:
            return False
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # without waiting for clients that stay connected
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main(command: Sequence[str]) -> int:
    """Run a command on a new server and return its exit code."""
    with running_postgresql() as server:
        environment = {**os.environ, "USER_MANAGER_DATABASE_URL": server.url()}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
