"""The types of plain scalars in YAML 1.1, exactly as in PyYAML's SafeLoader."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import yaml

from profiles_management.pmr.names import shortened

_RESOLVERS: Final = yaml.SafeLoader.yaml_implicit_resolvers
_TEXT: Final = "tag:yaml.org,2002:str"
_LONGEST_WORD: Final = 5  # characters of false, the longest word with a type
_LONGEST_NUMBER: Final = 128
_LONGEST_LOOK: Final = 4096  # PyYAML's patterns take memory in proportion, about 80 times
_LIKE_A_NUMBER: Final = re.compile(r"[-+0-9][0-9A-Fa-fx_:.-]*")

TYPED_STARTS: Final = frozenset(start for start in _RESOLVERS if start is not None)
"""A plain scalar that starts with none of these is text. The empty text is one of them."""


class Untypable:
    """A plain scalar without a value, such as a date that does not exist."""

    def __init__(self, what: str) -> None:
        self.what = what


_LARGE: Final = 10**20  # such a number is not repeated in a message
_KINDS: Final = ((datetime, "a time"), (date, "a date"))  # a datetime is a date too
MERGE: Final = Untypable("has a meaning only as a key")
_NO_DATE: Final = Untypable("looks like a date, but there is no such date")
_NO_NUMBER: Final = Untypable("looks like a number that is too long")
_NO_MEANING: Final = Untypable("means nothing in YAML without quotes")


def plain(value: str) -> object:
    """Return the value of a plain scalar: text, None, bool, int, float, date or `Untypable`."""
    if len(value) > _LONGEST_WORD and value[0].isalpha():
        return value
    return _typed(value)


def described(value: object) -> str:
    """Return the value of a scalar in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {shortened(repr(value))}" if abs(value) < _LARGE else "a number"
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "text")


@lru_cache(maxsize=8192)
def _typed(value: str) -> object:
    if len(value) > _LONGEST_LOOK:
        return _NO_NUMBER if _LIKE_A_NUMBER.fullmatch(value) else value
    tag = next(
        (tag for tag, pattern in _RESOLVERS.get(value[:1], ()) if pattern.match(value)), _TEXT
    )
    if tag == _TEXT:
        return value
    if tag.endswith(":merge"):
        return MERGE
    return _constructed(tag, value)


def _constructed(tag: str, value: str) -> object:
    if tag not in _CONSTRUCTORS:
        return _NO_MEANING
    if len(value) > _LONGEST_NUMBER:
        return _NO_NUMBER
    try:
        return _CONSTRUCTORS[tag](yaml.ScalarNode(tag, value))
    except (ValueError, OverflowError, IndexError):
        return _NO_DATE if tag.endswith(":timestamp") else _NO_NUMBER


def _constructors() -> dict[str, Callable[[yaml.ScalarNode], Any]]:
    loader = yaml.SafeLoader("")
    return {
        f"tag:yaml.org,2002:{kind}": getattr(loader, f"construct_yaml_{kind}")
        for kind in ("null", "bool", "int", "float", "timestamp")
    }


_CONSTRUCTORS: Final = _constructors()
