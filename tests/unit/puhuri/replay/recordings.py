"""The recorded exchanges: requests, and of the answers what a client reads of them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from puhuri_server.http_types import Request

FOLDER = Path(__file__).parent / "recorded"
HOST = "puhuri.example.org"

# in the order in which they were recorded, on one server: how many exchanges each has
CHAPTERS = {
    "auth": 37,
    "customers": 26,
    "cuid": 46,
    "projects": 119,
    "members": 113,
    "offerings": 59,
    "orders": 176,
    "resources": 131,
    "usage": 54,
    "wire": 53,
    "bulk": 54,
    "lifecycle": 39,
    "billing": 9,
    "scale": 6,
}
NOTES = {("bulk", 0), ("members", 47)}  # numbers that are no exchange


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request and its answer.

    Attributes:
        number: where it stands among the recorded ones of its chapter.
        what: what was tried.
        sender: whose token was sent, '' for none.
        answer: the body, with the fields that a client reads.
        more: how many rows the answer had that the recording left out.
        count: `X-Result-Count`, -1 for none.
        links: `Link`, where there was more than one page.
    """

    chapter: str
    number: int
    what: str
    method: str
    path: str
    status: int
    sender: str = ""
    body: object = None
    form: dict = field(default_factory=dict)
    raw: str | None = None
    headers: dict = field(default_factory=dict)
    answer: object = None
    more: int = 0
    count: int = -1
    links: str = ""
    location: str = ""

    @property
    def place(self) -> str:
        """Return the path without parameters."""
        return self.path.partition("?")[0]

    def request(self) -> Request:
        """Return the request as it was sent."""
        headers = {"content-type": "application/json"} if self._content else {}
        if self.form:
            headers["content-type"] = "application/x-www-form-urlencoded"
        if self.sender:
            headers["authorization"] = f"Token token-of-{self.sender}"
        sent = {name.lower(): value for name, value in self.headers.items()}
        if "host" not in sent:
            sent |= {"host": HOST, "x-forwarded-proto": "https"}
        return Request(self.method, self.path, headers | sent, self._content)

    @property
    def _content(self) -> bytes:
        if self.raw is not None:
            return self.raw.encode("latin-1")
        if self.form:
            return urlencode(self.form).encode()
        return b"" if self.body is None else json.dumps(self.body).encode()


def recorded(chapter: str) -> list[Exchange]:
    """Return the exchanges of a chapter that are replayed."""
    text = (FOLDER / f"{chapter}.json").read_text(encoding="utf-8")
    rows = json.loads(text.replace('"@/', f'"https://{HOST}/'))
    return [Exchange(chapter=chapter, **row) for row in rows]


def numbers(chapter: str) -> set[int]:
    """Return the numbers of all exchanges that were recorded, whether they are replayed or not."""
    last = CHAPTERS[chapter] + len([note for note in NOTES if note[0] == chapter])
    return {number for number in range(last) if (chapter, number) not in NOTES}
