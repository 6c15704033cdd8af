"""The server: limits, deadlines, TLS, health, the database away, and its end."""

import itertools
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from contract_client import SERVICE, Client, Contract, Start
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import OperationalError, connection
from grpc_health.v1 import health_pb2, health_pb2_grpc
from rpc_world import ANN, MODULE, NOW, READ, ROOT, as_token, as_user, service_account

from user_manager.configuration import ConfigurationError, load
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, User
from user_manager.rpc.server import create_server
from user_manager.serving.grpc_server import serve

SECRET = {"USER_MANAGER_SECRET_KEY": "x"}


def health_of(client: Client, name: str) -> str:
    stub = health_pb2_grpc.HealthStub(client.channel)
    status = stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=20).status
    return health_pb2.HealthCheckResponse.ServingStatus.Name(status)


@contextmanager
def failing_database(error: Exception) -> Iterator[None]:
    """Let every statement fail."""

    def fail(*_: object) -> None:
        raise error

    with connection.execute_wrapper(fail):
        yield


# what arrives


def test_a_name_of_nearly_four_megabytes_is_invalid(client: Client) -> None:
    answer = client.call("CreateUser", as_user(ROOT), id="x", name="x" * (4 * 1024 * 1024 - 100))
    assert answer.status == "INVALID_ARGUMENT"
    assert len(answer.details) < 200


def test_a_long_error_still_reaches_the_client(client: Client) -> None:
    user_id = "\N{PILE OF POO}" * 253
    assert client.call("CreateUser", as_user(ROOT), id=user_id, name="A").status == "OK"
    answer = client.call("CreateUser", as_user(ROOT), id=user_id, name="B")
    assert answer.status == "ALREADY_EXISTS"
    assert user_id in answer.details


def test_a_larger_message_is_refused_and_the_next_is_answered(client: Client) -> None:
    answer = client.call("CreateUser", as_user(ROOT), id="x", name="x" * (4 * 1024 * 1024))
    assert answer.status == "RESOURCE_EXHAUSTED"
    assert client.call("GetUser", as_user(ANN), id=ANN).status == "OK"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"\x0a\x05ab",  # shorter than it says
        b"\x0a\x02\xff\xfe",  # not UTF-8
        b"\x0a\x03\xed\xa0\x80",  # a lone surrogate
        b"\x0b" * 200,  # groups that never end
        b"\x00",
        b"[]",
        b'{"id": "ann@example.com"}',
    ],
)
@pytest.mark.parametrize("method", ["CreateUser", "GetUser", "AddAccess"])
def test_bytes_that_are_no_message_are_invalid(client: Client, method: str, data: bytes) -> None:
    assert client.send(method, data, as_user(ROOT)).status == "INVALID_ARGUMENT"


def test_a_field_of_a_newer_contract_is_ignored(client: Client) -> None:
    request = client.contract.message("GetUserRequest", id=ANN).SerializeToString()
    newer = request + b"\xa2\x06\x03new"  # field 100
    assert client.send("GetUser", newer, as_user(ANN)).status == "OK"


def test_an_unknown_method_is_not_implemented(client: Client) -> None:
    call = client.channel.unary_unary(f"/{SERVICE}/DeleteUser")
    with pytest.raises(grpc.RpcError) as caught:
        call(b"", timeout=20)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED  # type: ignore[attr-defined]


# messages that do not come


@contextmanager
def half_rpcs(client: Client, count: int) -> Iterator[list[Any]]:
    """Begin RPCs, and send no message until the block ends."""
    released = threading.Event()

    def nothing() -> Iterator[bytes]:
        released.wait()
        yield from ()

    paths = itertools.cycle([f"/{SERVICE}/GetUser", "/grpc.health.v1.Health/Check"])
    try:
        yield [client.channel.stream_unary(next(paths)).future(nothing()) for _ in range(count)]
    finally:
        released.set()


def test_clients_that_begin_rpcs_and_send_no_message_stop_nobody(client: Client) -> None:
    with half_rpcs(client, 60):
        assert client.call("GetUser", as_user(ANN), id=ANN).status == "OK"
        assert health_of(client, "") == "SERVING"
        assert health_of(client, SERVICE) == "SERVING"


