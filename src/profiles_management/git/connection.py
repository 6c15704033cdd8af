"""A connection to a host, made before the deadline."""

from __future__ import annotations

import socket

from profiles_management.git.budget import Budget
from profiles_management.pmr.problems import GitError
from profiles_management.reconcile.retry import Passing

_LONGEST_CONNECT = 5.0  # seconds for each address of a host; a reachable host accepts at once


def connect(host: str, port: int, budget: Budget) -> socket.socket:
    """Return a connection to the first address of a host that accepts one.

    The time for the lookup of the name is a setting of the resolver: see resolv.conf(5).

    Raises:
        GitError: the host does not exist, or the deadline has passed.
        Passing: the host does not accept connections.
    """
    reason = "no answer"
    for address in _addresses(host, port):
        timeout = min(budget.left(), _LONGEST_CONNECT)
        try:
            connection = socket.create_connection((address, port), timeout=timeout)
        except TimeoutError:
            continue
        except OSError as error:
            reason = (error.strerror or "no connection").lower()
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise Passing(f"{host} does not accept connections on port {port}: {reason}.")


def _addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host.

    Raises:
        GitError: the host does not exist.
        Passing: the resolver has no answer at the moment.
    """
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            raise Passing(f"the name {host} cannot be resolved now. Try again.") from None
        raise GitError(f"the host {host} does not exist. Check the URL.") from None
    return [str(address[0]) for *_, address in infos]
