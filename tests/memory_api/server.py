"""`MemoryApi`: handles requests, and has methods for tests."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote

import httpx2
import msgspec
from lightkube import Client, KubeConfig
from lightkube.config.models import Cluster, User

from . import requests, routes
from .draft import key_of
from .faults import Fault
from .kinds import Kind, Object, chosen
from .objects import Happened, Objects
from .requests import Request
from .status import Answer, Refusal

Clock = Callable[[], datetime]
Watcher = Callable[[Happened], None]

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_NOT_COMPARED = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "managedFields",
)


class MemoryApi:
    """A Kubernetes API server in memory, safe for threads.

    Args:
        kinds: names of the kinds it serves; None is all of them. Leave out `Profile` or
            `AuthorizationPolicy` and their paths answer as those of a CRD that is not installed.
        clock: what it takes for now. It stands still at 2026-01-01 unless given.
        hold_namespaces: a deleted namespace stays Terminating, with what is in it, until
            `finish_deletions()`.
        objects: what it starts with; see `put`.

    Attributes:
        log: every request that came over the wire, in order.
        faults: injectors (see `memory_api.faults`), asked in order for each request.
        transport: what to give to a lightkube or httpx2 client.
        watchers: called after each change, once the request that made it is done; see `watch`.
        after: called after each request that came over the wire and was answered or broken.
    """

    def __init__(
        self,
        kinds: Iterable[str] | None = None,
        *,
        clock: Clock = lambda: _EPOCH,
        hold_namespaces: bool = False,
        objects: Iterable[Object] = (),
    ) -> None:
        self.log: list[Request] = []
        self.faults: list[Fault] = []
        self.watchers: list[Watcher] = []
        self.after: list[Callable[[Request], None]] = []
        self._lock = threading.RLock()
        self._draining = False
        self.transport = httpx2.MockTransport(self._respond)
        self.state = Objects(chosen(kinds), clock, hold_namespaces=hold_namespaces)
        self.put_all(objects)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    # What clients see

    def client(self, **options: Any) -> Client:
        """Return a lightkube client of this server, with lightkube's `options`."""
        config = KubeConfig.from_one(
            # spares reading certificates
            cluster=Cluster(server="http://memory.invalid", insecure=True),
            user=User(token="memory"),
            context_name="memory",
        )
        return Client(config=config, transport=self.transport, trust_env=False, **options)

    def handle(self, request: Request) -> Answer:
        """Answer one request: log it, apply faults, execute it."""
        self.log.append(request)
        act: Callable[[], Answer] = lambda: self._act(request)  # noqa: E731
        for fault in reversed(self.faults):
            act = _through(fault, request, act)
        try:
            answer = act()
            request.status = answer.status
            return answer
        finally:
            self._tell_after(request)

    @property
    def writes(self) -> list[Request]:
        """The logged requests that are no reads."""
        return [request for request in self.log if request.writes]

    # For tests: neither logged nor subject to faults

    def get(self, kind: str, namespace: str | None, name: str) -> Object | None:
        """Return a copy of an object, or None. `namespace` is None or empty for cluster kinds."""
        with self._lock:
            record = self.state.tables[kind].get(key_of(namespace or "", name))
            return self._kind(kind).unpack(record.body) if record else None

    def objects(self, kind: str, namespace: str | None = None) -> list[Object]:
        """Return all objects of a kind (in a namespace) in the server's order. They are copies."""
        with self._lock, _no_collector():
            found, table = self._kind(kind), self.state.tables[kind]
            records = (table.get(key) for key in table.keys(f"{namespace}/" if namespace else ""))
            return [found.unpack(record.body) for record in records if record]

    def put(self, obj: Object) -> Object:
        """Store or replace an object without checks, with defaults, uid and resourceVersion.

        Faults, log and watchers do not see it. Its namespace need not exist.
        """
        self.put_all([obj])
        return (
            self.get(obj["kind"], obj["metadata"].get("namespace"), obj["metadata"]["name"]) or {}
        )

    def put_all(self, objs: Iterable[Object]) -> None:
        """Store many objects; see `put`. Fit for hundreds of thousands."""
        with self._lock:
            watched, self.state.watched = self.state.watched, False
            with _no_collector():
                for obj in objs:
                    self.state.put(self._kind(obj["kind"]), obj)
            self.state.watched = watched

    def remove(self, kind: str, namespace: str | None, name: str) -> None:
        """Remove an object with its dependents, despite finalizers, without an entry in the log."""
        with self._lock:
            self.state.drop(self._kind(kind), key_of(namespace or "", name))

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "",
        manager: str = "setup",
    ) -> Object:
        """Send a request past log and faults, checked like any other; return the decoded answer.

        Raises:
            Refusal: what the server says no with.
        """
        headers = {"content-type": content_type or "application/json", "user-agent": manager}
        content = b"" if body is None else msgspec.json.encode(body)
        answer = self._act(requests.read(method, path, headers, content), raising=True)
        return answer.object

    def path(
        self, kind: str, namespace: str | None = None, name: str | None = None, *, version: str = ""
    ) -> str:
        """Return the path of an object, or without a name that of its collection."""
        found = self._kind(kind)
        api = found.api_version(version)
        parts = ["", "apis" if found.group else "api", api]
        parts += ["namespaces", namespace] if namespace else []
        parts += [found.plural] + ([quote(name, safe="")] if name else [])
        return "/".join(parts)

    def finish_deletions(self) -> None:
        """Empty and remove every namespace that is Terminating, as far as finalizers allow."""
        with self._lock:
            self.state.garbage.finish()
        self._drain()

    def expire_lists(self) -> None:
        """Forget every list that was begun: its next page is 410."""
        with self._lock:
            self.state.views.clear()

    def snapshot(self) -> dict[tuple[str, str, str], Object]:
        """Return all objects by (kind, namespace, name), without fields of a single run."""
        with self._lock, _no_collector():
            return {
                (
                    kind.name,
                    obj["metadata"].get("namespace", ""),
                    obj["metadata"]["name"],
                ): _comparable(obj)
                for kind in self.state.kinds
                for obj in self.objects(kind.name)
            }

    def clone(self) -> MemoryApi:
        """Return a server with the same state, an empty log, no faults and no watchers."""
        twin = MemoryApi.__new__(MemoryApi)
        twin.log, twin.faults, twin.watchers, twin.after = [], [], [], []
        twin._lock, twin._draining = threading.RLock(), False
        twin.transport = httpx2.MockTransport(twin._respond)
        with self._lock:
            twin.state = self.state.copy()
        return twin

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with every later event, after the request that caused it."""
        self.watchers.append(watcher)
        self.state.watched = True

    # Inside

    def _kind(self, name: str) -> Kind:
        found = next((kind for kind in self.state.kinds if kind.name == name), None)
        if found is None:
            raise KeyError(f"this server does not know the kind {name}")
        return found

    def _respond(self, request: httpx2.Request) -> httpx2.Response:
        target = request.url.raw_path.decode("ascii")
        answer = self.handle(
            requests.read(request.method, target, dict(request.headers), request.content)
        )
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.body)

    def _act(self, request: Request, *, raising: bool = False) -> Answer:
        try:
            with self._lock:
                answer = routes.answer(self.state, request)
        except Refusal as refusal:
            if raising:
                raise
            answer = refusal.answer()
        self._drain()
        return answer

    def _tell_after(self, request: Request) -> None:
        if self.after:
            with self._lock:
                for callback in self.after:
                    callback(request)

    def _drain(self) -> None:
        """Call the watchers with every event, with those that they cause too."""
        with self._lock:
            if self._draining:
                return
            self._draining = True
            try:
                while self.state.happened:
                    event = self.state.happened.pop(0)
                    for watcher in self.watchers:
                        watcher(event)
            finally:
                self._draining = False


@contextmanager
def _no_collector() -> Iterator[None]:
    """Disable Python's garbage collector, which would walk over all objects again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _through(fault: Fault, request: Request, act: Callable[[], Answer]) -> Callable[[], Answer]:
    return lambda: fault(request, act)


def _comparable(obj: Object) -> Object:
    obj["metadata"] = {
        key: value for key, value in obj["metadata"].items() if key not in _NOT_COMPARED
    }
    for owner in obj["metadata"].get("ownerReferences", ()):
        owner.pop("uid", None)
    return obj
