"""Edits as a unified diff, made from where they are: comparing two large texts would take long."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from profiles_management.pmr.offboarding.edits import Edit, applied

_CONTEXT = 3  # lines


class _Block(NamedTuple):
    """Lines that change: those from `first` to before `last` become `new`."""

    first: int
    last: int
    new: list[str]


def unified_diff(text: str, edits: Sequence[Edit], name: str) -> str:
    """Return edits as a diff that `patch` and `git apply -p0` accept; '' where there are none.

    Args:
        text: the text before the edits.
        edits: in the order of the text.
        name: what to call the file, before and after.
    """
    old = _lines(text)
    hunks = _hunks(_blocks(text, old, edits))
    head = [f"--- {name}\n", f"+++ {name}\n"] if hunks else []
    shift = 0
    for hunk in hunks:
        head += _hunk(old, hunk, shift)
        shift += sum(len(block.new) - (block.last - block.first) for block in hunk)
    return "".join(head)


def _lines(text: str) -> list[str]:
    """Split at newlines alone, as `diff` and `patch` do."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _blocks(text: str, old: list[str], edits: Sequence[Edit]) -> Iterator[_Block]:
    starts = [0, *accumulate(map(len, old))]
    waiting: list[Edit] = []
    first = last = 0
    for edit in edits:
        begins = min(bisect_right(starts, edit.start) - 1, len(old))
        ends = bisect_right(starts, max(edit.end - 1, edit.start))
        if waiting and begins >= last:
            yield _block(text, old, (first, last), waiting, starts)
            waiting = []
        first = first if waiting else begins
        last = max(last, ends)
        waiting.append(edit)
    if waiting:
        yield _block(text, old, (first, last), waiting, starts)


def _block(text: str, old: list[str], lines: tuple[int, int], edits: list[Edit], starts: list[int]) -> _Block:
    first, last = lines[0], min(lines[1], len(old))
    offset = starts[first]
    moved = [Edit(edit.start - offset, edit.end - offset, edit.text) for edit in edits]
    return _Block(first, last, _lines(applied(text[offset : starts[last]], moved)))


def _hunks(blocks: Iterator[_Block]) -> list[list[_Block]]:
    hunks: list[list[_Block]] = []
    for block in blocks:
        if hunks and block.first - hunks[-1][-1].last <= 2 * _CONTEXT:
            hunks[-1].append(block)
        else:
            hunks.append([block])
    return hunks


def _hunk(old: list[str], hunk: list[_Block], shift: int) -> Iterator[str]:
    start = max(hunk[0].first - _CONTEXT, 0)
    end = min(hunk[-1].last + _CONTEXT, len(old))
    size = end - start
    new_size = size + sum(len(block.new) - (block.last - block.first) for block in hunk)
    yield f"@@ -{_range(start, size)} +{_range(start + shift, new_size)} @@\n"
    at = start
    for block in hunk:
        yield from _marked(" ", old[at : block.first])
        yield from _marked("-", old[block.first : block.last])
        yield from _marked("+", block.new)
        at = block.last
    yield from _marked(" ", old[at:end])


def _range(start: int, size: int) -> str:
    return f"{start + 1 if size else start},{size}"


def _marked(mark: str, lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}"
        if not line.endswith("\n"):
            yield "\n\\ No newline at end of file\n"
