"""Git over ssh, with paramiko: no program is run, key and known hosts stay in memory.

The key of the host is verified before anything is shown to it, always: there is no first time that
    is trusted.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, TypeVar

import paramiko
from dulwich.client import SSHGitClient, SSHVendor
from dulwich.protocol import Protocol
from paramiko.ssh_exception import IncompatiblePeer

from profiles_management.git import known_hosts as hosts
from profiles_management.git import private_key
from profiles_management.git.address import Address
from profiles_management.git.budget import Budget
from profiles_management.git.connection import connect
from profiles_management.git.source import Credentials
from profiles_management.git.stream import BROKE_OFF, Stream
from profiles_management.pmr.problems import GitError
from profiles_management.reconcile.retry import Passing

T = TypeVar("T")

_LOG: Final = "profiles_management.git.ssh.transport"
_PIECE: Final = 65536
_MOST_ERRORS: Final = 4096
# how a host signs with a key of the type ssh-rsa; never SHA-1
_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256")

_MALFORMED: Final = (
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    struct.error,
)
"""What paramiko's thread ends with, and hands to ours, where a server does not keep to the protocol."""

logging.getLogger(_LOG).setLevel(logging.CRITICAL + 1)  # paramiko logs what we tell in a message


def client(
    address: Address, credentials: Credentials | None, known_hosts: str, budget: Budget
) -> SshClient:
    """Return a client; nothing is sent yet.

    Raises:
        GitError: there is no private key among the credentials, or it cannot be used; or no key of
            the host is known.
    """
    if credentials is None or not credentials.ssh_key:
        raise GitError("ssh wants a private key among the credentials.")
    key = private_key.read(credentials.ssh_key)
    known = hosts.of_host(known_hosts, address.host, address.port)
    if not known.trusted:
        raise GitError(
            f"no key of the host {address.host} is among the known hosts, so it is not trusted. "
            f"Ask who runs it for its key, or compare what ssh-keyscan prints with what they publish."
        )
    vendor = _Vendor(address, key, known, budget)
    return SshClient(
        address.host, address.port, address.user, vendor=vendor, thin_packs=False, quiet=True
    )


class SshClient(SSHGitClient):
    """Dulwich's client for ssh; it leaves a connection open that breaks off early, so closing is ours."""

    _open: Protocol | None = None

    def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            self._open.close()

    def _connect(
        self, cmd: bytes, path: str | bytes, protocol_version: int | None = None
    ) -> tuple[Protocol, Callable[[], bool], IO[bytes] | None]:
        connected = super()._connect(cmd, path, protocol_version)
        self._open = connected[0]
        return connected


class _Vendor(SSHVendor):
    """Runs Git's command on the host, and gives dulwich its two ends."""

    def __init__(
        self, address: Address, key: paramiko.PKey, known: hosts.HostKeys, budget: Budget
    ) -> None:
        self._address = address
        self._key = key
        self._known = known
        self._budget = budget

    def run_command(self, host: str, command: bytes, *_: Any, **__: Any) -> Any:  # noqa: ANN401, ARG002 - dulwich's
        """Connect, verify the host, show it our key, run the command."""
        made = _Connection(
            connect(self._address.host, self._address.port, self._budget), self._budget
        )
        transport = paramiko.Transport(made)  # type: ignore[arg-type]  # it takes what is like one
        try:
            with _told(made):
                channel = self._channel(transport)
                channel.set_environment_variable("GIT_PROTOCOL", "version=2")
                channel.exec_command(command)
        except BaseException:  # Ctrl-C too leaves no connection open
            transport.close()
            made.close()
            raise
        return _Command(transport, channel, made)

    def _channel(self, transport: paramiko.Transport) -> paramiko.Channel:
        transport.set_log_channel(_LOG)
        types = {kind for kind, _ in self._known.trusted}
        signed = [
            *(kind for kind in sorted(types) if kind != "ssh-rsa"),
            *(_RSA if "ssh-rsa" in types else ()),
        ]
        options = transport.get_security_options()
        options.key_types = [kind for kind in signed if kind in options.key_types]
        transport.banner_timeout = transport.auth_timeout = self._budget.left()
        transport.start_client(timeout=self._budget.left())
        if not transport.initial_kex_done:  # paramiko returns as if all were well
            raise self._budget.late()
        self._verify(transport.get_remote_server_key())
        transport.auth_publickey(self._address.user, self._key)
        return transport.open_session(timeout=self._budget.left())

    def _verify(self, key: paramiko.PKey) -> None:
        offered = (key.get_name(), key.asbytes())
        if offered in self._known.revoked:
            raise GitError(
                f"the key of the host, {key.fingerprint}, is revoked among the known hosts."
            )
        if offered not in self._known.trusted:
            raise GitError(
                f"the key of the host, {key.fingerprint}, is not the one among the known hosts. Somebody may be "
                "listening in, or the host has a new key: ask who runs it."
            )


class _Connection:
    """A socket that keeps to the budget: it ends once time is up or too much was received.

    paramiko reads it in a thread of its own, whether anybody waits or not, and keeps what it read:
    messages next to the answer, and more than it allowed. It asks for more ten times a second, and
    waits for some answers without end.
    """

    def __init__(self, made: socket.socket, budget: Budget) -> None:
        self._made = made
        self.budget = budget
        self._error: GitError | None = None

    def recv(self, size: int) -> bytes:
        """Return some bytes, none at the end."""
        try:
            self.budget.left()
            return self.budget.take(self._made.recv(size))
        except GitError as error:
            self._error = error
            return b""

    def check(self) -> None:
        """Raise why the budget ended the connection, if it did.

        Raises:
            GitError: time is up, or too much was received.
        """
        if self._error is not None:
            raise self._error
        self.budget.left()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the rest is the socket's
        return getattr(self._made, name)


class _Command:
    """The two ends of a command, as dulwich wants them."""

    def __init__(
        self, transport: paramiko.Transport, channel: paramiko.Channel, made: _Connection
    ) -> None:
        self._transport = transport
        self._channel = channel
        self._made = made
        self.read = Stream(self._receive).read
        self.stderr = self

    def write(self, data: bytes) -> None:
        """Send all of the data."""
        self._wait(lambda: self._channel.sendall(data))

    def can_read(self) -> bool:
        """Tell whether something has come; asked only while commits in common are looked for, and there are none."""
        return self._channel.recv_ready()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def readlines(self) -> list[bytes]:
        """Return what the command said on its standard error, once it broke off."""
        said = b""
        while len(said) < _MOST_ERRORS and (
            part := self._wait(lambda: self._channel.recv_stderr(_MOST_ERRORS))
        ):
            said += part
        return said.splitlines(keepends=True)

    def _receive(self) -> bytes:
        received = self._wait(lambda: self._channel.recv(_PIECE))
        if not received:
            self._made.check()
        return received

    def _wait(self, talk: Callable[[], T]) -> T:
        with _told(self._made):
            self._channel.settimeout(self._made.budget.left())
            return talk()


@contextmanager
def _told(made: _Connection) -> Iterator[None]:
    """Turn what paramiko raises into what is wrong; after the deadline, nothing else is."""
    try:
        yield
    except paramiko.AuthenticationException:
        made.check()
        raise GitError("the host does not accept the private key.") from None
    except IncompatiblePeer:
        made.check()
        raise GitError(
            "the host has no key of the kinds that are among the known hosts, or is too old."
        ) from None
    except TimeoutError:
        raise made.budget.late() from None
    except (paramiko.SSHException, EOFError, OSError, *_MALFORMED):
        made.check()
        raise Passing(BROKE_OFF) from None
