"""The server as it runs: what reaches the application, the port of the platform, and its end."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from running_server import Server, command, free_port, read_answer, running
from user_manager.rpc.user_manager_pb2 import GetUserRequest
from user_manager.rpc.user_manager_pb2_grpc import UserManagerStub

ANN = "ann@example.com"
PATH = f"/api/v1/users/{ANN}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("served")) as running_server:
        yield running_server


def test_a_trusted_proxy_names_the_person(server: Server) -> None:
    answer = server.get(PATH, f"kubeflow-userid: {ANN}")
    assert (answer.status, json.loads(answer.body)["id"]) == (200, ANN)


@pytest.mark.parametrize("name", ["Kubeflow-Userid", "KUBEFLOW-USERID", "kubeflow-userID"])
def test_the_name_of_the_header_has_no_case(server: Server, name: str) -> None:
    assert server.get(PATH, f"{name}: {ANN}").status == 200


@pytest.mark.parametrize(
    "name", ["kubeflow_userid", "Kubeflow_Userid", "kubeflow-userid ", "HTTP_KUBEFLOW_USERID"]
)
def test_another_spelling_of_the_header_names_nobody(server: Server, name: str) -> None:
    assert server.get(PATH, f"{name}: {ANN}").status in {400, 401}


@pytest.mark.parametrize("other", ["kubeflow-userid", "Kubeflow-Userid"])
def test_two_headers_name_neither_person(server: Server, other: str) -> None:
    answer = server.get(PATH, f"kubeflow-userid: {ANN}", f"{other}: root@example.com")
    assert answer.status == 401


def test_the_same_header_twice_names_the_person(server: Server) -> None:
    answer = server.get(PATH, f"kubeflow-userid: {ANN}", f"Kubeflow-Userid: {ANN}")
    assert (answer.status, json.loads(answer.body)["id"]) == (200, ANN)


def test_a_forwarded_address_is_not_believed(tmp_path: Path) -> None:
    with running(tmp_path, TRUSTED_PROXIES="10.0.0.0/8") as strict_server:
        forwarded = ["X-Forwarded-For: 10.0.0.1", "X-Real-Ip: 10.0.0.1", "Forwarded: for=10.0.0.1"]
        answer = strict_server.get(PATH, f"kubeflow-userid: {ANN}", *forwarded)
        assert answer.status == 401


@pytest.mark.parametrize(
    "header",
    [
        "Script_Name: /api",
        "SCRIPT_NAME: /x",
        "PATH_INFO: /livez",
        "X-Original-Url: /livez",
        "X-Rewrite-Url: /livez",
    ],
)
def test_no_header_changes_the_path(server: Server, header: str) -> None:
    assert server.get(PATH, header).status == 401


def test_a_request_is_logged_without_ids_in_its_path(server: Server, tmp_path: Path) -> None:
    server.get(f"{PATH}?secret=1", f"kubeflow-userid: {ANN}", "X-Request-Id: abc-123")
    log = Path(server.environment["USER_MANAGER_DATA_DIR"]) / "log"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    logged = next(line for line in lines if line.get("request_id") == "abc-123")
    assert (logged["actor"], logged["method"]) == (ANN, "GET")
    assert "secret" not in log.read_text()
    assert "@" not in logged["route"]


def test_the_platform_has_a_port_of_its_own(server: Server) -> None:
    for page in ("/livez", "/readyz", "/metrics"):
        assert server.get(page, port=server.metrics_port).status == 200
        assert server.get(page).status == 404
    assert server.get("/", port=server.metrics_port).status == 404


def test_metrics_count_requests_of_all_processes(server: Server) -> None:
    server.get(PATH, f"kubeflow-userid: {ANN}")
    text = server.get("/metrics", port=server.metrics_port).body
    assert 'user_manager_requests_total{api="rest"' in text
    assert "user_manager_pending_requests 0.0" in text


def test_commands_work_beside_the_server(server: Server) -> None:
    token = command(server.environment, "token", "create", "robot", "--scope", "read").strip()
    assert server.get(PATH, f"Authorization: Bearer {token}").status in {200, 404}
    command(server.environment, "token", "revoke", "robot")
    assert server.get(PATH, f"Authorization: Bearer {token}").status == 401


def test_a_request_in_flight_is_answered_before_the_server_ends(tmp_path: Path) -> None:
    with running(tmp_path) as ending:
        body = json.dumps({"id": "bob@example.com", "name": "Bob"})
        head = [
            "POST /api/v1/users HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            f"kubeflow-userid: {ANN}",
            "Content-Type: application/json",
            "X-Requested-With: tests",
            f"Content-Length: {len(body)}",
        ]
        with socket.create_connection(("127.0.0.1", ending.http_port), timeout=30) as link:
            link.sendall("\r\n".join([*head, "", body[:10]]).encode())
            assert ending.get(PATH, f"kubeflow-userid: {ANN}").status == 200  # it was accepted
            ending.process.terminate()
            link.sendall(body[10:].encode())
            assert read_answer(link).status == 403
        assert ending.process.wait(60) == 0


def test_the_service_is_not_ready_without_its_tables(tmp_path: Path) -> None:
    with running(tmp_path) as server_of_a_lost_database:
        for file in tmp_path.glob("db.sqlite3*"):
            file.unlink()
        answer = server_of_a_lost_database.get(
            "/readyz", port=server_of_a_lost_database.metrics_port
        )
        assert (answer.status, "user-manager migrate" in answer.body) == (503, True)
        live = server_of_a_lost_database.get("/livez", port=server_of_a_lost_database.metrics_port)
        assert live.status == 200


def test_one_process_group_serves_grpc_too_and_ends_as_one(tmp_path: Path) -> None:
    grpc_port = free_port()
    with running(tmp_path, "--with-grpc", GRPC_PORT=str(grpc_port)) as both:
        channel = grpc.insecure_channel(f"127.0.0.1:{grpc_port}")
        grpc.channel_ready_future(channel).result(timeout=60)
        metadata = [("kubeflow-userid", ANN)]
        stub = UserManagerStub(channel)
        answer = stub.GetUser(
            GetUserRequest(id=ANN), metadata=metadata, wait_for_ready=True, timeout=60
        )
        assert answer.user.id == ANN
        channel.close()
        assert both.terminate() == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", grpc_port), timeout=5)
