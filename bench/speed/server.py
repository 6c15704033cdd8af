"""A real API server without other clients: starts with stored objects and counts its requests."""

import base64
import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import world
from process import child

from integration.cluster import kubeflow
from integration.cluster import server as servers
from integration.cluster.control_plane import ControlPlane
from integration.cluster.waiting import wait_for

WRITERS = 16
_KINDS = {
    *("profiles", "namespaces", "resourcequotas", "limitranges"),
    *("rolebindings", "clusterroles", "authorizationpolicies"),
}
_ANSWERED = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_COPIED = re.compile(rb"(team|owner|user)-00000")
_LONG = 300.0  # seconds
_AT_ONCE = 100  # etcd takes 128 writes in one transaction
_PROCESSOR = re.compile(r"^process_cpu_seconds_total (\S+)$", re.MULTILINE)


class ApiServer:
    """The API server of a control plane without controllers."""

    def __init__(self, plane: ControlPlane) -> None:
        self.kubeconfig, self.kubectl = str(plane.kubeconfig), str(plane.kubectl)
        self._etcd = plane.etcd
        self._server = servers.Server(plane.kubeconfig)
        self._client = servers.client(plane.kubeconfig)
        self._http: httpx2.Client = self._client._client._client  # noqa: SLF001 - with the kubeconfig's credentials

    def close(self) -> None:
        """Close our connections."""
        self._client.close()
        self._server.close()

    def measured(self, measure: str, *arguments: str) -> dict[str, Any]:
        """Run a measurement in a separate process; return its figures with those of the server.

        `requests` counts, by verb, the requests for the kinds of profiles, without the watches
        of the server itself. `server` is the processor time of the server and etcd in seconds.
        """
        before, used = self._answered()
        figures = child("speed.measure", measure, self.kubeconfig, *arguments)
        after, used_then = self._answered()
        return {**figures, "requests": dict(after - before), "server": used_then - used}

    def make(self, objects: Iterable[dict[str, Any]]) -> None:
        """Create objects; namespaces come before their content."""
        for one in objects:
            self._server.create(one)

    def settle(self) -> None:
        """Read each list once.

        A server that has just started answers 429 until it has filled its caches.
        """
        for kind in (*world.KINDS, "LimitRange"):
            wait_for(f"all of {kind}", lambda kind=kind: self._lists(kind), seconds=_LONG)

    def _lists(self, kind: str) -> bool:
        return self._http.get(self._server.path(kind), timeout=_LONG).is_success

    def _answered(self) -> tuple[Counter[str], float]:
        """Return the answered requests by verb, and their processor time with etcd's."""
        text = self._http.get("/metrics").raise_for_status().text
        counts: Counter[str] = Counter()
        for label_text, number in _ANSWERED.findall(text):
            labels = dict(_LABEL.findall(label_text))
            if labels["resource"] in _KINDS and labels["verb"] != "WATCH":
                counts[labels["verb"]] += int(float(number))
        stored = httpx2.get(f"{self._etcd}/metrics", trust_env=False).raise_for_status().text
        return counts, sum(
            float(used) for one in (text, stored) for used in _PROCESSOR.findall(one)
        )


def stored(data: Path, profiles: int, contributors: int) -> None:
    """Store the objects of a cluster that matches the document, for `serving`.

    One profile is created through the API server. The others are copies of it in etcd, with
    other numbers of the same length in names: 10,000 profiles through the API server would take
    ten minutes.
    """
    with ControlPlane(kubeflow.install, print, controllers=False) as plane:
        with contextlib.closing(ApiServer(plane)) as server:
            server.make(world.objects(1, contributors))
        _copied(plane.etcd, profiles)
        plane.save(data)


def _copied(etcd: str, profiles: int) -> None:
    """Store every profile except the first, as copies of it."""
    with httpx2.Client(base_url=f"{etcd}/v3/kv", trust_env=False) as http:
        asked = {"key": _coded(b"/registry/"), "range_end": _coded(b"/registry0")}
        entries = http.post("/range", json=asked).raise_for_status().json()["kvs"]
        pairs = [
            (base64.b64decode(entry["key"]), base64.b64decode(entry["value"])) for entry in entries
        ]
        first = [pair for pair in pairs if _COPIED.search(pair[0])]
        puts = (_put(key, value, number) for number in range(1, profiles) for key, value in first)
        while some := list(islice(puts, _AT_ONCE)):
            http.post("/txn", json={"success": some}).raise_for_status()


def _put(key: bytes, value: bytes, number: int) -> dict[str, Any]:
    name = rb"\1-%05d" % number
    return {
        "requestPut": {
            "key": _coded(_COPIED.sub(name, key)),
            "value": _coded(_COPIED.sub(name, value)),
        }
    }


def _coded(text: bytes) -> str:
    return base64.b64encode(text).decode()


@contextmanager
def serving(data: Path) -> Iterator[ApiServer]:
    """Run an API server on a copy of the data of `stored` during the block."""
    with (
        ControlPlane(say=print, controllers=False, data=data) as plane,
        contextlib.closing(ApiServer(plane)) as server,
    ):
        server.settle()
        yield server
