"""JSON that somebody else wrote into a cluster: kept as it is, and parsed only where planning compares it. Pure.

Whoever may create a Profile can give it plugins of any depth and of a megabyte. What nobody compares is not parsed, and
what is compared has limits.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

LARGEST: Final = 64 * 1024
"""How many bytes of one field are compared."""

DEEPEST: Final = 32
"""How many levels of lists and mappings one field may have."""

NOTHING: Final = msgspec.Raw(b"null")

_OVERSIZED: Final = b"oversized"  # stands for what is larger, which is not kept; it is not JSON
_BRACKET: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class Unreadable(Exception):
    """A field is too large, too deep, or not JSON; its text continues the field's name."""


def kept(field: msgspec.Raw) -> bytes:
    """Return what is kept of a field: its JSON, without the page that it came in."""
    return bytes(field) if len(field) <= LARGEST else _OVERSIZED


def parsed(field: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return a field as data.

    Args:
        field: as `kept` returned it.

    Raises:
        Unreadable: it is larger than LARGEST, nested deeper than DEEPEST, or cannot be decoded.
    """
    if field == _OVERSIZED:
        raise Unreadable(f"has more than {LARGEST:,} bytes")
    if is_deep(field):
        raise Unreadable(f"is nested deeper than {DEEPEST} levels")
    try:
        return msgspec.json.decode(field or b"null")
    except (msgspec.MsgspecError, ValueError):
        raise Unreadable("holds what cannot be decoded") from None


def mapping(field: bytes) -> Mapping[str, Any]:
    """Return a field that is a mapping, empty where it is null.

    Raises:
        Unreadable: as in `parsed`, or it is something else.
    """
    found = parsed(field)
    if not isinstance(found, dict | None):
        raise Unreadable("is not a mapping")
    return found or {}


def sequence(field: bytes) -> list[Mapping[str, Any]]:
    """Return a field that is a list of mappings, empty where it is null.

    Raises:
        Unreadable: as in `parsed`, or it is something else.
    """
    found = parsed(field)
    if not isinstance(found, list | None) or not all(isinstance(item, dict) for item in found or ()):
        raise Unreadable("is not a list of mappings")
    return found or []


def fault(field: bytes) -> str:
    """Return why a field is not a mapping that can be compared, '' where it is."""
    try:
        mapping(field)
    except Unreadable as why:
        return str(why)
    return ""


def is_deep(field: bytes) -> bool:
    """Return whether a field is nested deeper than DEEPEST."""
    if field.count(b"{") + field.count(b"[") <= DEEPEST:
        return False
    depth = 0
    for token in _BRACKET.finditer(field):
        depth += _STEPS.get(field[token.start()], 0)
        if depth > DEEPEST:
            return True
    return False
