"""Edits as a unified diff, made from where they are: comparing two large texts would take long."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from profiles_management.pmr.text_edits import Replacement, replaced

_CONTEXT = 3  # lines


class _Block(NamedTuple):
    """Lines that change: those from `first` to before `last` become `new`."""

    first: int
    last: int
    new: list[str]

    @property
    def growth(self) -> int:
        """How many lines more there are afterwards."""
        return len(self.new) - (self.last - self.first)


def unified_diff(text: str, edits: Sequence[Replacement], name: str) -> str:
    """Return edits as a diff that `patch` and `git apply -p0` accept; '' where there are none.

    Args:
        text: the text before the edits.
        edits: in the order of the text.
        name: what to call the file, before and after.
    """
    return "".join(_Diff(text).lines(edits, name)) if edits else ""


class _Diff:
    """The diff of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.old = _lines(text)
        self.starts = [0, *accumulate(map(len, self.old))]

    def lines(self, edits: Iterable[Replacement], name: str) -> Iterator[str]:
        yield f"--- {name}\n"
        yield f"+++ {name}\n"
        growth = 0
        for hunk in _hunks(map(self._block, self._groups(edits))):
            yield from self._hunk(hunk, growth)
            growth += sum(block.growth for block in hunk)

    def _groups(self, edits: Iterable[Replacement]) -> Iterator[list[Replacement]]:
        """Yield edits of the same or adjacent lines together.

        What is removed, then what is added.
        """
        group: list[Replacement] = []
        last = -1
        for edit in edits:
            if group and self._line(edit.start) > last + 1:
                yield group
                group = []
            group.append(edit)
            last = self._last_line(edit)
        yield group

    def _block(self, edits: list[Replacement]) -> _Block:
        first, last = self._line(edits[0].start), self._last_line(edits[-1]) + 1
        offset = self.starts[first]
        moved = [Replacement(edit.start - offset, edit.end - offset, edit.text) for edit in edits]
        new = replaced(self.text[offset : self.starts[last]], moved)
        return _Block(first, last, _lines(new))

    def _line(self, index: int) -> int:
        return min(bisect_right(self.starts, index), len(self.old)) - 1

    def _last_line(self, edit: Replacement) -> int:
        """Return the last line that an edit touches: also one that it joins to what is before."""
        start = self.starts[self._line(edit.start)]
        before = self.text[start : edit.start] + edit.text
        joins = before and not before.endswith("\n")
        return self._line(edit.end if joins else max(edit.start, edit.end - 1))

    def _hunk(self, hunk: list[_Block], growth: int) -> Iterator[str]:
        start = max(hunk[0].first - _CONTEXT, 0)
        end = min(hunk[-1].last + _CONTEXT, len(self.old))
        before = end - start
        after = before + sum(block.growth for block in hunk)
        yield f"@@ -{_range(start, before)} +{_range(start + growth, after)} @@\n"
        for block in hunk:
            yield from _marked(" ", self.old[start : block.first])
            yield from _marked("-", self.old[block.first : block.last])
            yield from _marked("+", block.new)
            start = block.last
        yield from _marked(" ", self.old[start:end])


def _lines(text: str) -> list[str]:
    """Split at newlines alone, as `diff` and `patch` do."""
    return re.findall("[^\n]*\n|[^\n]+", text)


def _hunks(blocks: Iterable[_Block]) -> list[list[_Block]]:
    """Put blocks together whose context meets."""
    hunks: list[list[_Block]] = []
    for block in blocks:
        if hunks and block.first - hunks[-1][-1].last <= 2 * _CONTEXT:
            hunks[-1].append(block)
        else:
            hunks.append([block])
    return hunks


def _range(start: int, size: int) -> str:
    return f"{start + 1 if size else start},{size}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}"
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"
