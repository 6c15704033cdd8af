"""An SSH server accepts a session and sends nothing, or sends without end.

The clock advances with every question for the time, so no test waits.
"""

import contextlib
import io
import socket
import threading
import tracemalloc
from datetime import UTC, datetime

import paramiko
import pytest

from attacks.fuzz import changed, rounds
from profiles_management.git import Credentials, GitError, GitSource, load, ssh
from profiles_management.pmr import Rules
from profiles_management.reconcile.clock import Clock

pytestmark = pytest.mark.usefixtures("no_logging")

LIMIT = 3_000_000
LATE = "the repository was not read within 30 seconds. Try again later."
TOO_MUCH = "the server sent more than 3,000,000 bytes. Keep the document in a smaller repository."
HOST_KEY = paramiko.Ed25519Key


class Server(paramiko.ServerInterface):
    """Accepts every login; a test defines the answer to a command."""

    def __init__(self, act):
        self.act = act

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL

    def get_allowed_auths(self, username):
        return "publickey"

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=self.act, args=(channel,), daemon=True).start()
        return True


@pytest.fixture(scope="module")
def key():
    return paramiko.RSAKey.generate(2048)


@pytest.fixture(scope="module")
def private(key):
    text = io.StringIO()
    key.write_private_key(text)
    return text.getvalue()


@pytest.fixture
def talk(monkeypatch, key, private):
    """Read a repository from `serve`, which gets the other end of a pair of sockets."""
    with contextlib.ExitStack() as stack:

        def run(serve, asks=150):
            def connect(*_):
                ours, theirs = (stack.enter_context(end) for end in socket.socketpair())
                threading.Thread(target=serve, args=(theirs,), daemon=True).start()
                return ours

            monkeypatch.setattr(ssh, "connect", connect)
            number = 0

            def count():
                nonlocal number
                number += 1
                return number * 30 / asks

            clock = Clock(now=lambda: datetime.now(UTC), monotonic=count, sleep=lambda _: None)
            known = f"git.example.com {key.get_name()} {key.get_base64()}"
            credentials = Credentials(ssh_key=private)
            source = GitSource(
                "ssh://git@git.example.com/x.git",
                credentials=credentials,
                known_hosts=known,
                limit=LIMIT,
            )
            with pytest.raises(GitError) as caught:
                load(source, rules=Rules(), clock=clock)
            return str(caught.value).rpartition(".git: ")[2]

        yield run


@pytest.fixture
def acting(key):
    """Serve SSH correctly, up to the command."""
    transports, channels = [], []

    def serve(act):
        def start(end):
            transport = paramiko.Transport(end)
            transports.append(transport)
            transport.add_server_key(key)
            with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=Server(act))
                channels.append(transport.accept())  # Python closes a channel without a reference

        return start

    yield serve
    for transport in transports:
        transport.close()


def silent(channel):
    """Send nothing."""


def flooding(send):
    """Send without end, as fast as the other side reads."""

    def act(channel):
        channel.out_window_size = 2**40
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            while True:
                send(channel, b"x" * 30_000)

    return act


def test_a_server_that_says_nothing_after_the_command(talk, acting):
    assert talk(acting(silent), asks=30) == LATE


def test_a_server_that_never_answers_the_command(talk, acting, monkeypatch):
    stop = threading.Event()
    monkeypatch.setattr(Server, "check_channel_exec_request", lambda *_: stop.wait(60))
    try:
        assert talk(acting(silent), asks=30) == LATE
    finally:
        stop.set()


def test_a_server_that_accepts_and_says_nothing(talk):
    assert talk(lambda end: None, asks=30) in {
        LATE,
        "the server ended the connection in the middle of its answer. Try again.",
    }


@pytest.mark.parametrize("channel", ["send", "send_stderr"])
def test_a_flood_that_nobody_reads_is_cut_off(talk, acting, channel):
    tracemalloc.start()
    try:
        message = talk(
            acting(flooding(lambda one, data: getattr(one, channel)(data))), asks=100_000
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert message in {TOO_MUCH, "the server refused: Invalid pkt-line length prefix: b'xxxx'"}
    assert peak < 8 * LIMIT


@pytest.mark.parametrize(
    "line", [b"x" * 60_000, b"x\r\n" * 20_000, b"\xff" * 60_000, b"SSH-2.0-" + b"x" * 60_000]
)
def test_a_banner_without_end_is_cut_off(talk, line):
    def serve(end):
        with contextlib.suppress(OSError):
            while True:
                end.sendall(line)

    assert talk(serve, asks=3_000)


def test_fuzz_of_what_a_server_says_before_anything_is_encrypted(talk, key):
    whole = _beginning(key)
    for chance in rounds(6, "ssh"):
        begun = changed(whole, chance)

        def serve(end, begun=begun):
            with contextlib.suppress(OSError):
                end.sendall(begun)
                end.shutdown(socket.SHUT_WR)

        assert talk(serve, asks=3_000).isprintable()


def _beginning(key):
    """Return what a server sends before the encryption starts."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        transport = paramiko.Transport(theirs)
        transport.add_server_key(key)
        transport.start_server(event=threading.Event(), server=Server(silent))
        ours.settimeout(1)
        said = b""
        with contextlib.suppress(TimeoutError):
            while len(said) < 400:
                said += ours.recv(4096)
        transport.close()
    return said
