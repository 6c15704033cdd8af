"""The two requests to the workload: the approved accesses, and what became of them.

Its answers are not trusted more than those of others: anything else than what was asked for is one
error.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from user_manager_charm import http_request
from user_manager_charm.http_request import Answer, NotConnectedError, RequestError

_PMR, _CLUSTER = "/api/v1/pmr", "/api/v1/cluster"
_OK, _NO_CONTENT, _UNAUTHENTICATED, _FORBIDDEN, _CONFLICT = 200, 204, 401, 403, 409
_TOO_MANY, _SERVER_ERROR = 429, 500


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
            PortalError: the portal has no such answer.
        """
        answer = self._send("GET", _PMR, token)
        what = f"GET {_PMR}"
        if answer.status != _OK:
            raise _error(what, answer.status)
        if answer.content_type != "application/json":
            raise PortalError(f"{what} was answered with something else than JSON")
        revision = hashlib.sha256(answer.content).hexdigest()[:16]
        if answer.etag != f'"{revision}"':
            raise PortalError(f"{what} was answered with the ETag of another content")
        return _document(answer.content, what)

    def report(self, token: str, report: Mapping[str, Any]) -> None:
        """Hand over what became of the accesses in the cluster.

        Raises:
            UnknownRevision: it is about a revision that the workload does not know.
            PortalError: it is not accepted.
        """
        answer = self._send("PUT", _CLUSTER, token, json.dumps(report).encode())
        what = f"PUT {_CLUSTER}"
        if answer.status == _CONFLICT:
            raise UnknownRevision(f"{what} does not know the revision")
        if answer.status != _NO_CONTENT:
            raise _error(what, answer.status)

    def _send(self, method: str, path: str, token: str, body: bytes = b"") -> Answer:
        """Send a request.

        Raises:
            PortalError: there is no usable answer.
        """
        headers = {"Authorization": f"Bearer {token}"}
        url, patience = f"{self._url}{path}", self._patience
        try:
            return http_request.send(method, url, headers=headers, body=body, patience=patience)
        except NotConnectedError as error:
            raise PortalAway(f"{method} {path} {error}") from None
        except RequestError as error:
            raise PortalError(f"{method} {path} {error}") from None


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
    return PortalError(f"{what} was answered with something else than a document")


def _error(what: str, status: int) -> PortalError:
    message = f"{what} was answered with {status}"
    if status in (_UNAUTHENTICATED, _FORBIDDEN):
        return TokenRefused(message)
    if status >= _SERVER_ERROR or status == _TOO_MANY:
        return PortalAway(message)
    return PortalError(message)
