"""gRPC next to the HTTP server: it outlives its workers, and answers all that has arrived."""

import os
import re
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from running_server import free_port, running
from user_manager.rpc.user_manager_pb2 import CreateUserRequest, GetUserRequest
from user_manager.rpc.user_manager_pb2_grpc import UserManagerStub

CLIENTS = 16
ANSWERS_BEFORE_THE_END = 150
PATIENCE = 20  # seconds; a worker that hangs is killed after 30
IDENTITY = [("kubeflow-userid", "root@example.com")]


class Load:
    """Creates users, until the server is gone."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.created: list[str] = []
        self.failed: dict[str, str] = {}
        self.is_warm = threading.Event()

    def run(self, client: int) -> None:
        # a connection of its own for each client
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(f"127.0.0.1:{self.port}", options) as channel:
            stub = UserManagerStub(channel)
            number = 0
            while True:
                user_id = f"user-{client}-{number}"
                number += 1
                request = CreateUserRequest(id=user_id, name="x")
                try:
                    stub.CreateUser(request, metadata=IDENTITY, timeout=60)
                except grpc.RpcError as error:
                    self.failed[user_id] = error.code().name  # type: ignore[attr-defined]
                    return
                self.created.append(user_id)
                if len(self.created) >= ANSWERS_BEFORE_THE_END:
                    self.is_warm.set()


def test_no_rpc_is_lost_when_the_server_ends_under_load(tmp_path: Path) -> None:
    port = free_port()
    settings = {"GRPC_PORT": str(port), "ADMINISTRATORS": "root@example.com"}
    with running(tmp_path, "--with-grpc", **settings) as server:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            grpc.channel_ready_future(channel).result(timeout=60)
        load = Load(port)
        with ThreadPoolExecutor(CLIENTS) as pool:
            running_clients = [pool.submit(load.run, client) for client in range(CLIENTS)]
            assert load.is_warm.wait(60)
            server.terminate()
            for client in running_clients:
                client.result()
    # what was refused never ran, and what ran was answered
    assert set(load.failed.values()) == {"UNAVAILABLE"}
    assert len(load.failed) == CLIENTS
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        stored = {row[0] for row in database.execute("SELECT id FROM user_manager_user")}
    assert stored == {*load.created, "root@example.com"}


def test_a_worker_of_the_http_server_that_ends_leaves_the_grpc_server_alone(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, "--with-grpc", GRPC_PORT=str(port)) as server:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            grpc.channel_ready_future(channel).result(timeout=60)
            log = tmp_path / "log"
            workers = re.findall(r"Booting worker with pid: (\d+)", log.read_text())
            os.kill(int(workers[0]), signal.SIGTERM)
            while len(re.findall("Booting worker", log.read_text())) == len(workers):
                assert server.process.poll() is None
            UserManagerStub(channel).GetUser(
                GetUserRequest(id="ann"), metadata=[("kubeflow-userid", "ann")], timeout=60
            )
        started = time.monotonic()
        assert server.terminate() == 0
        assert time.monotonic() - started < PATIENCE
