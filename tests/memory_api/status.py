"""What the server answers: an `Answer` on the wire, and `Refusal`, an error with a Status body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

JSON = "application/json"
END = b"\n"  # Go's encoder ends every answer with it


@dataclass(slots=True)
class Answer:
    """An HTTP answer on the wire."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": JSON})

    @property
    def object(self) -> dict[str, Any]:
        """The body, decoded."""
        return msgspec.json.decode(self.body)


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of `details.causes`: the reason, the words and the field they are about."""

    field: str
    message: str
    reason: str = "FieldValueInvalid"

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message

    def as_dict(self) -> dict[str, str]:
        """Return the cause in the form of a Status."""
        return {"reason": self.reason, "message": self.message, "field": self.field}


def escape(body: bytes) -> bytes:
    """Return JSON with `<`, `>`, `&` and two line separators escaped, as Go's encoder does."""
    for plain, escaped in _ESCAPES:
        if plain in body:
            body = body.replace(plain, escaped)
    return body


_ESCAPES = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    (b"\xe2\x80\xa8", b"\\u2028"),
    (b"\xe2\x80\xa9", b"\\u2029"),
)


def encode(value: Any) -> bytes:
    """Encode a plain value as the server does, keys in the order given."""
    return escape(msgspec.json.encode(value)) + END


class Refusal(Exception):
    """A refusal of the server. `answer()` is the answer on the wire.

    `reason` may be empty (as in the server's own 500s); `details` None leaves the key out.
    """

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: dict[str, Any] | None = None,
        *,
        headers: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.details = code, reason, message, details
        self.headers, self.metadata = headers or {}, metadata or {}

    def answer(self) -> Answer:
        """Return the Status as bytes, its keys in the order of Go's struct."""
        body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
        }
        body["message"] = self.message
        if self.reason:
            body["reason"] = self.reason
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return Answer(self.code, encode(body), {"Content-Type": JSON, **self.headers})


class NoSuchPath(Refusal):
    """A path that no API serves, such as of a missing CRD: a plain 404 without a Status."""

    def __init__(self) -> None:
        super().__init__(404, "NotFound", "404 page not found")

    def answer(self) -> Answer:
        """Return the plain text that Go's router sends."""
        return plain(404, "404 page not found\n")


def plain(code: int, text: str, **headers: str) -> Answer:
    """Return an answer that is no JSON: a router's, a proxy's or a load balancer's."""
    given = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        **headers,
    }
    return Answer(code, text.encode(), given)


def bad_request(message: str) -> Refusal:
    """Return a 400."""
    return Refusal(400, "BadRequest", message)


def invalid(kind: str, group: str, name: str, causes: Iterable[Cause]) -> Refusal:
    """Return the 422 of an invalid object; `kind` is singular or plural, as in the server."""
    causes = list(causes)
    words = list(dict.fromkeys(str(cause) for cause in causes))
    listed = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
    qualified = f"{kind}.{group}" if group else kind
    details = {
        "name": name,
        "group": group,
        "kind": kind,
        "causes": [cause.as_dict() for cause in causes],
    }
    return Refusal(
        422,
        "Invalid",
        f'{qualified} "{name}" is invalid: {listed}',
        {key: value for key, value in details.items() if value},
    )


def about(kind: str, group: str, name: str) -> dict[str, str]:
    """Return the details that name an object; empty parts are left out."""
    return {
        key: value for key, value in (("name", name), ("group", group), ("kind", kind)) if value
    }
