"""Answers of a server: their content as typed objects, and their errors as exceptions. Pure.

An error has one of these bodies, all seen: `{"detail": text}`, `{field: [text]}`,
`{"non_field_errors": [text]}`, a list of texts, a text, maps and lists inside each other, HTML, or
nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec

from profiles_management.puhuri.client.errors import (
    NotAllowed,
    NotFound,
    PuhuriError,
    Refused,
    UnreadableAnswer,
)
from profiles_management.web_services.server_words import short_words

T = TypeVar("T")

_GENERAL: Final = frozenset({"detail", "details", "non_field_errors"})
_CHECK_URL: Final = "Check that the URL is the address of a Puhuri or Waldur server."
_MOST_DEPTH: Final = 16  # lists and maps inside each other; errors have four
_NOT_ALLOWED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        path: what was asked, without the host and without values.
        total: of a list: how many objects it has on all pages, None where that was not said.
    """

    status: int
    content: bytes = field(repr=False)  # the one to a password has a token
    path: str
    total: int | None = None
    allowed: frozenset[str] = frozenset()

    def read(self, kind: type[T]) -> T:
        """Return the content as a type.

        Raises:
            UnreadableAnswer: it is something else.
        """
        try:
            return msgspec.json.decode(self.content, type=kind)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise self.unreadable(str(error)) from None

    def unreadable(self, why: str) -> UnreadableAnswer:
        """Return the error that says that this is not what such a server answers."""
        brief = f"{self.path} answered something that is not of Waldur's API"
        return UnreadableAnswer(
            f"{brief}: {short_words(why)}.", status=self.status, remedy=_CHECK_URL, brief=brief
        )

    def error(self) -> PuhuriError:
        """Return the error that this answer is, with the server's words in one sentence."""
        fields = error_fields(self.content)
        told = _sentence(fields)
        words = told or f"no reason given, status {self.status}"
        if self.status in _NOT_ALLOWED:
            brief = "The portal does not allow it"
            return NotAllowed(f"{brief}: {words}.", status=self.status, brief=brief)
        if self.status == HTTPStatus.NOT_FOUND:
            brief = "The portal does not have it"
            remedy = "" if told else _CHECK_URL
            return NotFound(f"{brief}: {words}.", status=self.status, remedy=remedy, brief=brief)
        brief = "The portal refused it"
        return Refused(f"{brief}: {words}.", status=self.status, fields=fields, brief=brief)


def error_fields(content: bytes) -> Mapping[str, tuple[str, ...]]:
    """Return the words of an error by the field that they are about, '' for the whole.

    Nothing that a server can send raises here.
    """
    try:
        body = json.loads(content.decode())  # given bytes, it would take UTF-16 too
    except (ValueError, RecursionError):
        return {}
    fields: dict[str, list[str]] = {}
    for path, words in _texts(body, ()):
        fields.setdefault(".".join(path), []).append(words)
    return {field: tuple(words) for field, words in fields.items()}


def _texts(
    body: object, path: tuple[str, ...], depth: int = 0
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each text in a body, with the names of the fields that lead to it."""
    if isinstance(body, str) and body.strip():
        yield path, body.strip()
    if depth >= _MOST_DEPTH:
        return
    if isinstance(body, list):
        for part in body:
            yield from _texts(part, path, depth + 1)
    if isinstance(body, dict):
        for name, part in body.items():
            yield from _texts(part, _below(path, name), depth + 1)


def _below(path: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the path of a field; one that repeats its parent's name is the same field."""
    return path if name in _GENERAL or name in path[-1:] else (*path, name)


def _sentence(fields: Mapping[str, tuple[str, ...]]) -> str:
    parts = [
        f"{name}: {words}" if name else words
        for name, texts in fields.items()
        for words in (text.rstrip(".") for text in texts)
    ]
    return short_words("; ".join(parts))
