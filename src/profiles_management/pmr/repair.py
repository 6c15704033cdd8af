"""Replacement of confusable characters in a text where YAML needs its own characters.

These places are: the indentation, the dash of an item, the colon of a key, the quotes around a key
or a value, braces and commas. Inside text, the characters stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from profiles_management.pmr.confusables import (
    BULLETS,
    COLONS,
    COMMAS,
    DASHES,
    NOTHINGS,
    QUOTES,
    SPACES,
    described,
    plain,
)
from profiles_management.pmr.model import Finding

# Larger texts are not typed by hand, and may be hostile.
_LARGEST: Final = 1_000_000
_LONGEST_LINE: Final = 1_000
_DEEPEST_ITEM: Final = 4

_TO_SPACES: Final = str.maketrans(dict.fromkeys(SPACES, " "))
_MEANT: Final = {**dict.fromkeys(SPACES, "a space"), **dict.fromkeys(BULLETS, "-")}
_WIDE_SPACE: Final = "\u3000"  # as wide as two
_BLANKS: Final = rf"[ {SPACES}{NOTHINGS}]*"
_OPENERS: Final = "\uff5b\uff3b"
_CLOSERS: Final = "\uff5d\uff3d"
_KEY: Final = r"[A-Za-z_][\w./-]*"
_QUOTE: Final = rf"[{QUOTES}\"']?"
_INDENTATION: Final = re.compile(rf"^[ \t{SPACES}{NOTHINGS}]+")
_BULLET: Final = re.compile(
    rf"^(?P<before> *(?:- +)*)[{DASHES}{BULLETS}-](?P<after>[ {SPACES}{NOTHINGS}]+)(?=\S)"
)
_TEXT: Final = r"""(?<![^\s,{\[:-])(?:"(?:[^"\\]|\\.)*+"?|'[^']*'?)|(?:^|(?<=\s))#.*"""


class Confusable(NamedTuple):
    """A confusable character in place of one of YAML; line and column count from 0."""

    line: int
    column: int
    finding: Finding


class Repaired(NamedTuple):
    """A repaired text, with the first replaced character of each line."""

    text: str
    replaced: list[Confusable]


def repaired(text: str) -> Repaired | None:
    """Return a text with YAML's own characters; None if nothing is replaced or it is too large."""
    if text.isascii() or len(text) > _LARGEST:
        return None
    lines = text.splitlines(keepends=True)
    replaced: list[Confusable] = []
    for number, line in enumerate(lines):
        bare = line.rstrip("\r\n")
        if bare.isascii() or len(bare) > _LONGEST_LINE or (better := _line(bare)) == bare:
            continue
        column = next(index for index, mark in enumerate(bare) if mark != better[index : index + 1])
        replaced.append(Confusable(number, column, _finding(bare[column])))
        lines[number] = better + line[len(bare) :]
    return Repaired("".join(lines), replaced) if replaced else None


def _finding(mark: str) -> Finding:
    if mark in NOTHINGS:
        what = f"{described(mark)} is used where YAML does not allow it"
        return Finding("look-alike", what, "remove it")
    meant = _MEANT.get(mark, plain(mark))
    what = f"{described(mark)} is used where YAML needs {meant}"
    return Finding("look-alike", what, f"replace it with {meant}")


def _line(line: str) -> str:
    line = _INDENTATION.sub(lambda blanks: plain(blanks[0].replace(_WIDE_SPACE, "  ")), line)
    for _ in range(_DEEPEST_ITEM):
        bullet = _BULLET.search(line)
        if bullet is None or bullet[0].isascii():
            break
        line = f"{bullet['before']}-{plain(bullet['after']) or ' '}{line[bullet.end() :]}"
    for pattern, better in _PLACES:
        line = pattern.sub(partial(_replaced, better), line)
    return line


def _replaced(better: Callable[[re.Match[str]], str], place: re.Match[str]) -> str:
    return place[0] if place["quoted"] else better(place)


def _pair(pair: re.Match[str]) -> str:
    # An invisible character after a space is part of the value, and refused there.
    after = (
        pair["after"].translate(_TO_SPACES)
        if pair["after"].startswith(" ")
        else plain(pair["after"])
    )
    # This is not the colon of a pair, as in https://example.com
    if pair["colon"] == ":" and not after and pair["end"] is None:
        return pair[0]
    quotes = [plain(pair["open"]), plain(pair["close"])]
    if not (pair["open"] + pair["close"]).isascii():
        quotes = ['"', '"']
    space = " " if not after and pair["end"] is None else after
    return f"{pair['lead']}{quotes[0]}{pair['key']}{quotes[1]}{plain(pair['gap'])}:{space}"


def _value(value: re.Match[str]) -> str:
    return f'"{value["content"]}"'


def _mark(mark: re.Match[str]) -> str:
    return plain(mark[0])


def _outside_of_text(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that matches quotes and comments first, as `quoted`; they stay."""
    return re.compile(rf"(?P<quoted>{_TEXT})|{pattern}")


_PLACES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (
        _outside_of_text(
            rf"(?P<lead>^\s*(?:- +)*|[{{\[,{_OPENERS}{COMMAS}]\s*)(?P<open>{_QUOTE})(?P<key>{_KEY})(?P<close>{_QUOTE})"
            rf"(?P<gap>{_BLANKS})(?P<colon>[:{COLONS}])(?P<after>{_BLANKS})(?P<end>$)?"
        ),
        _pair,
    ),
    (
        _outside_of_text(
            rf"(?<=[:,\[{{\- ])[{QUOTES}](?P<content>[^{QUOTES}\"\\]*)[{QUOTES}]"
            rf"(?=\s*(?:$|[,}}\]{_CLOSERS}]|\s#))"
        ),
        _value,
    ),
    (_outside_of_text(rf"(?<=[:,\[{{\- ])[{_OPENERS}]"), _mark),
    (_outside_of_text(rf"[{_CLOSERS}](?=\s*(?:$|[,}}\]{_CLOSERS}]))"), _mark),
    (_outside_of_text(rf"[{COMMAS}](?=\s*[\"']?{_KEY}[\"']?:)"), _mark),
)
