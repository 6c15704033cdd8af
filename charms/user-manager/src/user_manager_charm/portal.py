"""The two requests to the workload: the approved accesses, and what became of them.

Its answers are not trusted more than those of others: each has a limit of bytes and of time, and
anything else than what was asked for is one error.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpcore2

from user_manager_charm.deadline import Deadline

LARGEST = 16 * 1024 * 1024
"""The most bytes of a document, which is the limit of the relation."""

_PMR, _CLUSTER = "/api/v1/pmr", "/api/v1/cluster"
_OK, _NO_CONTENT, _UNAUTHENTICATED, _FORBIDDEN, _CONFLICT = 200, 204, 401, 403, 409
_TOO_MANY, _SERVER_ERROR = 429, 500
_RETRIES = 4  # of a connection, in 3.5 seconds: a service that was just started may not listen yet


class PortalError(Exception):
    """The workload does not answer, or not as it should. The message contains no answer."""


class PortalAway(PortalError):
    """The workload does not answer now. A later event tries again."""


class TokenRefused(PortalError):
    """The workload does not accept the token."""


class UnknownRevision(PortalError):
    """The workload does not know the revision that an answer of the cluster is about."""


class Document(NamedTuple):
    """The approved accesses.

    Attributes:
        text: the document as JSON, which is published as it is.
        profiles: how many profiles it names.
    """

    text: str
    profiles: int


class Portal:
    """The REST API of the workload.

    Args:
        url: where it answers.
        patience: how many seconds one request may take.
    """

    def __init__(self, url: str, patience: float) -> None:
        self._url = url
        self._patience = patience

    def document(self, token: str) -> Document:
        """Return the approved accesses.

        Raises:
            PortalError: there is no such answer.
        """
        answer = self._send("GET", _PMR, token)
        what = f"GET {_PMR}"
        if answer.status != _OK:
            raise _error(what, answer.status)
        if answer.content_type != "application/json":
            raise PortalError(f"{what} answered something else than JSON")
        revision = hashlib.sha256(answer.content).hexdigest()[:16]
        if answer.etag != f'"{revision}"':
            raise PortalError(f"{what} answered with an ETag that is not that of the content")
        return _document(answer.content, what)

    def report(self, token: str, report: Mapping[str, Any]) -> None:
        """Hand over what became of the accesses in the cluster.

        Raises:
            UnknownRevision: it is about a revision that the workload does not know.
            PortalError: it is not accepted.
        """
        answer = self._send("PUT", _CLUSTER, token, json.dumps(report).encode())
        if answer.status == _CONFLICT:
            raise UnknownRevision(f"PUT {_CLUSTER} does not know the revision")
        if answer.status != _NO_CONTENT:
            raise _error(f"PUT {_CLUSTER}", answer.status)

    def _send(self, method: str, path: str, token: str, body: bytes = b"") -> "_Answer":
        """Send a request.

        Raises:
            PortalAway: there is no answer in time.
            PortalError: the answer is too large, or is not HTTP.
        """
        headers = [
            ("Host", self._url.partition("://")[2]),
            ("Authorization", f"Bearer {token}"),
            ("Content-Type", "application/json"),
        ]
        what = f"{method} {path}"
        try:
            with (
                httpcore2.ConnectionPool(
                    network_backend=Deadline(self._patience), retries=_RETRIES
                ) as pool,
                pool.stream(
                    method, f"{self._url}{path}", headers=headers, content=body or None
                ) as response,
            ):
                return _Answer.read(response, what)
        except (httpcore2.ReadTimeout, httpcore2.WriteTimeout):
            raise PortalAway(f"{what} took longer than {self._patience:g} s") from None
        except (httpcore2.ConnectTimeout, httpcore2.NetworkError):
            raise PortalAway("user-manager does not answer") from None
        except httpcore2.ProtocolError:
            raise PortalError(f"{what} answered something else than HTTP") from None


class _Answer(NamedTuple):
    status: int
    content_type: str
    etag: str
    content: bytes

    @classmethod
    def read(cls, response: httpcore2.Response, what: str) -> "_Answer":
        """Return an answer. The content of an error is not read."""
        headers = {name.lower(): value.decode("latin-1") for name, value in response.headers}
        content_type = headers.get(b"content-type", "").partition(";")[0].strip().lower()
        content = _content(response, what) if response.status == _OK else b""
        return cls(response.status, content_type, headers.get(b"etag", ""), content)


def _document(content: bytes, what: str) -> Document:
    """Return a document; the relation and its other end check what is in its profiles."""
    try:
        text = content.decode()
        profiles = json.loads(text)["profiles"]
    except (KeyError, RecursionError, TypeError, ValueError):
        raise _no_document(what) from None
    if not isinstance(profiles, list):
        raise _no_document(what)
    return Document(text, len(profiles))


def _no_document(what: str) -> PortalError:
    return PortalError(f"{what} answered something else than a document")


def _content(response: httpcore2.Response, what: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_stream():
        size += len(part)
        if size > LARGEST:
            raise PortalError(f"{what} answered more than {LARGEST:,} bytes")
        parts.append(part)
    return b"".join(parts)


def _error(what: str, status: int) -> PortalError:
    message = f"{what} answered {status}"
    if status in (_UNAUTHENTICATED, _FORBIDDEN):
        return TokenRefused(message)
    if status >= _SERVER_ERROR or status == _TOO_MANY:
        return PortalAway(message)
    return PortalError(message)
