"""Every change of RoleBindings and AuthorizationPolicies on a real API server, in order.

Both kinds live in one etcd, so that their resourceVersions are points of one time: a watch of each,
merged by it, gives every moment that there was. Source: KEP-5504, resourceVersions compare as
numbers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import httpx2

from integration.cluster.proxy import Exchange
from integration.cluster.server import Server
from integration.cluster.waiting import wait_for
from memory_api.kinds import AUTHORIZATION_POLICY, ROLE_BINDING, Kind
from memory_api.status import Refusal
from scenarios.access import History, Moment, Register

_AGAIN = 0.05
_GONE = 410
_MARKER = "recorder"
_HOME = "kubeflow"


class Event(NamedTuple):
    """An object after one revision; `body` is None if it was deleted."""

    revision: int
    kind: str
    space: str
    name: str
    body: Any

    @property
    def key(self) -> tuple[str, str, str]:
        """Which object."""
        return self.kind, self.space, self.name


class Watch:
    """Watches one kind in a separate thread, also over a restart of the API server."""

    def __init__(self, server: Server, kind: Kind) -> None:
        self._server, self.kind = server, kind
        self._ended = False
        self.there: dict[tuple[str, str], Any] = {}
        self.events: list[Event] = []
        self.caught_up = 0
        found, version = server.listed(kind)
        self._version = int(version)
        for one in found:
            self._note(self._event(int(one["metadata"]["resourceVersion"]), one))
        self.events.sort()
        threading.Thread(target=self._follow, daemon=True).start()

    def end(self) -> None:
        """Follow no further."""
        self._ended = True

    def _follow(self) -> None:
        while not self._ended:
            try:
                self._once()
            except Refusal as refusal:
                if refusal.code == _GONE:
                    self._catch_up()
                else:
                    time.sleep(_AGAIN)
            except httpx2.HTTPError:
                time.sleep(_AGAIN)

    def _once(self) -> None:
        for event in self._server.events(self.kind, str(self._version)):
            revision = int(event["object"]["metadata"]["resourceVersion"])
            if event["type"] != "BOOKMARK":
                self._note(self._event(revision, event["object"], gone=event["type"] == "DELETED"))
            self._version = revision

    def _catch_up(self) -> None:
        """Read each missed revision by itself: a restarted API server has no history of events."""
        try:
            now = int(self._server.listed(self.kind)[1])
            for revision in range(self._version + 1, now + 1):
                self._compare(revision)
                self._version = revision
                self.caught_up += 1
        except (Refusal, httpx2.HTTPError):
            time.sleep(_AGAIN)

    def _compare(self, revision: int) -> None:
        path = f"{self._server.path(self.kind.name)}?resourceVersion={revision}&resourceVersionMatch=Exact"
        found = [self._event(revision, one) for one in self._server.call("GET", path)["items"]]
        for key in self.there.keys() - {one.key[1:] for one in found}:
            self._note(Event(revision, self.kind.name, *key, None))
        for one in found:
            if _version(self.there.get(one.key[1:])) != _version(one.body):
                self._note(one)

    def _event(self, revision: int, one: Any, *, gone: bool = False) -> Event:
        return Event(revision, self.kind.name, *_key(one), None if gone else one)

    def _note(self, event: Event) -> None:
        if event.body is None:
            self.there.pop(event.key[1:], None)
        else:
            self.there[event.key[1:]] = event.body
        self.events.append(event)


class Recorder:
    """Watches both kinds from now on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._marks = 0
        self._lock = threading.Lock()
        for body in _markers():
            server.create(body)
        self.watches = [Watch(server, kind) for kind in (ROLE_BINDING, AUTHORIZATION_POLICY)]

    def end(self) -> None:
        """Watch no further."""
        for watch in self.watches:
            watch.end()
        for body in _markers():
            self._server.delete(body["kind"], _HOME, _MARKER)

    def mark(self) -> int:
        """Return a revision of now, once everything that happened up to it is recorded."""
        with self._lock:
            self._marks += 1
            change = {"metadata": {"annotations": {"mark": str(self._marks)}}}
            made = [self._server.patch(body["kind"], _HOME, _MARKER, change) for body in _markers()]
        revisions = [int(one["metadata"]["resourceVersion"]) for one in made]
        for watch, revision in zip(self.watches, revisions, strict=True):
            wait_for(
                f"the watch to reach {revision}",
                lambda watch=watch, to=revision: _reached(watch) >= to,
            )
        return max(revisions)

    def missed(self) -> list[str]:
        """Return the objects of which not the last state was recorded; those of nobody are none."""
        self.mark()
        found = []
        for watch in self.watches:
            now = {_key(one): _version(one) for one in self._server.objects(watch.kind.name)}
            then = {key: _version(one) for key, one in watch.there.items()}
            found += [str(key) for key in now.keys() | then.keys() if now.get(key) != then.get(key)]
        return found

    def events(self, profiles: Collection[str]) -> list[Event]:
        """Return the events in these namespaces, in order.

        Raises:
            AssertionError: the two watches do not fit together.
        """
        parts = [[one for one in watch.events if one.space in profiles] for watch in self.watches]
        for part in parts:
            assert all(one.revision < other.revision for one, other in pairwise(part)), (
                "a watch went back in time"
            )
        merged = sorted((one for part in parts for one in part), key=lambda one: one.revision)
        assert len({one.revision for one in merged}) == len(merged), "one revision, two objects"
        return merged

    def history(self, profiles: Collection[str], since: int, log: Sequence[Exchange]) -> History:
        """Return who had access at each moment from a mark on.

        Args:
            log: what the engine sent, to count by.
        """
        register, history, sent = Register(owners=True), History(), Sent(log)
        for event in self.events(profiles):
            if event.revision > since and not history.moments:
                history.moments.append(Moment(0, register.roles()))
            register.keep(*event.key, event.body)
            if event.revision > since:
                history.moments.append(Moment(sent.up_to(event), register.roles()))
        if not history.moments:
            history.moments.append(Moment(0, register.roles()))
        return history


