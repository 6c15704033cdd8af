"""A connection to a host, within what is left of the deadline."""

from __future__ import annotations

import socket

from profiles_management.git.budget import Budget
from profiles_management.pmr.problems import GitError
from profiles_management.reconcile.retry import Passing

_LONGEST_CONNECT = 5.0  # for one of several addresses; a host that is there accepts at once


def connect(host: str, port: int, budget: Budget) -> socket.socket:
    """Return a connection to the first address of a host that accepts one.

    How long its name is looked up is the resolver's: see resolv.conf(5).

    Raises:
        GitError: there is no such host, or time is up.
        Passing: it does not accept.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
            raise Passing(f"the name {host} cannot be looked up now. Try again.") from None
        raise GitError(f"there is no host {host}. Look at the URL.") from None
    why = "no answer"
    for *_, address in found:
        try:
            made = socket.create_connection(
                (str(address[0]), port), timeout=min(budget.left(), _LONGEST_CONNECT)
            )
        except TimeoutError:
            continue
        except OSError as error:
            why = (error.strerror or "no connection").lower()
        else:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
    raise Passing(f"{host} accepts no connection on port {port}: {why}.")