def test_an_rpc_whose_message_does_not_come_is_cancelled(start: Start) -> None:
    client = start(longest_wait=0.05)
    with half_rpcs(client, 2) as rpcs:
        codes = {rpc.exception(timeout=20).code() for rpc in rpcs}
    assert codes == {grpc.StatusCode.CANCELLED}
    assert client.call("GetUser", as_user(ANN), id=ANN).status == "OK"


def test_an_rpc_without_a_message_is_invalid(client: Client) -> None:
    with half_rpcs(client, 2) as rpcs:
        pass
    codes = {rpc.exception(timeout=20).code() for rpc in rpcs}
    assert codes == {grpc.StatusCode.INVALID_ARGUMENT}


def test_health_of_bytes_that_are_no_message_is_invalid(client: Client) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        client.channel.unary_unary("/grpc.health.v1.Health/Check")(b"\xff", timeout=20)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]


# deadlines


def test_an_rpc_whose_deadline_passed_while_it_waited_is_not_run(start: Start, clock: Any) -> None:
    client = start()
    reached, released = threading.Event(), threading.Event()

    def slow() -> datetime:
        reached.set()
        assert released.wait(20)
        return NOW

    with ThreadPoolExecutor(1) as pool:
        clock.answer = slow
        running = pool.submit(client.call, "GetUser", as_user(ANN), id=ANN)
        assert reached.wait(20)
        waiting = client.call("CreateUser", as_user(ROOT), 0.05, id="late", name="Late")
        assert waiting.status == "DEADLINE_EXCEEDED"
        released.set()
        assert running.result().status == "OK"
    assert client.call("GetUser", as_user(ANN), id=ANN).status == "OK"
    assert not User.objects.filter(id="late").exists()


# the database


