"""Application of edits to a text: the rest is unchanged, and a comment explains each change."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final, NamedTuple

from profiles_management.pmr.convert.edits import Edit, Kind, in_order
from profiles_management.pmr.convert.text_parts import Part
from profiles_management.pmr.text_edits import LINE_END, Lines, Replacement, replaced

MARK: Final = "# convert: "
"""The start of each comment, so that a reader finds them all."""


class Applied(NamedTuple):
    """The edited text, and the edits that are in it."""

    text: str
    edits: list[Edit]


def apply(text: str, edits: Iterable[Edit]) -> Applied:
    """Apply every edit whose place no earlier edit touches.

    The others are left out. The caller reads the new text and looks for them again.
    """
    editing = _Editing(text)
    done = [edit for edit in in_order(edits) if editing.accepts(edit)]
    return Applied(editing.result(), done)


class _Editing:
    """Collects the replacements in one text, from its start to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        first = LINE_END.search(text)
        self.line_end = first[0] if first else "\n"
        self.replacements: list[Replacement] = []
        self.lines_until = 0  # the end of the last edit of whole lines
        self.parts_until = 0  # the end of the last edit of any kind

    def accepts(self, edit: Edit) -> bool:
        """Add an edit if no earlier one touches its place; edits come in the order of the text."""
        if edit.is_of_lines:
            return self._accepts_lines(self._lines(edit))
        change = self._change(edit)
        comment = self._comment_above(edit)
        if comment.start < self.lines_until or change.start < self.parts_until:
            return False
        self.replacements += [comment, change]
        self.parts_until = change.end
        return True

    def _accepts_lines(self, lines: Replacement | None) -> bool:
        if lines is None or lines.start < max(self.lines_until, self.parts_until):
            return False
        self.replacements.append(lines)
        self.lines_until = self.parts_until = lines.end
        return True

    def result(self) -> str:
        """Return the text with the added edits."""
        ordered = sorted(self.replacements, key=attrgetter("start"))
        return replaced(self.text, ordered)

    # whole lines

    def _lines(self, edit: Edit) -> Replacement | None:
        return self._emptied(edit) if edit.kind is Kind.EMPTY else self._commented(edit)

    def _commented(self, edit: Edit) -> Replacement | None:
        """Turn the lines of a part into comments.

        The first key of an item is on the line of its dash, which moves to the next key.
        """
        part = edit.part
        start, end = self.lines.start_of(part.start), self.lines.end_of(part.end)
        before = self.text[start : part.start]
        lines = self._comments(edit)
        if not before.strip():
            return Replacement(start, end, lines)
        after = part.next
        if after is None:
            return None
        between = self.text[end : self.lines.start_of(after.start)]
        return Replacement(start, after.start, lines + between + before)

    def _emptied(self, edit: Edit) -> Replacement:
        """Write an empty collection after the key, and turn its parts into comments."""
        part = edit.part
        colon = self.text.index(":", part.key_end)
        texts = [self.text[part.start : colon + 1], f" {edit.text}"]
        at = colon + 1
        for below in edit.below:
            start = self.lines.start_of(below.part.start)
            texts += [self.text[at:start], self._comments(below)]
            at = self.lines.end_of(below.part.end)
        return Replacement(part.start, at, "".join(texts))

    def _comments(self, edit: Edit) -> str:
        """Return the reason of a removal and the lines of the part as comments in its column."""
        part = edit.part
        indent = " " * (part.start - self.lines.start_of(part.start))
        lines = self.text[part.start : self.lines.end_of(part.end)].splitlines(keepends=True)
        commented = [f"{indent}# {lines[0]}"]
        commented += [self._commented_line(indent, line) for line in lines[1:]]
        return "".join([self._comment(indent, edit.why), *commented])

    def _commented_line(self, indent: str, line: str) -> str:
        if not line.strip():
            return f"{indent}#{self.line_end}"
        begin, rest = line[: len(indent)], line[len(indent) :]
        return f"{indent}# {begin.lstrip(' ')}{rest}"

    # inside of a line

    def _change(self, edit: Edit) -> Replacement:
        if edit.kind is Kind.REMOVE:
            return self._without(edit.part)
        start, end = self._replaced(edit)
        # Nothing is replaced only where a value is empty: it needs a space after its colon.
        space = " " * (end == start)
        return Replacement(start, end, f"{space}{edit.text}")

    def _without(self, part: Part) -> Replacement:
        """Remove a part in brackets or braces, with the comma after or before it."""
        if part.next is not None:
            return Replacement(part.start, part.next.start, "")
        if part.previous is not None:
            return Replacement(part.previous.end, part.end, "")
        return Replacement(part.start, part.end, "")

    def _comment_above(self, edit: Edit) -> Replacement:
        """Return the comments of an edit, above the closest line that starts an entry or item."""
        entry = edit.part.first_of_line
        start = self.lines.start_of(entry.start)
        indent = " " * (entry.start - start)
        comments = [self._comment(indent, self._explanation(part)) for part in edit.removals]
        return Replacement(start, start, "".join(comments))

    def _explanation(self, edit: Edit) -> str:
        start, end = self._replaced(edit)
        before = self.text[start:end]
        return f"{edit.why} (was: {before})" if before else edit.why

    def _replaced(self, edit: Edit) -> tuple[int, int]:
        """Return the start and the end of what an edit inside a line replaces."""
        part = edit.part
        if edit.kind is Kind.REMOVE:
            return part.start, part.end
        if edit.kind is Kind.KEY:
            return part.start, part.key_end
        return part.value_start, part.node.end_mark.index

    # lines

    def _comment(self, indent: str, text: str) -> str:
        plain = "".join(mark if mark.isprintable() else " " for mark in text)
        return f"{indent}{MARK}{' '.join(plain.split())}{self.line_end}"
