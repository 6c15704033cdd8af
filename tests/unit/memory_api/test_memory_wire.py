"""Broken connections on a socket: the client gets the same errors as in memory."""

import socket
from urllib.parse import urlsplit

import httpx2
import pytest

from memory_api import MemoryApi, fail_nth_write
from memory_api.loopback import serving

SPACES = "/api/v1/namespaces"
SPACE = {"metadata": {"name": "x"}}


@pytest.fixture
def served():
    with (
        MemoryApi() as api,
        serving(api) as url,
        httpx2.Client(base_url=url, trust_env=False) as http,
    ):
        yield api, http


@pytest.mark.parametrize(
    ("kind", "error", "made"),
    [
        ("reset_before", httpx2.ReadError, False),
        ("reset_after", httpx2.ReadError, True),
        ("cut_body", httpx2.RemoteProtocolError, True),
    ],
)
def test_a_client_meets_the_same_as_in_memory(served, kind, error, made):
    api, http = served
    api.faults.append(fail_nth_write(1, kind))

    with pytest.raises(error):
        http.post(SPACES, json=SPACE)

    assert (api.get("Namespace", None, "x") is not None) is made
    assert http.get(SPACES).status_code == 200


def test_a_reset_is_a_real_one(served):
    api, http = served
    api.faults.append(fail_nth_write(1, "reset_before"))
    where = urlsplit(str(http.base_url))

    with socket.create_connection((where.hostname, where.port)) as raw:
        raw.sendall(f"POST {SPACES} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        with pytest.raises(ConnectionResetError):
            raw.recv(1)


def test_a_cut_body_keeps_less_than_its_head_promises(served):
    api, http = served
    api.faults.append(fail_nth_write(1, "cut_body"))
    where = urlsplit(str(http.base_url))
    body = '{"metadata": {"name": "x"}}'

    with socket.create_connection((where.hostname, where.port)) as raw:
        raw.sendall(
            f"POST {SPACES} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head, _, came = b"".join(iter(lambda: raw.recv(1 << 16), b"")).partition(b"\r\n\r\n")

    promised = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(came) == promised // 2 > 0