def test_without_the_database_an_rpc_is_unavailable(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with failing_database(OperationalError("server 10.0.0.1 password=hunter2")):
        answer = client.call("GetUser", as_user(ANN), id=ANN)
    assert answer.status == "UNAVAILABLE"
    assert "hunter2" not in answer.details + caplog.text
    assert client.call("GetUser", as_user(ANN), id=ANN).status == "OK"


def test_an_error_of_the_service_is_logged_where_it_was_and_without_what_it_quotes(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with failing_database(RuntimeError("hunter2")):
        answer = client.call("GetUser", as_user(ANN), id=ANN)
    assert answer.status == "INTERNAL"
    assert "hunter2" not in answer.details + caplog.text
    assert "authentication.py" in caplog.text


def test_an_error_undoes_what_the_rpc_wrote(client: Client) -> None:
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}

    def fail_on_events(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "INSERT" in sql and "event" in sql:
            raise OperationalError
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_on_events):
        assert client.call("AddAccess", as_user(ANN), **order).status == "UNAVAILABLE"
    assert not Access.objects.filter(user_id=ANN).exists()


# logs


def test_a_line_of_the_log_says_who_called_what_and_no_secrets(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    token = service_account(Scope.READ)
    order = {"user_id": ANN, "access": client.contract.access(MODULE, READ)}
    with caplog.at_level(logging.INFO):
        client.call("GetUser", as_token(token, x_request_id="trace-1"), id=ANN)
        client.call("AddAccess", as_user(ANN, x_reason_bin=b"my illness"), **order)
    lines = [record for record in caplog.records if record.name == "user_manager.requests"]
    facts = [(line.route, line.status, line.actor) for line in lines]  # type: ignore[attr-defined]
    assert facts == [("GetUser", "OK", "token:robot"), ("AddAccess", "OK", ANN)]
    assert lines[0].request_id == "trace-1"  # type: ignore[attr-defined]
    everything = str([vars(record) for record in caplog.records])
    assert token not in everything
    assert "illness" not in everything


# health


def test_anybody_may_ask_for_health(client: Client) -> None:
    assert health_of(client, "") == "SERVING"
    assert health_of(client, SERVICE) == "SERVING"
    with pytest.raises(grpc.RpcError) as caught:
        health_of(client, "unknown")
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND  # type: ignore[attr-defined]


def test_without_the_database_the_process_lives_and_the_service_is_not_ready(
    client: Client,
) -> None:
    with failing_database(OperationalError()):
        assert health_of(client, "") == "SERVING"
        assert health_of(client, SERVICE) == "NOT_SERVING"
    assert health_of(client, SERVICE) == "SERVING"


# TLS


def certificate(folder: Path) -> bytes:
    """Write a new certificate and its key, and return the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    text = signed.public_bytes(serialization.Encoding.PEM)
    (folder / "tls.crt").write_bytes(text)
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return text


def test_tls_is_served_and_a_renewed_certificate_is_used_for_new_connections(
    start: Start, contract: Contract, tmp_path: Path
) -> None:
    first = certificate(tmp_path)
    files = {"grpc_tls_cert": str(tmp_path / "tls.crt"), "grpc_tls_key": str(tmp_path / "tls.key")}
    port = start(**files).port

    def status(root: bytes) -> str:
        credentials = grpc.ssl_channel_credentials(root)
        options = [("grpc.use_local_subchannel_pool", 1)]  # no connection of before
        place = f"localhost:{port}"
        with grpc.secure_channel(place, credentials, options) as channel:
            return Client(contract, channel, port).call("GetUser", as_user(ANN), id=ANN).status

    assert status(first) == "OK"
    (tmp_path / "tls.key").write_bytes(b"half written")
    assert status(first) == "OK"
    second = certificate(tmp_path)
    assert status(second) == "OK"
    assert status(first) == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"GRPC_TLS_CERT": "/x"}, "GRPC_TLS_KEY"),
        ({"GRPC_TLS_KEY": "/x"}, "GRPC_TLS_CERT"),
        ({"GRPC_TLS_CERT": "/missing", "GRPC_TLS_KEY": "/missing"}, "GRPC_TLS_CERT"),
    ],
)
def test_settings_of_tls_that_do_not_fit_stop_the_start_with_their_names(
    settings: dict[str, str], named: str
) -> None:
    variables = {f"USER_MANAGER_{name}": value for name, value in settings.items()}
    with pytest.raises(ConfigurationError, match=named):
        create_server(load(SECRET | variables), address="127.0.0.1:0")


def test_a_certificate_that_is_none_stops_the_start(tmp_path: Path) -> None:
    certificate(tmp_path)
    (tmp_path / "tls.crt").write_text("nothing")
    variables = {
        "USER_MANAGER_GRPC_TLS_CERT": str(tmp_path / "tls.crt"),
        "USER_MANAGER_GRPC_TLS_KEY": str(tmp_path / "tls.key"),
    }
    with pytest.raises(ConfigurationError, match="GRPC_TLS_CERT"):
        create_server(load(SECRET | variables), address="127.0.0.1:0")


def test_a_port_that_is_in_use_stops_the_start_with_the_name_of_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigurationError, match="GRPC_PORT"):
            create_server(load(SECRET), address=address)


# the end


def test_an_rpc_that_runs_is_answered_before_the_server_ends(start: Start, clock: Any) -> None:
    client = start()
    reached, released = threading.Event(), threading.Event()

    def slow() -> datetime:
        reached.set()
        assert released.wait(20)
        return NOW

    clock.answer = slow
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(client.call, "CreateUser", as_user(ROOT), id="new", name="New")
        assert reached.wait(20)
        ending = pool.submit(client.drain)
        while client.call("GetUser", as_user(ANN), 0.1, id=ANN).status != "UNAVAILABLE":
            pass  # waits for the worker that is busy, until the server takes no more
        released.set()
        assert running.result().status == "OK"
        ending.result()
    assert User.objects.filter(id="new").exists()
    assert client.call("GetUser", as_user(ANN), id=ANN).status == "UNAVAILABLE"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server(number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    before = signal.getsignal(number)

    def end_when_it_listens() -> None:
        while True:
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
        os.kill(os.getpid(), number)

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(end_when_it_listens)
        serve(load(SECRET | {"USER_MANAGER_GRPC_PORT": str(port)}))
        killer.result()
    assert signal.getsignal(number) == before
