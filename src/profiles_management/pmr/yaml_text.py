"""Data as YAML that YAML 1.1, YAML 1.2 and Go's reader, which is kubectl's, read alike.

They type plain text differently: `y` is true to some, `1e3` a number to others, `0098123` a number
to Go alone. So text is plain only where it begins with a letter and holds nothing that any of them
looks at; all other text is in double quotes, on one line, with an escape for what a person cannot
see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import isfinite
from typing import Any, Final

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9_./@\[\]-]*")
_TYPED: Final = frozenset("y n yes no on off true false null nan inf".split())  # noqa: SIM905
_LONGEST_KEY: Final = 1_000  # characters, with escapes; a longer one takes a question mark in YAML
_LONGEST_ESCAPE: Final = 10
_BEYOND_16_BITS: Final = 0x10000


def dump(data: object, *, only_ascii: bool = False) -> str:
    """Return plain data as a YAML document in block style, mappings in their own order.

    Args:
        data: what JSON can hold: mappings with text as keys, lists, text, numbers, true, false,
            None. What else there is, such as a date, becomes text.
        only_ascii: whether other letters are escaped too, for a terminal.
    """
    text = "".join(f"{line}\n" for line in _lines(data))
    if not only_ascii or text.isascii():
        return text
    # Such letters are in double quotes, where escapes are read.
    return "".join(mark if mark.isascii() else _escape(mark) for mark in text)


def _lines(value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for key, part in value.items():
            yield from _entry(_text(str(key)), part)
    elif isinstance(value, list | tuple) and value:
        for part in value:
            yield from _hanging("- ", part)
    else:
        yield _scalar(value)


def _entry(key: str, value: object) -> Iterator[str]:
    if len(key) * (1 if key.isascii() else _LONGEST_ESCAPE) > _LONGEST_KEY:
        yield f"? {key}"
        yield from _hanging(": ", value)
    elif isinstance(value, Mapping | list | tuple) and value:
        yield f"{key}:"
        indent = "  " if isinstance(value, Mapping) else ""
        yield from (f"{indent}{line}" for line in _lines(value))
    else:
        yield f"{key}: {_scalar(value)}"


def _hanging(mark: str, value: object) -> Iterator[str]:
    """Put a mark before the first line of a value and blanks of its width before the others."""
    lines = _lines(value)
    yield mark + next(lines)
    yield from (f"{' ' * len(mark)}{line}" for line in lines)


def _scalar(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping | list | tuple):
        return "{}" if isinstance(value, Mapping) else "[]"
    return _text(str(value))


def _float(value: float) -> str:
    """Return a number with a decimal point, without which YAML 1.1 takes `1e+16` for text."""
    if not isfinite(value):
        return f"{value}".replace("inf", ".inf").replace("nan", ".nan")
    mantissa, mark, exponent = repr(value).partition("e")
    return mantissa + ("" if "." in mantissa else ".0") + mark + exponent


@lru_cache(maxsize=8192)
def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.casefold() not in _TYPED:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isprintable():
        return quoted
    return "".join(mark if mark.isprintable() else _escape(mark) for mark in quoted)


def _escape(mark: str) -> str:
    code = ord(mark)
    return f"\\u{code:04x}" if code < _BEYOND_16_BITS else f"\\U{code:08x}"
