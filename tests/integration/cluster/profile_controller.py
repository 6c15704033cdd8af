"""A process: the stand-in for Kubeflow's profile controller, on a real API server.

What it does with one Profile is memory_api's; here is when: watches on Profiles and what they own
(not on quotas), one worker, back-off after an error, as controller-runtime has them.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

from integration.cluster.server import Server
from memory_api import ProfileController
from memory_api.controller import STAGES
from memory_api.kinds import (
    AUTHORIZATION_POLICY,
    NAMESPACE,
    PROFILE,
    ROLE_BINDING,
    SERVICE_ACCOUNT,
    Kind,
    Object,
)
from memory_api.status import Refusal

WATCHED = (PROFILE, NAMESPACE, SERVICE_ACCOUNT, ROLE_BINDING, AUTHORIZATION_POLICY)
_FIRST_RETRY, _LAST_RETRY = 0.005, 1000.0  # controller-runtime's
_RELIST = 0.2


class Queue:
    """A queue of names, each once, with the moment when it is due. Thread-safe.

    What was only listed when a watch began comes after everything else, as in
    controller-runtime's priority queue: a Profile of now is not behind hundreds of finished ones.
    """

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._listed: set[str] = set()
        self._failures: dict[str, int] = {}
        self._changed = threading.Condition()

    def add(self, name: str, *, after: float = 0.0) -> None:
        """Add a name; if it is queued already, the earlier moment stays."""
        with self._changed:
            due = time.monotonic() + after
            self._due[name] = min(due, self._due.get(name, due))
            self._listed.discard(name)
            self._changed.notify()

    def add_listed(self, name: str) -> None:
        """Add a name from a listing; if it is queued already, nothing changes."""
        with self._changed:
            if name not in self._due:
                self._due[name] = time.monotonic()
                self._listed.add(name)
                self._changed.notify()

    def failed(self, name: str) -> None:
        """Try a name again, each time later than the last."""
        count = self._failures[name] = self._failures.get(name, 0) + 1
        self.add(name, after=min(_FIRST_RETRY * 2 ** min(count - 1, 30), _LAST_RETRY))

    def done(self, name: str) -> None:
        """Forget the failures of a name."""
        self._failures.pop(name, None)

    def take(self) -> str:
        """Return the name that has been due longest, of the listed ones last; wait for one."""
        with self._changed:
            while True:
                now = time.monotonic()
                due = [name for name, moment in self._due.items() if moment <= now]
                if due:
                    name = min(due, key=lambda name: (name in self._listed, self._due[name]))
                    del self._due[name]
                    self._listed.discard(name)
                    return name
                self._changed.wait(min(self._due.values()) - now if self._due else None)


class Watch:
    """Follows one kind and queues the Profiles that its events are about."""

    def __init__(self, server: Server, kind: Kind, queue: Queue) -> None:
        self._server, self._kind, self._queue = server, kind, queue
        self._owners: dict[tuple[str, str], frozenset[str]] = {}
        self.listed = threading.Event()

    def follow(self) -> None:
        """List and watch, again and again; never returns."""
        while True:
            try:
                self._once()
            except (Refusal, httpx2.HTTPError) as error:
                sys.stderr.write(f"{self._kind.plural}: {type(error).__name__}: {error}\n")
                time.sleep(_RELIST)

    def _once(self) -> None:
        found, version = self._server.listed(self._kind)
        for obj in found:
            self._saw(obj, self._queue.add_listed)
        self.listed.set()
        for event in self._server.events(self._kind, version):
            if event["type"] != "BOOKMARK":
                self._saw(event["object"], self._queue.add)

    def _saw(self, obj: Object, add: Callable[[str], None]) -> None:
        """Queue the Profiles that own the object now, and those that owned it before."""
        metadata = obj["metadata"]
        key, names = (
            (metadata.get("namespace", ""), metadata["name"]),
            frozenset(self._profiles(obj)),
        )
        for name in names | self._owners.get(key, frozenset()):
            add(name)
        self._owners[key] = names

    def _profiles(self, obj: Object) -> Iterator[str]:
        if self._kind is PROFILE:
            yield obj["metadata"]["name"]
        for owner in obj["metadata"].get("ownerReferences", ()):
            if owner["kind"] == PROFILE.name and owner.get("controller"):
                yield owner["name"]


class SlowServer(Server):
    """A server for a slow controller, which waits for its cache after it creates a namespace."""

    def __init__(self, kubeconfig: Path, seconds_per_namespace: float) -> None:
        super().__init__(kubeconfig)
        self._seconds = seconds_per_namespace

    def call(self, method: str, path: str, body: Any = None, **options: str) -> Object:
        """Send a request; see Server."""
        answer = super().call(method, path, body, **options)
        if self._seconds and method == "POST" and path == self.path("Namespace"):
            time.sleep(self._seconds)
        return answer


def work(server: Server, queue: Queue, stops_before: str = "") -> None:
    """Reconcile due Profiles one after another; never returns."""
    controller = ProfileController(server, manual=True)  # type: ignore[arg-type]
    controller.stops_before = stops_before
    while True:
        name = queue.take()
        controller.queue = {
            name: 0
        }  # without the interrupted profile, which continues with its next event
        try:
            controller.run(1)
        # an API server that is starting refuses even to be read
        except (Refusal, httpx2.HTTPError) as error:
            controller.errors[name] = str(error)
        if why := controller.errors.pop(name, ""):
            sys.stderr.write(f"{name}: {why}\n")
            queue.failed(name)
        else:
            queue.done(name)


def main() -> None:
    """Watch and reconcile until ended; print `ready` when all watches run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument(
        "--seconds-per-namespace", type=float, default=0.0, help="how long each new namespace takes"
    )
    parser.add_argument(
        "--stop-before",
        choices=STAGES,
        default="",
        help="before which stage to stop with a Profile",
    )
    given = parser.parse_args()
    queue = Queue()
    watches = [Watch(Server(given.kubeconfig), kind, queue) for kind in WATCHED]
    for watch in watches:
        threading.Thread(target=watch.follow, daemon=True).start()
    for watch in watches:
        watch.listed.wait()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    work(SlowServer(given.kubeconfig, given.seconds_per_namespace), queue, given.stop_before)


if __name__ == "__main__":
    main()
