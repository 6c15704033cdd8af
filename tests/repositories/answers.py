"""A Git server in the process: its answers as bytes, valid and invalid, without encryption."""

import ssl
from collections.abc import Callable, Iterable, Iterator

import httpcore2

from profiles_management.git import https
from profiles_management.git.budget import Budget
from repositories.packs import BLOB, COMMIT, TREE, entry, id_of, pack

DOCUMENT = b"profiles:\n- name: web\n  owner: {kind: User, name: ann@example.com}\n"
FLUSH, DELIMITER = b"0000", b"0001"

_FOLDER = b"100644 pmr.yaml\0" + bytes.fromhex(id_of("blob", DOCUMENT))
_COMMIT = f"tree {id_of('tree', _FOLDER)}\nauthor x\n\ntext".encode()
TIP = id_of("commit", _COMMIT)
PACK = pack(entry(BLOB, DOCUMENT), entry(TREE, _FOLDER), entry(COMMIT, _COMMIT))

Answer = Iterable[bytes]
"""Bytes as they come from the network, piece by piece."""


def pkt(data: bytes) -> bytes:
    """Return a line of Git's protocol."""
    return b"%04x" % (len(data) + 4) + data


def advertisement() -> bytes:
    """Return the first answer of a server."""
    capabilities = [
        b"version 2\n",
        b"agent=git/2.47\n",
        b"ls-refs=unborn\n",
        b"fetch=shallow\n",
        b"object-format=sha1\n",
    ]
    return pkt(b"# service=git-upload-pack\n") + FLUSH + b"".join(map(pkt, capabilities)) + FLUSH


def references(tip: str = TIP) -> bytes:
    """Return the references."""
    return pkt(f"{tip} HEAD symref-target:refs/heads/main\n".encode()) + FLUSH


def fetched(packed: bytes = PACK, tip: str = TIP) -> bytes:
    """Return a pack as it is sent."""
    shallow = pkt(b"shallow-info\n") + pkt(f"shallow {tip}\n".encode()) + DELIMITER
    parts = [packed[start : start + 60_000] for start in range(0, len(packed), 60_000)]
    return shallow + pkt(b"packfile\n") + b"".join(pkt(b"\x01" + part) for part in parts) + FLUSH


def http(body: bytes, kind: str, status: bytes = b"200 OK", more: bytes = b"") -> bytes:
    """Return a whole answer of HTTP; `kind` is advertisement or result."""
    head = b"HTTP/1.1 %s\r\nContent-Type: application/x-git-upload-pack-%s\r\n" % (
        status,
        kind.encode(),
    )
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def begun(kind: str, more: bytes = b"") -> bytes:
    """Return the beginning of an answer that ends with the connection."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-%s\r\n" % kind.encode()
    return head + b"Connection: close\r\n" + more + b"\r\n"


class Server:
    """Answers each of the three requests.

    Attributes:
        first, second, third: its answers, replaced by what a test wants.
        requests: how often it was asked.
    """

    def __init__(self) -> None:
        self.first: Callable[[], Answer] = lambda: [http(advertisement(), "advertisement")]
        self.second: Callable[[], Answer] = lambda: [http(references(), "result")]
        self.third: Callable[[], Answer] = lambda: [http(fetched(), "result")]
        self.requests = 0

    def answer(self, request: bytes) -> Iterator[bytes]:
        """Return the answer to a request."""
        self.requests += 1
        if request.startswith(b"GET "):
            return iter(self.first())
        return iter((self.third if b"command=fetch" in request else self.second)())

    def backend(self, budget: Budget) -> httpcore2.NetworkBackend:
        """Return a replacement for the network."""
        return _Backend(self, budget)

    def install(self, monkeypatch) -> "Server":
        """Take the place of every server for one test."""
        context = ssl.create_default_context()  # which takes longer than all else here
        monkeypatch.setattr(https, "_ssl_context", lambda _: context)
        monkeypatch.setattr(https, "_Backend", self.backend)
        return self


class _Backend(httpcore2.NetworkBackend):
    def __init__(self, server: Server, budget: Budget) -> None:
        self._server = server
        self._budget = budget

    def connect_tcp(self, *_, **__) -> httpcore2.NetworkStream:
        return _Stream(self._server, self._budget)


class _Stream(httpcore2.NetworkStream):
    """One connection; it keeps to the budget as the real one does."""

    def __init__(self, server: Server, budget: Budget) -> None:
        self._server = server
        self._budget = budget
        self._asked = b""
        self._answer: Iterator[bytes] | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._budget.left()
        if self._answer is None:
            self._answer = self._server.answer(self._asked)
            self._asked = b""
        return self._budget.take(next(self._answer, b""))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._asked += buffer
        self._answer = None

    def close(self) -> None:
        pass

    def start_tls(self, *_, **__) -> httpcore2.NetworkStream:
        return self
