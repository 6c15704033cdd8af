"""A gRPC server over a real socket, which shares the database of the test."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime

import grpc
import pytest
from contract_client import Client, Contract, Start
from django.db import connections
from rpc_world import NOW, world

from user_manager.configuration import load
from user_manager.rpc import health, workers
from user_manager.rpc.server import create_server

ENVIRONMENT = {
    "USER_MANAGER_SECRET_KEY": "x",
    "USER_MANAGER_TRUSTED_PROXIES": "127.0.0.1/32",
    "USER_MANAGER_ADMINISTRATORS": "root@example.com",
}


class Clock:
    """The clock of the server. A test may set what it answers."""

    def __init__(self) -> None:
        self.answer: Callable[[], datetime] = lambda: NOW

    def __call__(self) -> datetime:
        return self.answer()


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return Contract(tmp_path_factory.mktemp("contract"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sharing_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], ThreadPoolExecutor]]:
    """Return a maker of threads that use the connection of the test.

    So they see what the test wrote, and its transaction undoes what they write. They do not close
    the connection, as Django's own test client does not.
    """
    for module in (workers, health):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)
    monkeypatch.setattr(workers, "close_connection", lambda: None)
    connection = connections["default"]

    def share() -> None:
        connections["default"] = connection

    connection.inc_thread_sharing()
    yield lambda: ThreadPoolExecutor(100, initializer=share)
    connection.dec_thread_sharing()


@pytest.fixture
def start(
    db: None,
    contract: Contract,
    clock: Clock,
    sharing_threads: Callable[[], ThreadPoolExecutor],
) -> Iterator[Start]:
    """Return what starts a server with settings in the world of these tests."""
    world()
    with ExitStack() as stack:

        def begin(longest_wait: float = 20, **settings: str) -> Client:
            variables = {f"USER_MANAGER_{name.upper()}": text for name, text in settings.items()}
            server = create_server(
                load(ENVIRONMENT | variables),
                address="127.0.0.1:0",
                threads=sharing_threads(),
                workers=1,
                checks=sharing_threads(),
                clock=clock,
                longest_wait=longest_wait,
            )
            server.start()
            stack.callback(server.close)
            channel = stack.enter_context(grpc.insecure_channel(f"127.0.0.1:{server.port}"))
            return Client(contract, channel, server.port, server.drain)

        yield begin


@pytest.fixture
def client(start: Start) -> Client:
    return start()
