"""Requests to an API server over a lightkube Client's connections and credentials, and nothing else of it.

lightkube's own methods take no preconditions of a deletion, encode each body once more, and have
httpx2 parse each address three times, character by character: a third of the processor time of a
small write.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from lightkube import Client
from lightkube.core.resource import api_info

from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.permissions.caller import own_namespace

LARGEST = 64 * 1024 * 1024
"""How many bytes the content of an answer may have, unpacked."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

_HEADER = re.compile(r"[ -~]*")
_TOKEN = re.compile(r"[!-~]+")
UNFIT = "blanks, line ends or characters beyond ASCII, which no token has"
_MOST_ERRORS = 1024 * 1024  # bytes of an answer that explains a refusal
# addresses: those of a namespace serve for each of its contributors, and then no longer
_KEPT = 256


class TooLarge(ClusterError):
    """An answer has more bytes than it may have."""


class Wire:
    """The connections of a Client, which threads share.

    Attributes:
        own_namespace: the namespace of the ServiceAccount as which requests were sent, '' where
            that is not known.
    """

    def __init__(self, client: Client) -> None:
        self._http: httpx2.Client = client._client._client  # noqa: SLF001 - what a Client has it hands to nobody
        self._address = lru_cache(_KEPT)(self._parsed)
        self.own_namespace = ""
        hooks = self._http.event_hooks["request"]
        if _refuse_unfit not in hooks:  # one client may serve many wires
            hooks.append(_refuse_unfit)

    @property
    def acting_as(self) -> str:
        """The user whom every request asks the server to act as, '' for none."""
        return self._http.headers.get("Impersonate-User", "")

    def send(
        self, method: str, path: str, body: bytes | None = None, content_type: str = JSON
    ) -> bytes:
        """Send one request and return the content of the answer.

        Args:
            path: as `path` returns it.
            body: JSON.

        Raises:
            TooLarge: the content has more than LARGEST bytes.
            httpx2.HTTPError: it was refused (HTTPStatusError), or something else came between.
        """
        headers = {} if body is None else {"Content-Type": content_type}
        request = self._http.build_request(
            method, self._address(path), content=body, headers=headers
        )
        response = self._http.send(request, stream=True)
        self.own_namespace = own_namespace(response.request.headers) or getattr(
            self._http.auth, "namespace", ""
        )
        try:
            content = _content(response, LARGEST if response.is_success else _MOST_ERRORS)
        finally:
            response.close()
        response.raise_for_status()
        return content

    def _parsed(self, path: str) -> httpx2.URL:
        """Put a path below the server's address, which may have a path of its own."""
        base = self._http.base_url
        return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + path.encode())


def _content(response: httpx2.Response, most: int) -> bytes:
    """Return the content of an answer, and let the answer have it too: errors are explained by it."""
    parts: list[bytes] = []
    for part in response.iter_bytes():
        parts.append(part)
        most -= len(part)
        if most < 0:
            raise TooLarge(
                f"An answer of the cluster has more than {LARGEST:,} bytes. Look at the server in the kubeconfig."
            )
    content = response._content = b"".join(parts)  # noqa: SLF001 - as its own method read() does
    return content


def _refuse_unfit(request: httpx2.Request) -> None:
    """Refuse a token that fits in no header before the HTTP library sees it, whose errors and logs would show it."""
    if not _HEADER.fullmatch(request.headers.get("Authorization", "")):
        raise ClusterError(f"The token holds {UNFIT}. It does not fit in a header; renew it.")


def is_token(text: str) -> bool:
    """Whether a text can be a token: it then fits in a header as it is."""
    return _TOKEN.fullmatch(text) is not None


def path(
    kind: type[Any], namespace: str = "", name: str = "", query: Mapping[str, object] | None = None
) -> str:
    """Return the path of an object, or of a collection; without a namespace, that of all namespaces."""
    info = api_info(kind)
    group = ("", "apis", info.resource.group) if info.resource.group else ("", "api")
    space = ("namespaces", quote(namespace, safe="")) if namespace else ()
    end = (quote(name, safe=""),) if name else ()
    asked = f"?{urlencode(query)}" if query else ""
    return "/".join((*group, info.resource.version, *space, info.plural, *end)) + asked
