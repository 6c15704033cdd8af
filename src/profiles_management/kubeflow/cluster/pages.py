"""Decoding of one page of a list. An object that cannot be decoded is skipped and reported.

A user who may write one object of a namespace can give it a field of any depth. The decoder enters
such a field even where it only skips it, and then fails for the whole page.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
from lightkube.core.decoders import decode_list

from profiles_management.kubeflow.state import unread_objects
from profiles_management.pmr.names import shortened
from profiles_management.pmr.problems import Problem

# deeper than fields that are compared (stored_json.DEEPEST), so that a cut field counts as too deep
_DEEPEST: Final = 64
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_OPENING: Final = frozenset(b"[{")
_QUOTE: Final = ord('"')
_ITEMS: Final = b'"items"'
_ITEM: Final = 3  # the depth of an item: the list, its array, the item
_METADATA: Final = 2  # the depth of the fields of metadata in an item
_MANAGED_FIELDS: Final = b'"managedFields"'
_UNDECODED: Final = (msgspec.MsgspecError, RecursionError, ValueError)


class Page(NamedTuple):
    """A page: its objects, its problems by namespace, and the token of the next page or ''."""

    objects: Iterable[Any]
    problems: dict[str, list[Problem]]
    more: str


class _Refused(NamedTuple):
    """An object that is skipped."""

    space: str
    problem: Problem


class _Named(msgspec.Struct):
    name: str = "?"
    namespace: str = ""


class _Object(msgspec.Struct):
    metadata: _Named = msgspec.field(default_factory=_Named)


class _ListMetadata(msgspec.Struct, rename={"more": "continue"}):
    more: str = ""


class _Empty(msgspec.Struct):
    """A placeholder for an item."""


class _Resource(msgspec.Struct):
    name: str = ""


class _Resources(msgspec.Struct):
    resources: list[_Resource] = msgspec.field(default_factory=list)


class _Rest(msgspec.Struct):
    """A list without the content of its items."""

    items: list[_Empty]
    metadata: _ListMetadata | None = None


def has_resource(content: bytes, plural: str) -> bool:
    """Return whether the discovery document of an API group names a resource.

    A document that cannot be read names none.
    """
    try:
        group = msgspec.json.decode(content, type=_Resources)
    except _UNDECODED:
        return False
    return any(resource.name == plural for resource in group.resources)


def read(text: bytes, kind: type[Any]) -> Page:
    """Return the objects of a page of some kind.

    Raises:
        msgspec.DecodeError: it is not a list, or it is incomplete.
    """
    try:
        more, _, objects = decode_list(text, kind)
    except _UNDECODED:
        return _one_by_one(text, kind)
    return Page(objects, {}, more or "")


def _one_by_one(text: bytes, kind: type[Any]) -> Page:
    """Return the objects of a page that can be decoded, and problems for the others."""
    rest, items = _split(text)
    objects: list[Any] = []
    problems: dict[str, list[Problem]] = {}
    for item in items:
        decoded = _decoded(item, kind)
        if isinstance(decoded, _Refused):
            problems.setdefault(decoded.space, []).append(decoded.problem)
        else:
            objects.append(decoded)
    return Page(objects, problems, rest.metadata.more if rest.metadata is not None else "")


def _split(text: bytes) -> tuple[_Rest, list[bytes]]:
    """Return the rest of a page, which must be a valid list, and its items, not decoded."""
    items: list[bytes] = []
    around: list[bytes] = []
    depth = start = end = 0
    key = b""
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        if first == _QUOTE and depth == 1:
            key = token.group()
        elif first in _OPENING:
            depth += 1
            if depth == _ITEM:
                start = token.start()
        elif first != _QUOTE:
            if depth == _ITEM and key == _ITEMS:
                around += [text[end:start], b"{}"]
                end = token.end()
                items.append(text[start:end])
            depth -= 1
    try:
        return msgspec.json.decode(b"".join([*around, text[end:]]), type=_Rest), items
    except (RecursionError, ValueError) as error:
        raise msgspec.DecodeError(f"it is not a list: {error}") from error


def _decoded(item: bytes, kind: type[Any]) -> Any:  # noqa: ANN401 - a slim class or _Refused
    """Return an object, if necessary without its deep fields; a problem where it still fails."""
    try:
        return msgspec.json.decode(item, type=kind)
    except _UNDECODED:
        shallow = b"".join(_shallow(item))
    try:
        return msgspec.json.decode(shallow, type=kind)
    except _UNDECODED:
        return _problem(shallow, kind)


def _problem(item: bytes, kind: type[Any]) -> _Refused:
    try:
        named = msgspec.json.decode(item, type=_Object).metadata
    except _UNDECODED:
        named = _Named()
    what = "has a field that cannot be decoded, so the object is passed over"
    problem = unread_objects.of_object(
        kind.__name__, shortened(named.name), shortened(named.namespace), what
    )
    return _Refused(named.namespace or named.name, problem)


def _shallow(item: bytes) -> Iterator[bytes]:
    """Yield an object in pieces, with null instead of its managedFields and of deep fields."""
    depth = position = 0
    outside = 0  # the depth of the field that is left out now, 0 for none
    last = b""
    for token in _TOKEN.finditer(item):
        first = item[token.start()]
        if first == _QUOTE:
            last = token.group()
            continue
        if first in _OPENING:
            is_managed_fields = depth == _METADATA and last == _MANAGED_FIELDS
            if not outside and (depth == _DEEPEST or is_managed_fields):
                outside = depth + 1
                yield item[position : token.start()]
                yield b"null"
            depth += 1
            last = b""
        else:
            if depth == outside:
                outside = 0
                position = token.end()
            depth -= 1
    if not outside:
        yield item[position:]
