"""A proxy on loopback in front of the API server, which logs requests and injures some.

Faults are those of memory_api, on a real server:

    with Proxy(kubeconfig) as proxy:
        proxy.faults.append(fail_nth_write(3, "reset_after"))
        client = proxy.client(token)    # or KUBECONFIG=proxy.kubeconfig(folder, token)
        [str(exchange.request) for exchange in proxy.writes]
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

import httpx2
from lightkube import Client, KubeConfig
from lightkube.config import client_adapter
from lightkube.config.models import Cluster, User

from memory_api.faults import Act, Fault, Killed
from memory_api.requests import Request
from memory_api.status import Answer
from memory_api.wire import listening
from profiles_management.kubeflow.objects.naming import MANAGER

_PASSED_ON = ("accept", "authorization", "content-type", "user-agent")
_PASSED_BACK = ("content-type", "retry-after", "warning")
_PATIENCE = 30.0


@dataclass(slots=True)
class Exchange:
    """One request in the log.

    Attributes:
        at: when it arrived, by time.monotonic().
        acted: whether the API server executed it, with any answer to the client.
        revision: the resourceVersion of the object in the answer, 0 if there is none.
    """

    request: Request
    at: float
    acted: bool = False
    revision: int = 0

    def __str__(self) -> str:
        return f"{self.request}{'' if self.acted else ' (did nothing)'}"


class Proxy:
    """Forwards requests of one client to an API server during its `with` block.

    Requests are passed on with the client's own credentials, so that the server decides what they
    may do.

    Attributes:
        log: every request, in the order in which they came.
        faults: injectors (see `memory_api.faults`), asked in order for each request.
        kill: called where a fault raises Killed; nothing that comes afterwards reaches the server.
    """

    def __init__(self, kubeconfig: Path) -> None:
        config = KubeConfig.from_file(kubeconfig).get()
        assert config is not None
        verify = client_adapter.verify_cluster(config.cluster, User(), config.abs_file)
        self._server = httpx2.Client(
            base_url=config.cluster.server,
            verify=verify,
            timeout=_PATIENCE,
            trust_env=False,
            limits=httpx2.Limits(),
        )
        self._open = ExitStack()
        self._address = ""
        self.log: list[Exchange] = []
        self.faults: list[Fault] = []
        self.kill: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        self._open.enter_context(self._server)
        self._address = self._open.enter_context(listening(self._answer))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def writes(self) -> list[Exchange]:
        """The logged requests that are no reads."""
        return [one for one in self.log if one.request.writes]

    def client(self, token: str) -> Client:
        """Return a client whose requests pass this proxy."""
        config = KubeConfig.from_one(cluster=Cluster(server=self._address), user=User(token=token))
        return Client(
            config=config, field_manager=MANAGER, timeout=httpx2.Timeout(_PATIENCE), trust_env=False
        )

    def kubeconfig(self, folder: Path, token: str) -> Path:
        """Write a kubeconfig for a process whose requests pass this proxy."""
        path = folder / "kubeconfig"
        path.touch(mode=0o600)
        cluster, user = {"server": self._address}, {"token": token}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "proxy", "cluster": cluster}],
            "users": [{"name": "engine", "user": user}],
            "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "engine"}}],
            "current-context": "proxy",
        }
        path.write_text(json.dumps(content))  # JSON is YAML
        return path

    def _answer(self, request: Request) -> Answer:
        exchange = Exchange(request, time.monotonic())
        self.log.append(exchange)
        act: Act = lambda: self._act(exchange)  # noqa: E731
        for fault in reversed(self.faults):
            act = _through(fault, request, act)
        try:
            answer = act()
        except Killed as death:
            self.kill()
            raise ConnectionResetError from death
        request.status = answer.status
        return answer

    def _act(self, exchange: Exchange) -> Answer:
        request = exchange.request
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        answered = self._server.request(
            request.method,
            quote(request.path, safe="/:@!$&'()*+,;=~"),
            params=request.query,
            content=request.content,
            headers={**headers, "accept-encoding": "identity"},
        )
        exchange.acted = answered.is_success
        if request.writes and answered.is_success:
            exchange.revision = int(answered.json().get("metadata", {}).get("resourceVersion") or 0)
        kept = {
            name.title(): answered.headers[name]
            for name in _PASSED_BACK
            if name in answered.headers
        }
        return Answer(answered.status_code, answered.content, kept)


def _through(fault: Fault, request: Request, act: Act) -> Act:
    return lambda: fault(request, act)
