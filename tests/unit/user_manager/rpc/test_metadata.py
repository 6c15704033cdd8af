"""Who calls an RPC: only what is verified counts, and hostile metadata is one clear refusal."""

import socket
from pathlib import Path

import pytest
from contract_client import Client, Metadata, Start
from rpc_world import ANN, BOB, MODULE, OLGA, PROFILE, READ, as_token, as_user, service_account
from rpc_world import request as open_request

from json_web_tokens import jwt_settings, token_of
from user_manager.domain.vocabulary import Scope
from user_manager.models import Access, User
from user_manager.rpc.metadata import peer_address

ANNA = "анна@example.com"


def status_of(client: Client, metadata: Metadata) -> str:
    return client.call("GetUser", metadata, id=ANN).status


def test_nobody_is_unauthenticated(client: Client) -> None:
    assert status_of(client, []) == "UNAUTHENTICATED"


@pytest.mark.parametrize("header", ["kubeflow-userid", "kubeflow-userid-bin"])
def test_the_identity_header_of_a_peer_that_is_not_trusted_is_refused(
    start: Start, header: str
) -> None:
    client = start(trusted_proxies="10.0.0.0/8")
    token = service_account(Scope.READ)
    value = ANN.encode() if header.endswith("-bin") else ANN
    assert status_of(client, [(header, value)]) == "UNAUTHENTICATED"
    assert status_of(client, [*as_token(token), (header, value)]) == "UNAUTHENTICATED"
    assert status_of(client, as_token(token)) == "OK"


def test_a_forwarded_address_is_not_the_peer(start: Start) -> None:
    client = start(trusted_proxies="10.0.0.0/8")
    assert status_of(client, as_user(ANN, x_forwarded_for="10.0.0.1")) == "UNAUTHENTICATED"


@pytest.mark.parametrize("name", ["kubeflow_userid", "x-kubeflow-userid", "kubeflow-userid-x"])
def test_other_spellings_of_the_identity_header_mean_nothing(client: Client, name: str) -> None:
    assert status_of(client, [(name, ANN)]) == "UNAUTHENTICATED"


def test_another_name_and_prefix_of_the_identity_header_are_settings(start: Start) -> None:
    client = start(identity_header="X-Goog-User", identity_prefix="accounts:")
    assert status_of(client, [("x-goog-user", f"accounts:{ANN}")]) == "OK"
    assert status_of(client, [("x-goog-user", ANN)]) == "UNAUTHENTICATED"
    assert status_of(client, as_user(ANN)) == "UNAUTHENTICATED"


def test_ids_that_are_not_ascii_come_in_bytes(client: Client) -> None:
    metadata: Metadata = [("kubeflow-userid-bin", ANNA.encode())]
    answer = client.call("GetUser", metadata, id=ANNA)
    assert (answer.status, answer.message.user.id) == ("OK", ANNA)


@pytest.mark.parametrize(
    "value",
    [b"", b"\xff", b"ann\xc3", b"a\0b", b"\xed\xa0\x80", b"system:admin", b"x" * 254],
)
def test_bytes_that_are_no_id_are_unauthenticated(client: Client, value: bytes) -> None:
    before = User.objects.count()
    assert status_of(client, [("kubeflow-userid-bin", value)]) == "UNAUTHENTICATED"
    assert User.objects.count() == before


@pytest.mark.parametrize(
    "metadata",
    [
        [("kubeflow-userid", ANN), ("kubeflow-userid", BOB)],
        [("kubeflow-userid", ANN), ("kubeflow-userid-bin", BOB.encode())],
        [("kubeflow-userid", ANN), ("authorization", "Bearer um_x")],
        [("kubeflow-userid", f"{ANN},{BOB}")],
    ],
)
def test_two_that_name_different_people_are_unauthenticated(
    client: Client, metadata: Metadata
) -> None:
    assert status_of(client, metadata) == "UNAUTHENTICATED"


def test_the_same_person_twice_is_one_person(client: Client) -> None:
    metadata = as_user(ANN, kubeflow_userid=ANN, kubeflow_userid_bin=ANN.encode())
    assert status_of(client, metadata) == "OK"


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer um_", "Basic YTpi", "um_x"])
def test_a_token_that_is_not_valid_is_unauthenticated(client: Client, authorization: str) -> None:
    assert status_of(client, [("authorization", authorization)]) == "UNAUTHENTICATED"


def test_a_jwt_names_a_person(start: Start, tmp_path: Path) -> None:
    bearer = [("authorization", f"Bearer {token_of({'email': 'jwt@example.com'})}")]
    client = start(**jwt_settings(tmp_path))
    answer = client.call("GetUser", bearer, id="jwt@example.com")
    assert (answer.status, answer.message.user.name) == ("OK", "Ann")
    assert status_of(client, [*bearer, *as_user(BOB)]) == "UNAUTHENTICATED"
    assert status_of(start(), bearer) == "UNAUTHENTICATED"


