"""One page of a list as objects. An object that cannot be decoded is passed over by name, the others are read.

A user who may write one object of a namespace can give it a field of any depth, and everybody who
lists gets it. The decoder follows such a field even where it only skips it, and gives up the whole
page.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
from lightkube.core.decoders import decode_list

from profiles_management.kubeflow.state import unread_objects
from profiles_management.pmr.names import shortened
from profiles_management.pmr.problems import Problem

# more than is ever compared (stored.DEEPEST), so that a field that was cut counts as too deep
_DEEPEST: Final = 64
_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_OPENING: Final = frozenset(b"[{")
_QUOTE: Final = ord('"')
_ITEMS: Final = b'"items"'
_ITEM: Final = 3  # the depth of an item: the list, its array, the item
_MANAGED_FIELDS: Final = b'"managedFields"'
_UNDECODED: Final = (msgspec.MsgspecError, RecursionError, ValueError)


class Page(NamedTuple):
    """The objects of a page, what could not be read by its namespace, and where the list goes on ('' at the end)."""

    objects: Iterable[Any]
    problems: dict[str, list[Problem]]
    more: str


class _Refused(NamedTuple):
    """An object that is passed over."""

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
    """Stands for an item."""


class _Resource(msgspec.Struct):
    name: str = ""


class _Resources(msgspec.Struct):
    resources: list[_Resource] = msgspec.field(default_factory=list)


class _Rest(msgspec.Struct):
    """A list without what is in its items."""

    items: list[_Empty]
    metadata: _ListMetadata | None = None


def has_resource(content: bytes, plural: str) -> bool:
    """Return whether the discovery document of an API group names a resource; one that cannot be read does not."""
    try:
        found = msgspec.json.decode(content, type=_Resources)
    except _UNDECODED:
        return False
    return any(resource.name == plural for resource in found.resources)


def read(text: bytes, kind: type[Any]) -> Page:
    """Return the objects of a page of some kind.

    Raises:
        msgspec.DecodeError: it is not a list, or not all of it came.
    """
    try:
        more, _, found = decode_list(text, kind)
    except _UNDECODED:
        return _one_by_one(text, kind)
    return Page(found, {}, more or "")


def _one_by_one(text: bytes, kind: type[Any]) -> Page:
    """Return what can be decoded of a page whose items are of any depth."""
    rest, items = _split(text)
    objects: list[Any] = []
    problems: dict[str, list[Problem]] = {}
    for item in items:
        made = _decoded(item, kind)
        if isinstance(made, _Refused):
            problems.setdefault(made.space, []).append(made.problem)
        else:
            objects.append(made)
    return Page(objects, problems, rest.metadata.more if rest.metadata is not None else "")


def _split(text: bytes) -> tuple[_Rest, list[bytes]]:
    """Take a page apart without decoding its items; what is around them has to be a whole list."""
    items: list[bytes] = []
    around: list[bytes] = []
    depth = start = end = 0
    key = b""
    for token in _TOKEN.finditer(text):
        first = text[token.start()]
        if first == _QUOTE:
            key = token.group() if depth == 1 else key
        elif first in _OPENING:
            depth += 1
            start = token.start() if depth == _ITEM else start
        else:
            if depth == _ITEM and key == _ITEMS:
                around += [text[end:start], b"{}"]
                end = token.end()
                items.append(text[start:end])
            depth -= 1
    try:
        return msgspec.json.decode(b"".join([*around, text[end:]]), type=_Rest), items
    except (RecursionError, ValueError) as error:
        raise msgspec.DecodeError(f"it is not a list: {error}") from error


def _decoded(item: bytes, kind: type[Any]) -> Any:  # noqa: ANN401 - one of slim.KINDS, or _Refused
    """Return an object, or what is wrong with one that cannot be decoded even without what is nested too deep."""
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
    """Yield an object in pieces, with null in place of its managedFields and of what is nested too deep."""
    depth = position = 0
    outside = 0  # the depth around what is left out, 0 where nothing is
    last = b""
    for token in _TOKEN.finditer(item):
        first = item[token.start()]
        if first == _QUOTE:
            last = token.group()
            continue
        if first in _OPENING:
            if not outside and (depth == _DEEPEST or (depth == 2 and last == _MANAGED_FIELDS)):  # noqa: PLR2004
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
