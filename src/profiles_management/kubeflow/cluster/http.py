"""Requests to an API server with the connections and the credentials of a lightkube Client.

lightkube's own methods have no preconditions for a deletion, encode each body again, and make
httpx2 parse each address three times, which takes a third of the processor time of a small write.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import httpx2
from lightkube import Client
from lightkube.core.resource import api_info

from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.permissions.caller import own_namespace

LARGEST = 64 * 1024 * 1024
"""The most bytes of an answer, uncompressed."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

_HEADER = re.compile(r"[ -~]*")
_TOKEN = re.compile(r"[!-~]+")
UNFIT = "blanks, line ends or characters beyond ASCII, which no token has"
_MOST_ERRORS = 1024 * 1024  # bytes of an error answer
# addresses: each is used for all contributors of a namespace, and then not again
_KEPT = 256


class TooLarge(ClusterError):
    """An answer has too many bytes."""

    code: ClassVar[str] = "too-large"


class Wire:
    """The connections of a Client, which threads share."""

    def __init__(self, client: Client) -> None:
        self._http: httpx2.Client = client._client._client  # noqa: SLF001 - there is no public way
        self._address = lru_cache(_KEPT)(self._parsed)
        self._sent_headers: Mapping[str, str] = {}
        hooks = self._http.event_hooks["request"]
        if _refuse_unfit not in hooks:  # several instances may share a client
            hooks.append(_refuse_unfit)

    @property
    def acting_as(self) -> str:
        """The user whom every request impersonates, '' for none."""
        return self._http.headers.get("Impersonate-User", "")

    @property
    def own_namespace(self) -> str:
        """The namespace of the ServiceAccount that sends requests, '' where it is not known."""
        known = getattr(self._http.auth, "namespace", "")
        return own_namespace(self._sent_headers) or known

    def send(
        self, method: str, path: str, body: bytes | None = None, content_type: str = JSON
    ) -> bytes:
        """Send one request and return the content of the answer.

        Args:
            method: the HTTP method.
            path: as `path` returns it.
            body: JSON.
            content_type: the type of the body.

        Raises:
            TooLarge: the content has more than LARGEST bytes.
            httpx2.HTTPError: it was refused (HTTPStatusError), or there was no answer.
        """
        headers = {"Content-Type": content_type} if body is not None else {}
        request = self._http.build_request(
            method, self._address(path), content=body, headers=headers
        )
        response = self._http.send(request, stream=True)
        self._sent_headers = response.request.headers
        try:
            content = _content(response, LARGEST if response.is_success else _MOST_ERRORS)
        finally:
            response.close()
        response.raise_for_status()
        return content

    def _parsed(self, path: str) -> httpx2.URL:
        """Return the URL of a path below the server's address, which may have a path, too."""
        base = self._http.base_url
        return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + path.encode())


def _content(response: httpx2.Response, most: int) -> bytes:
    """Return the content of an answer, and keep it in the answer, where errors are read from it."""
    parts: list[bytes] = []
    for part in response.iter_bytes():
        parts.append(part)
        most -= len(part)
        if most < 0:
            raise TooLarge(
                f"An answer of the cluster has more than {LARGEST:,} bytes. "
                "Look at the server in the kubeconfig."
            )
    content = response._content = b"".join(parts)  # noqa: SLF001 - as its own method read() does
    return content


def _refuse_unfit(request: httpx2.Request) -> None:
    """Refuse an invalid token before the HTTP library shows it in its errors and logs."""
    if not _HEADER.fullmatch(request.headers.get("Authorization", "")):
        raise ClusterError(f"The token contains {UNFIT}. It does not fit in a header; renew it.")


def is_token(text: str) -> bool:
    """Return whether a text can be a token, which fits in a header as it is."""
    return _TOKEN.fullmatch(text) is not None


def path(
    kind: type[Any], namespace: str = "", name: str = "", query: Mapping[str, object] | None = None
) -> str:
    """Return the path of an object, or of a collection; without a namespace, of all namespaces."""
    info = api_info(kind)
    parts = ["", "apis", info.resource.group] if info.resource.group else ["", "api"]
    parts.append(info.resource.version)
    if namespace:
        parts += ["namespaces", quote(namespace, safe="")]
    parts.append(info.plural)
    if name:
        parts.append(quote(name, safe=""))
    address = "/".join(parts)
    return f"{address}?{urlencode(query)}" if query else address
