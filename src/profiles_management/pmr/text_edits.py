"""The lines of a text, and replacements of its parts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""The end of a line as libyaml has it, so that its columns and ours are the same."""


class Lines:
    """The lines of a text, numbered from 0."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(end.end() for end in LINE_END.finditer(text))]
        self._length = len(text)

    def __len__(self) -> int:
        """Return the number of lines; the text after the last line end is one, even if empty."""
        return len(self.starts)

    def number(self, index: int) -> int:
        """Return the number of the line of a character."""
        return bisect_right(self.starts, index) - 1

    def start(self, number: int) -> int:
        """Return where a line starts; the end of the text for the one after the last."""
        return self.starts[number] if number < len(self.starts) else self._length

    def start_of(self, index: int) -> int:
        """Return where the line of a character starts."""
        return self.starts[self.number(index)]

    def end_of(self, index: int) -> int:
        """Return where the line after that of a character starts."""
        return self.start(self.number(index) + 1)


class Replacement(NamedTuple):
    """A new text in place of the characters from `start` to `end`."""

    start: int
    end: int
    text: str = ""


def replaced(text: str, replacements: Iterable[Replacement]) -> str:
    """Return a text with all replacements, which are in its order and do not overlap."""
    parts: list[str] = []
    at = 0
    for start, end, new in replacements:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])
