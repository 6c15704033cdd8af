"""Edits of JSON, in the text as it is: YAML reads a text in which some escapes are different."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

from profiles_management.pmr.text_edits import Replacement

_PARTS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[^"]+', re.DOTALL)


def written_in(text: str, readable: str, edits: Iterable[Replacement]) -> list[Replacement]:
    """Return edits of a readable text as edits of the text that it was made from.

    Args:
        text: a document.
        readable: what `reading.from_json` returns for it: only the insides of strings differ.
        edits: none begins or ends inside a string.
    """
    if readable == text:
        return [*edits]
    starts, theirs = _starts(readable), _starts(text)

    def moved(index: int) -> int:
        part = bisect_right(starts, index) - 1
        return theirs[part] + index - starts[part]

    return [Replacement(moved(edit.start), moved(edit.end), edit.text) for edit in edits]


def _starts(text: str) -> list[int]:
    return [0, *accumulate(len(part) for part in _PARTS.findall(text))]
