"""Requests, replies, and errors with the bodies of the framework of the portal."""

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from puhuri_server.records import User

NOT_FOUND_PAGE = (
    '\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Not Found</title>\n</head>\n<body>\n'
    "  <h1>Not Found</h1><p>The requested resource was not found on this server.</p>\n"
    "</body>\n</html>\n"
)
ERROR_PAGE = (
    '\n<!doctype html>\n<html lang="en">\n<head>\n  <title>Server Error (500)</title>\n</head>\n'
    "<body>\n  <h1>Server Error (500)</h1><p></p>\n</body>\n</html>\n"
)


@dataclass
class Reply:
    """An answer; a text that begins like HTML is sent as it is, everything else as JSON."""

    status: int = 200
    body: object = None
    headers: dict = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """Return the bytes of the body."""
        if self.body is None:
            return b""
        if isinstance(self.body, str) and self.body.lstrip().startswith("<"):
            return self.body.encode()
        return json.dumps(self.body).encode()

    @property
    def type(self) -> str:
        """Return the type of the content."""
        is_page = isinstance(self.body, str) and self.body.lstrip().startswith("<")
        return "text/html" if is_page else "application/json"


class Refusal(Exception):
    """A request is refused."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status, body)
        self.reply = Reply(status, body)


def detail(status: int, text: str) -> Refusal:
    """Return the refusal with one text."""
    return Refusal(status, {"detail": text})


def not_found(model: str) -> Refusal:
    """Return the refusal for an object that is not there, or not for the caller."""
    return detail(404, f"No {model} matches the given query.")


def forbidden() -> Refusal:
    """Return the refusal for what the caller may see but not do."""
    return detail(403, "You do not have permission to perform this action.")


def crash() -> Refusal:
    """Return what the portal answers where its code fails."""
    return Refusal(500, ERROR_PAGE)


@dataclass
class Request:
    """A request."""

    method: str
    target: str
    headers: dict
    content: bytes
    user: User | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.target)
        self.path = parts.path
        self.params = parse_qs(parts.query, keep_blank_values=True)
        self.query = parts.query
        scheme = self.headers.get("x-forwarded-proto", "http")
        self.base = f"{scheme}://{self.headers.get('host', '127.0.0.1')}"

    def url(self, path: str) -> str:
        """Return the URL of a path of this server, as the client calls the server."""
        return f"{self.base}{path}"

    def param(self, name: str) -> str:
        """Return the last value of a parameter, '' for none."""
        return self.params.get(name, [""])[-1]

    @property
    def json(self) -> dict:
        """Return the body, a map."""
        body = self._parsed()
        if body is None:
            raise Refusal(400, {"non_field_errors": ["No data provided"]})
        if not isinstance(body, dict):
            name = type(body).__name__
            text = f"Invalid data. Expected a dictionary, but got {name}."
            raise Refusal(400, {"non_field_errors": [text]})
        return body

    def _parsed(self) -> object:
        kind = self.headers.get("content-type", "").partition(";")[0].strip()
        if not self.content:
            return {}
        if kind == "application/x-www-form-urlencoded":
            return {name: values[-1] for name, values in parse_qs(self.content.decode()).items()}
        if kind != "application/json":
            raise detail(415, f'Unsupported media type "{kind}" in request.')
        try:
            return json.loads(self.content)
        except (ValueError, UnicodeDecodeError) as error:
            raise detail(400, f"JSON parse error - {error}") from None