class Sent:
    """Counts the engine's writes up to an event; an event of others counts the writes before it."""

    def __init__(self, log: Sequence[Exchange]) -> None:
        writes = [one for one in log if one.request.writes]
        self._by_revision: dict[int, int] = {}
        self._deletions: dict[tuple[str, str, str], list[int]] = {}
        self._last = 0
        for number, one in enumerate(writes, 1):
            request = one.request
            if one.acted and request.verb == "delete":
                key = request.resource, request.namespace, request.name
                self._deletions.setdefault(key, []).append(number)
            elif one.revision:
                # a patch that changes nothing makes no revision
                self._by_revision.setdefault(one.revision, number)

    def up_to(self, event: Event) -> int:
        """Return the number of writes; call it for events in order."""
        number = self._by_revision.get(event.revision, 0)
        if event.body is None:
            ours = self._deletions.get((_PLURALS[event.kind], event.space, event.name))
            number = ours.pop(0) if ours else 0
        self._last = max(self._last, number)
        return self._last


_PLURALS = {kind.name: kind.plural for kind in (ROLE_BINDING, AUTHORIZATION_POLICY)}


def _reached(watch: Watch) -> int:
    return watch.events[-1].revision if watch.events else 0


def _key(one: Any) -> tuple[str, str]:
    return one["metadata"]["namespace"], one["metadata"]["name"]


def _version(body: Any) -> str:
    return "" if body is None else str(body["metadata"]["resourceVersion"])


def _markers() -> tuple[Any, Any]:
    """Return a harmless object of each kind; a watch that reports it has reported all before."""
    metadata = {"name": _MARKER, "namespace": _HOME}
    view = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "roleRef": view,
        "subjects": [],
    }
    policy = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "spec": {}}
    return {**binding, "metadata": metadata}, {**policy, "metadata": metadata}
