"""Data as YAML that readers of YAML 1.1, of YAML 1.2 and Go's reader (of kubectl) read alike.

They type plain text differently: `y` is true for some, `1e3` a number for others, `0098123` a
number only for Go. Text is therefore plain only if it begins with a letter and contains nothing
special. All other text is in double quotes, on one line, with escapes for invisible characters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from math import isfinite
from typing import Any, Final, TypeGuard

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./@\[\]-]*")
_TYPED: Final = frozenset("y n yes no on off true false null nan inf".split())  # noqa: SIM905
_LONGEST_KEY: Final = 1_000  # characters with escapes; YAML needs a question mark for longer keys
_LONGEST_ESCAPE: Final = 10
_BEYOND_16_BITS: Final = 0x10000
_NOT_FINITE: Final = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}


def dump(data: object, *, only_ascii: bool = False) -> str:
    """Return plain data as a YAML document in block style, mappings in their own order.

    Args:
        data: mappings with text as keys, lists, text, numbers, true, false and None. Other values,
            such as dates, become text.
        only_ascii: whether to escape all other characters, for a terminal.
    """
    text = "".join(f"{line}\n" for line in _lines(data))
    # Other characters are always in double quotes, where YAML reads escapes.
    return _escaped(text, str.isascii) if only_ascii else text


def _lines(value: object) -> Iterator[str]:
    if not _has_lines(value):
        return iter((_scalar(value),))
    if isinstance(value, Mapping):
        return chain.from_iterable(_entry(_text(str(key)), part) for key, part in value.items())
    return chain.from_iterable(_after_mark("- ", part) for part in value)


def _has_lines(value: object) -> TypeGuard[Mapping[Any, Any] | list[Any] | tuple[Any, ...]]:
    """Return whether a value takes lines of its own: it is a container with parts."""
    return isinstance(value, Mapping | list | tuple) and len(value) > 0


def _entry(key: str, value: object) -> Iterator[str]:
    longest = len(key) if key.isascii() else len(key) * _LONGEST_ESCAPE
    if longest > _LONGEST_KEY:
        yield f"? {key}"
        yield from _after_mark(": ", value)
    elif _has_lines(value):
        indent = "  " * isinstance(value, Mapping)
        yield f"{key}:"
        yield from map(indent.__add__, _lines(value))
    else:
        yield f"{key}: {_scalar(value)}"


def _after_mark(mark: str, value: object) -> Iterator[str]:
    """Yield a value with a mark before its first line, and the other lines below that."""
    lines = _lines(value)
    indent = " " * len(mark)
    yield mark + next(lines)
    yield from map(indent.__add__, lines)


def _scalar(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, float):
        return _float(value)
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list | tuple) else _text(str(value))


def _float(value: float) -> str:
    """Return a number with a decimal point; without one, YAML 1.1 reads `1e+16` as text."""
    if not isfinite(value):
        return _NOT_FINITE[str(value)]
    mantissa, mark, exponent = repr(value).partition("e")
    point = "" if "." in mantissa else ".0"
    return mantissa + point + mark + exponent


@lru_cache(maxsize=8192)
def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in _TYPED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _escaped(quoted, str.isprintable)


def _escaped(text: str, stays: Callable[[str], bool]) -> str:
    """Return text with escapes for each character that does not stay."""
    if stays(text):
        return text
    return "".join(mark if stays(mark) else _escape(mark) for mark in text)


def _escape(mark: str) -> str:
    code = ord(mark)
    if code < _BEYOND_16_BITS:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
