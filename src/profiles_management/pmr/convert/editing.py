"""Edits applied to a text: all else stays as it is, and a comment says what was changed and why."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from profiles_management.pmr.convert.edits import Edit, Kind, in_order
from profiles_management.pmr.convert.text_parts import LINE_END, Part, line_starts

MARK: Final = "# convert: "
"""What each comment begins with, so that a reader finds them all."""


class Applied(NamedTuple):
    """The edited text, and the edits that are in it."""

    text: str
    edits: list[Edit]


def apply(text: str, edits: Iterable[Edit]) -> Applied:
    """Apply every edit that does not touch the place of an earlier one.

    The others are left out: read the new text, and look again.
    """
    editing = _Editing(text)
    done = [edit for edit in in_order(edits) if editing.accepts(edit)]
    return Applied(editing.result(), done)


class _Replacement(NamedTuple):
    start: int
    end: int
    text: str


class _Editing:
    """Collects the replacements of one text, from its start to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.line_starts = line_starts(text)
        first = LINE_END.search(text)
        self.line_end = first[0] if first else "\n"
        self.replacements: list[_Replacement] = []
        self.lines_until = 0  # the end of the last edit of whole lines
        self.parts_until = 0  # the end of the last edit of any kind

    def accepts(self, edit: Edit) -> bool:
        """Take an edit in if its place is untouched; edits come in the order of the text."""
        if edit.is_of_lines:
            return self._accepts_lines(self._lines(edit))
        change = self._change(edit)
        comment = self._comment_above(edit)
        if comment.start < self.lines_until or change.start < self.parts_until:
            return False
        self.replacements += [comment, change]
        self.parts_until = change.end
        return True

    def _accepts_lines(self, lines: _Replacement | None) -> bool:
        if lines is None or lines.start < max(self.lines_until, self.parts_until):
            return False
        self.replacements.append(lines)
        self.lines_until = self.parts_until = lines.end
        return True

    def result(self) -> str:
        """Return the text with all that was taken in."""
        texts: list[str] = []
        at = 0
        for start, end, text in sorted(self.replacements, key=lambda change: change.start):
            texts += [self.text[at:start], text]
            at = end
        return "".join([*texts, self.text[at:]])

    # whole lines

    def _lines(self, edit: Edit) -> _Replacement | None:
        return self._emptied(edit) if edit.kind is Kind.EMPTY else self._commented(edit)

    def _commented(self, edit: Edit) -> _Replacement | None:
        """Turn the lines of a part into comments.

        The first key of an item stands behind the dash of that item, which goes to the next key.
        """
        part = edit.part
        start, end = self._line_start(part.start), self._line_end(part.end)
        before = self.text[start : part.start]
        lines = self._comments(edit)
        if not before.strip():
            return _Replacement(start, end, lines)
        after = _next(part)
        if after is None:
            return None
        between = self.text[end : self._line_start(after.start)]
        return _Replacement(start, after.start, lines + between + before)

    def _emptied(self, edit: Edit) -> _Replacement:
        """Write an empty collection after the key, and turn all that was in it into comments."""
        part = edit.part
        colon = self.text.index(":", part.key_end)
        texts = [self.text[part.start : colon + 1], f" {_empty(part)}"]
        at = colon + 1
        for below in edit.below:
            start = self._line_start(below.part.start)
            texts += [self.text[at:start], self._comments(below)]
            at = self._line_end(below.part.end)
        return _Replacement(part.start, at, "".join(texts))

    def _comments(self, edit: Edit) -> str:
        """Return why a part goes, and its lines, as comments in its column."""
        part = edit.part
        indent = " " * (part.start - self._line_start(part.start))
        lines = self.text[part.start : self._line_end(part.end)].splitlines(keepends=True)
        commented = [f"{indent}# {lines[0]}"]
        for line in lines[1:]:
            rest = line.removeprefix(indent) if line.startswith(indent) else line.lstrip(" ")
            commented.append(f"{indent}# {rest}" if rest.strip() else f"{indent}#{self.line_end}")
        return "".join([self._comment(indent, edit.why), *commented])

    # inside of a line

    def _change(self, edit: Edit) -> _Replacement:
        part = edit.part
        if edit.kind is Kind.KEY:
            return _Replacement(part.start, part.key_end, edit.text)
        if edit.kind is Kind.REMOVE:
            return self._without(part)
        start, end = part.value_start, part.node.end_mark.index
        text = _empty(part) if edit.kind is Kind.EMPTY else edit.text
        return _Replacement(start, end, text if end > start else f" {text}")

    def _without(self, part: Part) -> _Replacement:
        """Remove a part between brackets or braces, with the comma after or before it."""
        after, before = _next(part), _previous(part)
        if after is not None:
            return _Replacement(part.start, after.start, "")
        return _Replacement(before.end if before is not None else part.start, part.end, "")

    def _comment_above(self, edit: Edit) -> _Replacement:
        """Return the comments of an edit, above the line that the closest block entry begins."""
        entry = edit.part
        while not entry.is_in_block and entry.parent is not None:
            entry = entry.parent
        start = self._line_start(entry.start)
        indent = " " * (entry.start - start)
        comments = [self._comment(indent, text) for text in self._told(edit)]
        return _Replacement(start, start, "".join(comments))

    def _told(self, edit: Edit) -> Iterator[str]:
        part = edit.part
        if edit.kind is Kind.EMPTY:
            for below in edit.below:
                yield from self._told(below)
        elif edit.kind is Kind.REMOVE:
            yield f"{edit.why} (was: {self.text[part.start : part.end]})"
        else:
            start, end = (part.start, part.key_end)
            if edit.kind is Kind.VALUE:
                start, end = part.value_start, part.node.end_mark.index
            before = self.text[start:end]
            yield f"{edit.why} (was: {before})" if before else edit.why

    # lines

    def _comment(self, indent: str, text: str) -> str:
        plain = "".join(mark if mark.isprintable() else " " for mark in text)
        return f"{indent}{MARK}{' '.join(plain.split())}{self.line_end}"

    def _line_start(self, index: int) -> int:
        return self.line_starts[bisect_right(self.line_starts, index) - 1]

    def _line_end(self, index: int) -> int:
        """Return where the line after the one of an index starts."""
        line = bisect_right(self.line_starts, index)
        return self.line_starts[line] if line < len(self.line_starts) else len(self.text)


def _empty(part: Part) -> str:
    return "[]" if part.kind == "seq" else "{}"


def _next(part: Part) -> Part | None:
    parts = part.parent.parts if part.parent is not None else []
    place = part.place + 1
    return parts[place] if place < len(parts) else None


def _previous(part: Part) -> Part | None:
    if part.parent is None or part.place == 0:
        return None
    return part.parent.parts[part.place - 1]
