"""The API server for stand-ins and tests: the interface of MemoryApi over a real connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from lightkube import Client, KubeConfig

from memory_api.kinds import ALL, Kind, Object
from memory_api.requests import Request
from memory_api.status import Refusal

_KINDS = {kind.name: kind for kind in ALL}
_TIMEOUT = 30.0


def client(kubeconfig: Path, *, token: str | None = None, manager: str = "tests") -> Client:
    """Return a lightkube client of a cluster, for the user of the token if there is one."""
    config = KubeConfig.from_file(kubeconfig)
    if token is not None:
        entry = config.get()
        assert entry is not None
        config = KubeConfig.from_one(cluster=entry.cluster, user=type(entry.user)(token=token))
    return Client(config=config, field_manager=manager, timeout=httpx2.Timeout(_TIMEOUT))


class Server:
    """Plain values in and out, no classes of objects between. Safe for threads.

    It has the doors of memory_api.MemoryApi that the stand-ins use, so one profile controller and
    one KFAM serve the unit tests and these.
    """

    def __init__(self, kubeconfig: Path) -> None:
        # lightkube's transport reads kubeconfigs with credentials of every kind.
        self._client = client(kubeconfig)
        self._http: httpx2.Client = self._client._client._client
        # never called: nothing here waits for others' requests
        self.after: list[Callable[[Request], None]] = []

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def watch(self, watcher: Callable[..., None]) -> None:
        """Accept a watcher and never call it: use `events` to watch."""

    def path(
        self, kind: str, namespace: str | None = None, name: str | None = None, *, version: str = ""
    ) -> str:
        """Return the path of an object, or without a name that of its collection."""
        found = _KINDS[kind]
        parts = ["", "apis" if found.group else "api", found.api_version(version)]
        parts += ["namespaces", namespace] if namespace else []
        parts += [found.plural] + ([quote(name, safe="")] if name else [])
        return "/".join(parts)

    def get(self, kind: str, namespace: str | None, name: str) -> Object | None:
        """Return an object, or None."""
        try:
            return self.call("GET", self.path(kind, namespace, name))
        except Refusal as refusal:
            if refusal.code == 404:
                return None
            raise

    def objects(self, kind: str, namespace: str | None = None) -> list[Object]:
        """Return all objects of a kind (in a namespace)."""
        return self.listed(_KINDS[kind], namespace)[0]

    def listed(self, kind: Kind, namespace: str | None = None) -> tuple[list[Object], str]:
        """Return all objects of a kind, and the resourceVersion of the list."""
        answer = self.call("GET", self.path(kind.name, namespace))
        head = {"apiVersion": kind.api_version(), "kind": kind.name}
        return [head | item for item in answer["items"]], answer["metadata"]["resourceVersion"]

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content_type: str = "",
        manager: str = "tests",
    ) -> Object:
        """Send a request; return the decoded answer.

        Raises:
            Refusal: what the server says no with.
        """
        headers = {"Content-Type": content_type or "application/json"} if body is not None else {}
        if method in ("POST", "PUT", "PATCH"):
            path += f"{'&' if '?' in path else '?'}fieldManager={manager}"
        answer = self._http.request(
            method, path, content=None if body is None else json.dumps(body), headers=headers
        )
        if answer.is_success:
            return answer.json()
        raise refusal_of(answer)

    def create(self, body: Object) -> Object:
        """Create an object."""
        return self.call("POST", self.path(body["kind"], body["metadata"].get("namespace")), body)

    def patch(self, kind: str, namespace: str | None, name: str, change: Object) -> Object:
        """Lay a merge patch over an object."""
        return self.call(
            "PATCH",
            self.path(kind, namespace, name),
            change,
            content_type="application/merge-patch+json",
        )

    def delete(self, kind: str, namespace: str | None, name: str, **options: Any) -> None:
        """Delete an object; `options` are DeleteOptions."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", **options} if options else None
        self.call("DELETE", self.path(kind, namespace, name), body)

    def events(self, kind: Kind, version: str) -> Iterator[Object]:
        """Yield the events of a watch from a resourceVersion on, until the server ends it.

        Raises:
            Refusal: 410, where the server no longer knows that version.
        """
        params = {"watch": "1", "resourceVersion": version, "allowWatchBookmarks": "true"}
        timeout = httpx2.Timeout(_TIMEOUT, read=None)
        with self._http.stream(
            "GET", self.path(kind.name), params=params, timeout=timeout
        ) as answer:
            if not answer.is_success:
                answer.read()
                raise refusal_of(answer)
            for line in answer.iter_lines():
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise Refusal(
                        event["object"].get("code", 410), event["object"].get("reason", ""), line
                    )
                yield event


def refusal_of(answer: httpx2.Response) -> Refusal:
    """Return the refusal of a server."""
    try:
        status = answer.json()
    except ValueError:
        status = {}
    return Refusal(answer.status_code, status.get("reason", ""), status.get("message", answer.text))
