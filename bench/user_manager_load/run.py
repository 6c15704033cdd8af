"""What is measured: each call on one database of one size."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from process import child, written

from user_manager_load.names import EVENTS, asked_id, modules_of, user_id
from user_manager_load.served import Served, served

_HEADERS = {"Content-Type": "application/json", "X-Requested-With": "bench"}


@dataclass(frozen=True)
class Figures:
    """The figures of one database with one number of users.

    Attributes:
        database: `PostgreSQL` or `SQLite`.
        calls: what `load` printed, by the name of the call.
        ratios: processor time of GetUser over REST divided by that of the plain view, each turn.
    """

    database: str
    users: int
    calls: dict[str, dict[str, Any]]
    ratios: list[float]


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        runs: turns of the comparison with the plain view.
        requests: of each fast call; slower ones get a tenth.
    """

    users: int
    events: int = EVENTS
    runs: int = 5
    requests: int = 2000

    @property
    def slow_requests(self) -> int:
        """The number of requests of a slower call."""
        return max(1, self.requests // 10)


def measured(database: str, url: Callable[[Path], str], size: Size) -> Figures:
    """Measure one database of one size.

    Args:
        database: its name.
        url: returns the URL of an empty database, given a folder for its file.
        size: how much is measured.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        with served(size.users, size.events, folder, url(folder)) as service:
            calls = {
                name: _call(service, protocol, requests)
                for name, protocol, requests in _calls(service, size)
            }
            ratios = [_ratio(service, size) for _ in range(size.runs)]
    return Figures(database, size.users, calls, ratios)


def _calls(service: Served, size: Size) -> Iterator[tuple[str, str, Iterator[list[Any]]]]:
    yield "GetUser, REST", "http", _get_user(size)
    people = (user_id(number) for number in _spread(size.users, size.requests))
    yield "GetUser, gRPC", "grpc", ([person] for person in people)
    yield "requests to decide", "http", _to_decide(size)
    yield "a decision", "http", _decisions(size)
    cluster = {"Authorization": f"Bearer {service.token}"}
    document = ["GET", "/api/v1/pmr", cluster, None]
    yield "document", "http", repeat(document, size.slow_requests)
    answered = cluster | {"If-None-Match": _etag(service, cluster)}
    unchanged = ["GET", "/api/v1/pmr", answered, None]
    yield "document, unchanged", "http", repeat(unchanged, size.slow_requests)


def _spread(users: int, count: int) -> Iterator[int]:
    """Yield numbers of users, far from one another."""
    return (1 + (number * 7919) % users for number in range(count))


def _get_user(size: Size) -> Iterator[list[Any]]:
    for number in _spread(size.users, size.requests):
        name = user_id(number)
        yield ["GET", f"/api/v1/users/{name}", {"kubeflow-userid": name}, None]


def _plain(size: Size) -> Iterator[list[Any]]:
    for number in _spread(size.users, size.requests):
        yield ["GET", "/plain", {"kubeflow-userid": user_id(number)}, None]


def _to_decide(size: Size) -> Iterator[list[Any]]:
    for number in _spread(modules_of(size.users), size.slow_requests):
        headers = {"kubeflow-userid": user_id(number)}
        yield ["GET", "/api/v1/accesses?to_decide=me", headers, None]


def _decisions(size: Size) -> Iterator[list[Any]]:
    for number in range(1, min(size.users // 10, size.slow_requests) + 1):
        owner = user_id(1 + number % modules_of(size.users))
        headers = {"kubeflow-userid": owner, **_HEADERS}
        path = f"/api/v1/accesses/{asked_id(number)}/decision"
        yield ["POST", path, headers, json.dumps({"approve": number % 2 == 0})]


def _etag(service: Served, headers: dict[str, str]) -> str:
    connection = HTTPConnection("127.0.0.1", service.http_port)
    connection.request("GET", "/api/v1/pmr", headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.getheader("ETag", "")


def _call(service: Served, protocol: str, requests: Iterator[list[Any]]) -> dict[str, Any]:
    port = service.http_port if protocol == "http" else service.grpc_port
    with written(f"{json.dumps(request)}\n" for request in requests) as file:
        figures = child("user_manager_load.load", protocol, str(port), file)
    unexpected = set(figures["statuses"]) - {200, 304}
    if unexpected:
        raise RuntimeError(f"Requests were answered with {unexpected}, so the figures are useless.")
    return figures


def _ratio(service: Served, size: Size) -> float:
    """Return the processor time of GetUser over REST divided by that of the plain view."""
    times = []
    for requests in (_get_user, _plain):
        before = service.cpu()
        _call(service, "http", requests(size))
        times.append(service.cpu() - before)
    return times[0] / times[1]
