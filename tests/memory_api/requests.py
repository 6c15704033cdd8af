"""A request: path, body and entry in the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(slots=True)
class Request:
    """A request at the server. `status` is that of the answer, None if there is none yet."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    status: int | None = None
    group: str = ""
    version: str = ""
    resource: str = ""  # the plural: rolebindings
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def verb(self) -> str:
        """The verb of RBAC: list, get, create, update, patch, delete or deletecollection."""
        if self.method == "GET":
            return "get" if self.name else "list"
        if self.method == "DELETE" and not self.name:
            return "deletecollection"
        return VERBS.get(self.method, self.method.lower())

    @property
    def writes(self) -> bool:
        """Whether the request could change anything."""
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


def read(method: str, target: str, headers: dict[str, str], content: bytes) -> Request:
    """Read a request off the wire; `target` is the path with its query, still quoted."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    request = Request(method, unquote(parts.path), query, headers=headers, content=content)
    _locate(request, [unquote(each) for each in parts.path.strip("/").split("/")])
    if content and method != "GET":
        request.body = _decoded(content)
    return request


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None


def _locate(request: Request, parts: list[str]) -> None:
    if parts[0] == "api" and len(parts) > 2:
        request.version, rest = parts[1], parts[2:]
    elif parts[0] == "apis" and len(parts) > 2:
        request.group, request.version, rest = parts[1], parts[2], parts[3:]
    else:
        return
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        request.namespace, rest = rest[1], rest[2:]
    request.resource, request.name, request.subresource = [*rest, "", "", ""][:3]
