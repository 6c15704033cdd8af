"""The connection to the cluster: one client, created when it is first needed."""

import threading
from collections.abc import Callable
from functools import cached_property

from lightkube import Client

from profiles_management import ClusterError
from profiles_management.kubeflow.cluster import kubeconfig
from profiles_management.reconcile.clock import SYSTEM, Clock

_PATIENCE = 10.0  # seconds for one request; a hook waits for it


class Connection:
    """A client of the cluster, created when it is first needed, and a clock."""

    def __init__(self, make: Callable[[], Client], clock: Clock = SYSTEM) -> None:
        self._make = make
        self.clock = clock
        self._requests: Requests | None = None

    @cached_property
    def client(self) -> Client:
        """The client; nothing is sent yet.

        Raises:
            ClusterError: there are no credentials.
        """
        client = self._make()
        self._requests = Requests(client)
        return client

    @property
    def requests(self) -> int:
        """Number of requests that were sent."""
        return self._requests.number if self._requests is not None else 0


class Requests:
    """Counts what a client sends from now on, from any thread."""

    def __init__(self, client: Client) -> None:
        self.number = 0
        self._lock = threading.Lock()
        client._client._client.event_hooks["request"].append(self._sent)  # noqa: SLF001 - lightkube has no hook

    def _sent(self, _: object) -> None:
        with self._lock:
            self.number += 1


def connect() -> Connection:
    """Return a connection with the credentials of the pod, or of KUBECONFIG if there are none."""
    return Connection(_client)


def _client() -> Client:
    try:
        return kubeconfig.connect(timeout=_PATIENCE)
    except ClusterError as error:  # a file or variable of the pod is missing or cannot be read
        raise ClusterError(f"no credentials for the Kubernetes API: {error}") from None
