"""The client: one server, and the operations on everything that it keeps."""

import threading
from dataclasses import dataclass, field
from math import inf
from types import TracebackType
from typing import Final, Self

from profiles_management.puhuri.client.allocations import Allocations
from profiles_management.puhuri.client.credentials import Credentials
from profiles_management.puhuri.client.customers import Customers
from profiles_management.puhuri.client.errors import PuhuriAway
from profiles_management.puhuri.client.generations import Generation, generation_of
from profiles_management.puhuri.client.members import Members
from profiles_management.puhuri.client.offerings import Offerings
from profiles_management.puhuri.client.orders import Orders
from profiles_management.puhuri.client.people_lookup import Users
from profiles_management.puhuri.client.portal_connection import Connection
from profiles_management.puhuri.client.projects import Projects
from profiles_management.puhuri.client.usage import Usages
from profiles_management.reconcile.clock import SYSTEM, Clock

_SECONDS: Final = 60.0  # how long an operation is tried where nobody says until when


@dataclass
class _Known:
    """The generation of a server, once it was asked; threads share it."""

    generation: Generation | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Client:
    """A server of Puhuri Core. Threads may share it.

    Attributes:
        customers, projects, users, members, offerings, allocations, orders, usage: the operations.

    Args:
        url: the address of the server, such as https://puhuri.example.org.
        credentials: a Token, or a Password of the portal itself.
        ca: certificates in PEM to trust in place of the system's, None for those.
        timeout: seconds for one request.
        rate: the most requests a second; 0 for no limit of our own.

    Raises:
        PuhuriError: the URL or the CA cannot be used.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        ca: str | None = None,
        timeout: float = 30.0,
        rate: float = 0.0,
        clock: Clock = SYSTEM,
    ) -> None:
        connection = Connection(url, credentials, clock, ca=ca, timeout=timeout, rate=rate)
        self._set(connection, _Known(), None, inf)

    def _set(
        self, connection: Connection, known: _Known, deadline: float | None, end: float
    ) -> None:
        self.connection = connection
        self._known = known
        self._deadline = deadline
        self._end = end
        self.customers = Customers(self)
        self.projects = Projects(self)
        self.users = Users(self)
        self.members = Members(self)
        self.offerings = Offerings(self)
        self.allocations = Allocations(self)
        self.orders = Orders(self)
        self.usage = Usages(self)

    def before(self, deadline: float) -> "Client":
        """Return this client, whose operations are tried until a deadline; it limits no list.

        Args:
            deadline: a reading of the clock's monotonic time.
        """
        limited = object.__new__(Client)
        limited._set(self.connection, self._known, deadline, inf)
        return limited

    def reading_until(self, end: float) -> "Client":
        """Return this client, whose lists are read until a moment only, also if pages arrive.

        Args:
            end: a reading of the clock's monotonic time.
        """
        limited = object.__new__(Client)
        limited._set(self.connection, self._known, end, end)
        return limited

    def check_time(self) -> None:
        """Check that a list may still be read.

        Raises:
            PuhuriAway: the moment of `reading_until` has passed.
        """
        if self.connection.clock.monotonic() > self._end:
            raise PuhuriAway("The portal is too slow: its lists did not come in time.")

    @property
    def deadline(self) -> float:
        """The reading of the monotonic clock after which nothing is sent again."""
        if self._deadline is not None:
            return self._deadline
        return self.connection.clock.monotonic() + _SECONDS

    @property
    def generation(self) -> Generation:
        """What the server can do; it is asked once.

        Raises:
            PuhuriError: it does not answer, or not as any generation does.
        """
        with self._known.lock:
            if self._known.generation is None:
                self._known.generation = generation_of(self.connection, deadline=self.deadline)
            return self._known.generation

    def close(self) -> None:
        """Close every connection."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
