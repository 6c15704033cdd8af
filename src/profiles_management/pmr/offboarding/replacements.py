"""Replacements in a text: what to cut so that a list loses items and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile

from profiles_management.pmr.offboarding.text_positions import Layout, Node
from profiles_management.pmr.text_edits import Replacement


def in_order(edits: Iterable[Replacement]) -> list[Replacement]:
    """Return edits in the order of the text; those that overlap are joined."""
    ordered: list[Replacement] = []
    for edit in sorted(edits):
        if ordered and edit.start < ordered[-1].end:
            last = ordered[-1]
            ordered[-1] = Replacement(last.start, max(last.end, edit.end), last.text + edit.text)
        else:
            ordered.append(edit)
    return ordered


class ListEdits:
    """What to cut out of a text so that one list loses items.

    Args:
        layout: the text.
        items: the list.
        words: what a comment about the person contains.
    """

    def __init__(self, layout: Layout, items: Node, words: re.Pattern[str]) -> None:
        self.layout = layout
        self.text = layout.text
        self.items = items
        self.nodes = items.items
        self.words = words
        self.bounds = [*(node.start for node in self.nodes[1:]), items.end]  # after each item

    def without(self, removed: Collection[int]) -> Iterator[Replacement]:
        """Yield the edits; `removed` are indexes, at least one."""
        is_empty = len(removed) == len(self.nodes)
        if not self.items.is_flow:
            yield from self._block(removed)
            if is_empty:
                end = self.layout.token_end_before(self._start(0))
                yield Replacement(end, end, " []")
        elif is_empty:
            yield Replacement(self.text.index("[", self.items.start), self.items.end, "[]")
        else:
            yield from self._flow(removed)

    # lists with dashes

    def _block(self, removed: Collection[int]) -> Iterator[Replacement]:
        for index in removed:
            dash = self._start(index)
            first = self.layout.lines.number(dash)
            last = self.layout.lines.number(max(dash, self.nodes[index].end - 1))
            indent = dash - self.layout.lines.start(first)
            yield self._lines(index, first, last + self._comments_inside(last + 1, indent))

    def _start(self, index: int) -> int:
        node = self.nodes[index]
        return node.start if self.items.is_flow else self.layout.dash(node)

    def _comments_inside(self, line: int, indent: int) -> int:
        """Return how many lines of comments follow that are indented like the keys of the item."""
        lines = map(self.layout.line, range(line, len(self.layout.lines)))
        return sum(1 for _ in takewhile(lambda text: _comment_indent(text) > indent, lines))

    # lists in brackets

    def _flow(self, removed: Collection[int]) -> Iterator[Replacement]:
        for index in removed:
            yield self._flow_item(index)
        last = len(self.nodes) - 1
        if last in removed and self._comma(last) is None:
            kept = max(set(range(last)).difference(removed))
            yield self._without_comma(kept)

    def _comma(self, index: int) -> int | None:
        """Return the comma after an item; None where the last item has none."""
        return self.layout.comma(self.nodes[index].end, self.bounds[index])

    def _flow_item(self, index: int) -> Replacement:
        """Remove an item with the comma after it: its lines, or its part of a line."""
        start, end, comma = self.nodes[index].start, self.nodes[index].end, self._comma(index)
        if comma is not None:
            end = comma + 1
        first, last = self.layout.lines.number(start), self.layout.lines.number(end - 1)
        before = self.text[self.layout.lines.start(first) : start]
        after = self.text[end : self.layout.lines.start(last + 1)]
        if _ends_line(after) and not before.strip():
            return self._lines(index, first, last)
        if _ends_line(after):
            return Replacement(start - len(before) + len(before.rstrip()), end)
        if comma is not None:
            end += len(after) - len(after.lstrip())
        return Replacement(start, end)

    def _without_comma(self, kept: int) -> Replacement:
        """Remove the comma after the last item that stays.

        The text between it and the next item is removed too, unless that item has its own lines.
        """
        comma = self._comma(kept) or 0
        removed = self.nodes[kept + 1]
        between = self.text[comma + 1 : removed.start]
        has_lines = self._begins_line(removed.start) and self._ends_line(removed.end)
        if between.strip() or has_lines:
            return Replacement(comma, comma + 1)
        return Replacement(comma, removed.start)

    def _begins_line(self, index: int) -> bool:
        start = self.layout.lines.start(self.layout.lines.number(index))
        return not self.text[start:index].strip()

    def _ends_line(self, index: int) -> bool:
        end = self.layout.lines.start(self.layout.lines.number(index) + 1)
        return _ends_line(self.text[index:end].lstrip(" \t,"))

    # lines

    def _lines(self, index: int, first: int, last: int) -> Replacement:
        first -= self._comments_above(index, first)
        return Replacement(self.layout.lines.start(first), self.layout.lines.start(last + 1))

    def _comments_above(self, index: int, line: int) -> int:
        """Return how many lines of comments directly above an item belong to it.

        A comment below an empty line is the heading of the items that follow it, and stays, unless
        it contains the person.
        """
        floor = self.layout.lines.number(max(self._end_before(index) - 1, 0))
        above = map(self.layout.line, range(line - 1, floor, -1))
        comments = [*takewhile(_is_comment, above)]
        is_heading = len(comments) < line - 1 - floor
        if is_heading and not self.words.search("".join(comments)):
            return 0
        return len(comments)

    def _end_before(self, index: int) -> int:
        """Return where the item before ends, or what comes before the first one."""
        if index:
            return self.nodes[index - 1].end
        return self.layout.token_end_before(self._start(0))


def _ends_line(text: str) -> bool:
    """Return whether nothing but a comment is left of a line."""
    return text.lstrip()[:1] in ("", "#")


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _comment_indent(line: str) -> int:
    """Return how far a comment is indented; -1 for a line that is not a comment."""
    if not _is_comment(line):
        return -1
    return len(line) - len(line.lstrip())
