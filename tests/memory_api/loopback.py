"""A `MemoryApi` over real HTTP on 127.0.0.1, for benchmarks with the server in its own process.

Besides the API, `POST /memory/objects` stores objects from JSON lines, and `GET /memory/requests`
returns the number of requests since its last call, by verb and resource.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from .requests import Request
from .server import MemoryApi
from .status import JSON, Answer
from .wire import listening

_line = msgspec.json.Decoder()


def load(api: MemoryApi, content: bytes) -> int:
    """Store objects given as JSON lines; return how many."""
    before = api.state.version
    api.put_all(_line.decode(line) for line in content.splitlines() if line)
    return api.state.version - before


@contextmanager
def serving(api: MemoryApi, port: int = 0) -> Iterator[str]:
    """Serve an api on a port of loopback (0 is a free one) while the block runs; yield its URL."""
    with listening(lambda request: _own_door(api, request) or api.handle(request), port) as url:
        yield url


def _own_door(api: MemoryApi, request: Request) -> Answer | None:
    if (request.method, request.path) == ("POST", "/memory/objects"):
        return _json({"stored": load(api, request.content)})
    if (request.method, request.path) == ("GET", "/memory/requests"):
        log, api.log = api.log, []
        return _json(_counted(log))
    return None


def _counted(log: Iterable[Request]) -> dict[str, int]:
    return dict(sorted(Counter(f"{request.verb} {request.resource}" for request in log).items()))


def _json(value: object) -> Answer:
    return Answer(200, msgspec.json.encode(value), {"Content-Type": JSON})