def test_two_tokens_are_unauthenticated(client: Client) -> None:
    token = service_account(Scope.READ)
    both = [*as_token(token), ("authorization", "Bearer um_other")]
    assert status_of(client, both) == "UNAUTHENTICATED"


def test_acting_for_somebody_whose_id_is_not_ascii(client: Client) -> None:
    status_of(client, [("kubeflow-userid-bin", ANNA.encode())])
    metadata = as_token(service_account(Scope.ACT_FOR), x_acting_for_bin=ANNA.encode())
    order = {"user_id": ANNA, "access": client.contract.access(MODULE, READ)}
    assert client.call("AddAccess", metadata, **order).status == "OK"
    assert Access.objects.get(user_id=ANNA).requested_by == ANNA


@pytest.mark.parametrize("value", [b"", b"\xff", b"a\0b", b"nobody@example.com"])
def test_acting_for_nobody_is_denied(client: Client, value: bytes) -> None:
    metadata = as_token(service_account(Scope.ACT_FOR), x_acting_for_bin=value)
    assert status_of(client, metadata) == "PERMISSION_DENIED"


def test_acting_for_two_people_is_unauthenticated(client: Client) -> None:
    token = service_account(Scope.ACT_FOR)
    metadata = as_token(token, x_acting_for=OLGA, x_acting_for_bin=ANN.encode())
    assert status_of(client, metadata) == "UNAUTHENTICATED"


@pytest.mark.parametrize("name", ["x-reason-bin", "x-duration", "x-until"])
def test_an_option_that_is_given_twice_is_invalid(client: Client, name: str) -> None:
    value: str | bytes = b"why" if name.endswith("-bin") else "P1D"
    order = {"user_id": ANN, "access": client.contract.access(PROFILE, READ)}
    metadata = [*as_user(ANN), (name, value), (name, value)]
    assert client.call("AddAccess", metadata, **order).status == "INVALID_ARGUMENT"


def test_a_deactivated_person_is_denied(client: Client) -> None:
    User.objects.filter(id=ANN).update(active=False)
    assert status_of(client, as_user(ANN)) == "PERMISSION_DENIED"


def test_a_variant_of_a_known_id_is_denied_and_makes_no_user(client: Client) -> None:
    before = User.objects.count()
    assert status_of(client, as_user(ANN.upper())) == "PERMISSION_DENIED"
    assert User.objects.count() == before


def test_bytes_that_a_grpc_library_never_sends_name_nobody(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    before = User.objects.count()
    for value in (b"ann\xff", "é".encode(), b"a\0b"):
        assert send_raw(client.port, b"kubeflow-userid", value)
    assert User.objects.count() == before
    send_raw(client.port, b"authorization", b"Bearer um_secret\xff")
    assert "secret" not in caplog.text


def send_raw(port: int, name: bytes, value: bytes) -> bytes:
    """Call GetUser with an entry of metadata in bare HTTP/2, and return what the server sends."""
    fields = {
        b":method": b"POST",
        b":scheme": b"http",
        b":path": b"/etl.user.manager.V1.UserManager/GetUser",
        b":authority": b"localhost",
        b"content-type": b"application/grpc",
        b"te": b"trailers",  # codespell:ignore te
        name: value,
    }
    # RFC 7541, 6.2.3: literals that are never indexed, with lengths below 127
    block = b"".join(
        b"\x10" + bytes([len(key)]) + key + bytes([len(text)]) + text
        for key, text in fields.items()
    )
    end_headers, end_stream = 0x4, 0x1
    request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(0x4, 0, 0, b"")
    request += frame(0x1, end_headers, 1, block) + frame(0x0, end_stream, 1, b"\0\0\0\0\0")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        received = b""
        while b"grpc-status" not in received:
            part = connection.recv(65_536)
            if not part:
                break
            received += part
    return received


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    """Return a frame of RFC 9113, 4.1."""
    head = len(content).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4)
    return head + content


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:10.0.0.1:50123", "10.0.0.1"),
        ("ipv6:%5B::1%5D:50123", "::1"),
        ("ipv6:[fe80::1%25eth0]:1", "fe80::1%eth0"),
        ("unix:/run/socket", ""),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_the_peer_is_the_address_of_the_connection(peer: str, address: str) -> None:
    assert peer_address(peer) == address


def test_nobody_decides_by_metadata_alone(client: Client) -> None:
    open_request(id="open")
    decision = {"access_request_id": "open", "owner_user_id": OLGA, "state": True}
    metadata = as_user(ANN, x_acting_for=OLGA)
    answer = client.call("ApproveAccessRequest", metadata, **decision)
    assert answer.status == "PERMISSION_DENIED"
    assert Access.objects.get(id="open").state == "PENDING"
