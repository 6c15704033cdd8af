"""Anchors of a YAML document, with the sizes that count wherever an alias repeats their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Anchored(NamedTuple):
    """A complete value with an anchor.

    Attributes:
        value: the value.
        size: the number of values in it, itself included, with aliases expanded.
        height: the number of containers inside one another, 0 for a scalar.
    """

    value: Any
    size: int
    height: int


@dataclass(slots=True)
class _OpenAnchor:
    """A container with an anchor that is not complete yet.

    `level` is the number of containers around its parts, `before` the number of values before it,
    `deepest` the height of its parts so far.
    """

    name: str
    value: Any
    level: int
    before: int
    deepest: int = 0


class Anchors:
    """The anchors of one document so far.

    Attributes:
        values: the complete values by name; None for a container that is still open.
        open: the open containers with an anchor, the innermost last.
    """

    def __init__(self) -> None:
        self.values: dict[str, Anchored | None] = {}
        self.open: list[_OpenAnchor] = []

    def start(self, name: str, value: object, level: int, before: int) -> None:
        """Start to measure a container with an anchor."""
        self.values[name] = None
        self.open.append(_OpenAnchor(name, value, level, before))

    def note_depth(self, depth: int) -> None:
        """Note that containers are nested this deep, counted from the top of the document."""
        if self.open:
            innermost = self.open[-1]
            innermost.deepest = max(innermost.deepest, depth - innermost.level)

    def finish(self, level: int, count: int) -> None:
        """Keep the container that ends at this level, if it has an anchor.

        Args:
            level: the number of containers around the parts of the one that ends.
            count: the number of values so far.
        """
        anchor = self.open[-1]
        if anchor.level != level:
            return
        self.open.pop()
        self.note_depth(level + anchor.deepest)
        size = count - anchor.before
        self.values[anchor.name] = Anchored(anchor.value, size, anchor.deepest + 1)
