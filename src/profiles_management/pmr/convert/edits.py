"""Edits of the parts of a document, and their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from profiles_management.pmr.convert.text_parts import Part


class Kind(Enum):
    """What an edit does to a part."""

    REMOVE = "remove"
    EMPTY = "empty"
    VALUE = "value"
    KEY = "key"


class Edit(NamedTuple):
    """A change of a document.

    Attributes:
        why: one sentence without a full stop.
        text: the new value or the new key; for EMPTY `[]` or `{}`.
        below: for EMPTY, the removals of all parts.
    """

    part: Part
    kind: Kind
    why: str
    text: str = ""
    below: tuple[Edit, ...] = ()

    @property
    def removals(self) -> tuple[Edit, ...]:
        """What it consists of: itself, or the removals of all parts."""
        return self.below or (self,)

    @property
    def is_of_lines(self) -> bool:
        """Whether it changes whole lines: a removal outside brackets and braces."""
        if self.kind is Kind.REMOVE:
            return self.part.is_in_block
        return self.kind is Kind.EMPTY and not self.part.is_flow


def remove(part: Part, why: str) -> Edit:
    """Return the edit that turns a part into a comment."""
    return Edit(part, Kind.REMOVE, why)


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in the order of the text, without those inside a removed part.

    An item of a list that loses all its parts is removed itself. An entry of a mapping that does
    keeps its key.
    """
    given = [*edits]
    removals = [edit for edit in given if edit.kind is Kind.REMOVE]
    removed = {edit.part: edit.why for edit in reversed(removals)}  # the first reason counts
    _remove_empty_items(removed)
    kept = [edit for edit in given if not _is_removed(edit.part, removed)]
    ordered = [*kept, *_removals(removed)]
    return sorted(ordered, key=lambda edit: (edit.part.start, -edit.part.end))


def _remove_empty_items(removed: dict[Part, str]) -> None:
    """Add each item of a list whose parts are all removed."""
    waiting = [*removed]
    while waiting:
        item = waiting.pop().parent
        if item is not None and _loses_all(item, removed):
            removed[item] = removed[item.parts[0]]
            waiting.append(item)


def _loses_all(item: Part, removed: Mapping[Part, str]) -> bool:
    """Return whether all parts of an item of a list are removed, and not yet the item itself."""
    if item in removed or not item.is_item:
        return False
    return removed.keys() >= {*item.parts}


def _removals(removed: Mapping[Part, str]) -> Iterator[Edit]:
    """Yield one edit for each removed part, or for the entry that loses all its parts."""
    by_parent: dict[Part, list[Edit]] = defaultdict(list)
    for part, why in removed.items():
        if part.parent is not None and not _is_removed(part.parent, removed):
            by_parent[part.parent].append(remove(part, why))
    for parent, removals in by_parent.items():
        yield from _of_parent(parent, removals)


def _of_parent(parent: Part, removals: list[Edit]) -> list[Edit]:
    """Return the removals of parts, or the edit that empties an entry which loses them all."""
    if parent.key is None or len(removals) < len(parent.parts):
        return removals
    removals.sort(key=lambda edit: edit.part.start)
    empty = "[]" if parent.kind == "seq" else "{}"
    return [Edit(parent, Kind.EMPTY, removals[0].why, empty, tuple(removals))]


def _is_removed(part: Part, removed: Mapping[Part, str]) -> bool:
    return any(around in removed for around in part.with_ancestors())
