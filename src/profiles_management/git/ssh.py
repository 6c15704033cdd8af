"""Git over ssh with paramiko. No program is run, and key and known hosts stay in memory.

The key of the host is always verified before credentials are sent. A host is not trusted on first
use.
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
from profiles_management.git.git_source import Credentials
from profiles_management.git.stream import BROKE_OFF, Stream
from profiles_management.pmr.problems import GitError
from profiles_management.reconcile.retry import Passing

T = TypeVar("T")

_LOG: Final = "profiles_management.git.ssh.transport"
_CHUNK: Final = 65536
_MOST_ERRORS: Final = 4096
# the signatures to accept of a host with a key of the type ssh-rsa; not SHA-1
_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256")

_MALFORMED: Final = (
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    struct.error,
)
"""The errors of paramiko's thread for a server that breaks the protocol."""

logging.getLogger(_LOG).setLevel(logging.CRITICAL + 1)  # errors are in our messages


def client(
    address: Address, credentials: Credentials | None, known_hosts: str, budget: Budget
) -> SshClient:
    """Return a client; nothing is sent yet.

    Raises:
        GitError: the credentials have no private key, or an unusable one, or the known hosts have
            no key of the host.
    """
    if credentials is None or not credentials.ssh_key:
        raise GitError("ssh requires a private key in the credentials.")
    key = private_key.read(credentials.ssh_key)
    known = hosts.of_host(known_hosts, address.host, address.port)
    if not known.trusted:
        raise GitError(
            f"the known hosts have no key of the host {address.host}, so it is not trusted. "
            "Ask its administrator for the key, or compare the output of ssh-keyscan with the "
            "published key."
        )
    vendor = _Vendor(address, key, known, budget)
    return SshClient(
        address.host, address.port, address.user, vendor=vendor, thin_packs=False, quiet=True
    )


class SshClient(SSHGitClient):
    """The ssh client of dulwich. It closes connections that dulwich leaves open after an error."""

    _open: Protocol | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            self._open.close()

    def _connect(
        self, cmd: bytes, path: str | bytes, protocol_version: int | None = None
    ) -> tuple[Protocol, Callable[[], bool], IO[bytes] | None]:
        connected = super()._connect(cmd, path, protocol_version)
        self._open = connected[0]
        return connected


class _Vendor(SSHVendor):
    """Runs Git's command on the host for dulwich."""

    def __init__(
        self, address: Address, key: paramiko.PKey, known: hosts.HostKeys, budget: Budget
    ) -> None:
        self._address = address
        self._key = key
        self._known = known
        self._budget = budget

    def run_command(self, host: str, command: bytes, *_: Any, **__: Any) -> Any:  # noqa: ANN401, ARG002 - dulwich's
        """Connect, verify the host, authenticate, and run the command."""
        made = connect(self._address.host, self._address.port, self._budget)
        connection = _Connection(made, self._budget)
        transport = paramiko.Transport(connection)  # type: ignore[arg-type]  # like a socket
        try:
            with _translated_errors(connection):
                channel = self._channel(transport)
                channel.set_environment_variable("GIT_PROTOCOL", "version=2")
                channel.exec_command(command)
        except BaseException:  # Ctrl-C too leaves no connection open
            transport.close()
            connection.close()
            raise
        return _Command(transport, channel, connection)

    def _channel(self, transport: paramiko.Transport) -> paramiko.Channel:
        """Return an authenticated channel to the verified host."""
        transport.set_log_channel(_LOG)
        options = transport.get_security_options()
        options.key_types = [type_ for type_ in self._key_types() if type_ in options.key_types]
        transport.banner_timeout = transport.auth_timeout = self._budget.left()
        transport.start_client(timeout=self._budget.left())
        if not transport.initial_kex_done:  # paramiko returns without an error after a timeout
            raise self._budget.late()
        self._verify(transport.get_remote_server_key())
        transport.auth_publickey(self._address.user, self._key)
        return transport.open_session(timeout=self._budget.left())

    def _key_types(self) -> list[str]:
        """Return the types of host keys to accept, so that the host shows one that is known."""
        types = {type_ for type_, _ in self._known.trusted}
        if "ssh-rsa" in types:
            return [*sorted(types - {"ssh-rsa"}), *_RSA]
        return sorted(types)

    def _verify(self, key: paramiko.PKey) -> None:
        """Raise an error for a key of the host that is revoked or not trusted."""
        offered = (key.get_name(), key.asbytes())
        if offered in self._known.revoked:
            raise GitError(
                f"the key of the host, {key.fingerprint}, is revoked in the known hosts."
            )
        if offered not in self._known.trusted:
            raise GitError(
                f"the key of the host, {key.fingerprint}, is not in the known hosts. Somebody may "
                "intercept the connection, or the host has a new key. Ask its administrator."
            )


class _Connection:
    """A socket that ends after the deadline, or after too many bytes.

    paramiko reads the socket all the time in a thread, ten times a second, and keeps what it read:
    also messages besides the answer, and more bytes than it allowed. It waits for some answers
    without a limit.
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
        """Raise the error with which the budget ended the connection, if it did.

        Raises:
            GitError: the deadline has passed, or too many bytes were received.
        """
        if self._error is not None:
            raise self._error
        self.budget.left()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all other methods are the socket's
        return getattr(self._made, name)


class _Command:
    """The input and output of a command in the form that dulwich expects."""

    def __init__(
        self, transport: paramiko.Transport, channel: paramiko.Channel, connection: _Connection
    ) -> None:
        self._transport = transport
        self._channel = channel
        self._connection = connection
        self.read = Stream(self._receive).read
        self.stderr = self

    def write(self, data: bytes) -> None:
        """Send all of the data."""
        self._wait(lambda: self._channel.sendall(data))

    def can_read(self) -> bool:
        """Return whether bytes are there. dulwich calls it only to negotiate common commits."""
        return self._channel.recv_ready()

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def readlines(self) -> list[bytes]:
        """Return the lines of the command's standard error, after the command ended."""
        errors = b""
        while len(errors) < _MOST_ERRORS:
            part = self._wait(lambda: self._channel.recv_stderr(_MOST_ERRORS))
            if not part:
                break
            errors += part
        return errors.splitlines(keepends=True)

    def _receive(self) -> bytes:
        received = self._wait(lambda: self._channel.recv(_CHUNK))
        if not received:
            self._connection.check()
        return received

    def _wait(self, talk: Callable[[], T]) -> T:
        """Send or receive on the channel."""
        with _translated_errors(self._connection):
            self._channel.settimeout(self._connection.budget.left())
            return talk()


@contextmanager
def _translated_errors(connection: _Connection) -> Iterator[None]:
    """Translate the errors of paramiko; an error of the budget comes first."""
    try:
        yield
    except paramiko.AuthenticationException:
        connection.check()
        raise GitError("the host does not accept the private key.") from None
    except IncompatiblePeer:
        connection.check()
        raise GitError(
            "the host has no key of the types in the known hosts, or is too old."
        ) from None
    except TimeoutError:
        raise connection.budget.late() from None
    except (paramiko.SSHException, EOFError, OSError, *_MALFORMED):
        connection.check()
        raise Passing(BROKE_OFF) from None
