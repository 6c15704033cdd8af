"""What to cut out of a text so that a list is without some of its items, and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from profiles_management.pmr.offboarding.layout import Layout, Node


class Edit(NamedTuple):
    """A replacement of the characters from `start` to `end`."""

    start: int
    end: int
    text: str = ""


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with all edits; they do not overlap."""
    parts: list[str] = []
    at = 0
    for start, end, new in edits:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits in the order of the text; those that overlap are joined."""
    ordered: list[Edit] = []
    for edit in sorted(edits):
        if ordered and edit.start < ordered[-1].end:
            last = ordered[-1]
            ordered[-1] = Edit(last.start, max(last.end, edit.end), last.text + edit.text)
        else:
            ordered.append(edit)
    return ordered


def without_items(layout: Layout, items: Node, removed: Collection[int], words: re.Pattern[str]) -> Iterator[Edit]:
    """Yield the edits that take items out of a list.

    Args:
        layout: the text.
        items: the list.
        removed: indexes of items; at least one.
        words: what a comment about the person contains.
    """
    if items.is_flow:
        yield from _of_flow(layout, items, removed, words)
        return
    if len(removed) == len(items.items):
        end = layout.token_end_before(layout.dash(items.items[0]))
        yield Edit(end, end, " []")
    for index in removed:
        yield _of_block(layout, items, index, words)


# a list with dashes


def _of_block(layout: Layout, items: Node, index: int, words: re.Pattern[str]) -> Edit:
    item = items.items[index]
    dash = layout.dash(item)
    first, last = layout.line_of(dash), layout.line_of(max(dash, item.end - 1))
    indent = dash - layout.line_start(first)
    # A comment that is indented like the keys of the entry is part of it.
    inside = takewhile(lambda line: _comment_indent(line) > indent, _lines_from(layout, last + 1))
    last += len([*inside])
    return _lines(layout, first, last, _comments_above(layout, items, index, first, words))


def _lines_from(layout: Layout, number: int) -> Iterator[str]:
    for line in range(number, len(layout.line_starts)):
        yield layout.line(line)


def _comment_indent(line: str) -> int:
    """Return how far a comment is indented; -1 for a line that is not a comment."""
    text = line.lstrip()
    return len(line) - len(text) if text.startswith("#") else -1


def _comments_above(layout: Layout, items: Node, index: int, line: int, words: re.Pattern[str]) -> int:
    """Return how many lines of comments directly above an item belong to it.

    A comment below an empty line is the heading of the items that follow it, and stays, unless it
    contains the person.
    """
    start = items.items[index].start if items.is_flow else layout.dash(items.items[index])
    after = items.items[index - 1].end if index else layout.token_end_before(start)
    floor = layout.line_of(max(after - 1, 0))
    above = takewhile(lambda number: _comment_indent(layout.line(number)) >= 0, range(line - 1, floor, -1))
    comments = [*above]
    if not comments:
        return 0
    is_heading = comments[-1] > floor + 1
    text = "".join(layout.line(number) for number in comments)
    return 0 if is_heading and not words.search(text) else len(comments)


def _lines(layout: Layout, first: int, last: int, above: int) -> Edit:
    return Edit(layout.line_start(first - above), layout.line_start(last + 1))


# a list in brackets


def _of_flow(layout: Layout, items: Node, removed: Collection[int], words: re.Pattern[str]) -> Iterator[Edit]:
    nodes = items.items
    if len(removed) == len(nodes):
        yield Edit(layout.text.index("[", items.start), items.end, "[]")
        return
    commas = [
        layout.comma(node.end, after.start)
        for node, after in zip(nodes, [*nodes[1:], Node(items.end, items.end)], strict=True)
    ]
    for index in removed:
        yield _item_of_flow(layout, items, index, commas[index], words)
    if commas[-1] is None and len(nodes) - 1 in removed:
        kept = max(index for index in range(len(nodes)) if index not in removed)
        yield _comma_of_last(layout, commas[kept], nodes[kept + 1])


def _item_of_flow(layout: Layout, items: Node, index: int, comma: int | None, words: re.Pattern[str]) -> Edit:
    node = items.items[index]
    start, end = node.start, node.end if comma is None else comma + 1
    first, last = layout.line_of(start), layout.line_of(end - 1)
    before = layout.text[layout.line_start(first) : start]
    after = layout.text[end : layout.line_start(last + 1)]
    ends_line = not after.strip() or after.lstrip().startswith("#")
    if ends_line and not before.strip():
        return _lines(layout, first, last, _comments_above(layout, items, index, first, words))
    if ends_line:
        return Edit(start - len(before) + len(before.rstrip()), end)
    if comma is None:
        return Edit(start, end)
    return Edit(start, end + len(after) - len(after.lstrip()))


def _comma_of_last(layout: Layout, comma: int | None, node: Node) -> Edit:
    """Remove the comma before the items at the end of a list that are removed.

    It goes with the white space after it, unless the item has lines of its own.
    """
    start = comma or 0
    between = layout.text[start + 1 : node.start]
    first = layout.line_start(layout.line_of(node.start))
    rest = layout.text[node.end : layout.line_start(layout.line_of(node.end) + 1)].lstrip(" \t,")
    has_lines = not layout.text[first : node.start].strip() and (not rest.strip() or rest[0] == "#")
    if between.strip() or has_lines:
        return Edit(start, start + 1)
    return Edit(start, node.start)
