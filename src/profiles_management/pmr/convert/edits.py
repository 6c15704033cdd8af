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
        text: the new value or the new key.
        below: for EMPTY, the removals of all parts; the value becomes `[]` or `{}`.
    """

    part: Part
    kind: Kind
    why: str
    text: str = ""
    below: tuple[Edit, ...] = ()

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
    removed: dict[Part, str] = {}
    others: list[Edit] = []
    for edit in edits:
        if edit.kind is Kind.REMOVE:
            removed.setdefault(edit.part, edit.why)
        else:
            others.append(edit)
    _remove_empty_items(removed)
    kept = [edit for edit in others if not _is_removed(edit.part, removed)]
    ordered = [*kept, *_removals(removed)]
    return sorted(ordered, key=lambda edit: (edit.part.start, -edit.part.end))


def _remove_empty_items(removed: dict[Part, str]) -> None:
    """Add each item of a list whose parts are all removed."""
    waiting = [*removed]
    while waiting:
        parent = waiting.pop().parent
        if parent is None or parent in removed or not _is_item(parent):
            continue
        if removed.keys() >= {*parent.parts}:
            removed[parent] = removed[parent.parts[0]]
            waiting.append(parent)


def _is_item(part: Part) -> bool:
    return part.parent is not None and part.key is None


def _removals(removed: Mapping[Part, str]) -> Iterator[Edit]:
    """Yield one edit for each removed part, or for the entry that loses all its parts."""
    by_parent: dict[Part, list[Edit]] = defaultdict(list)
    for part, why in removed.items():
        if part.parent is not None and not _is_removed(part.parent, removed):
            by_parent[part.parent].append(remove(part, why))
    for parent, removals in by_parent.items():
        if parent.key is not None and len(removals) == len(parent.parts):
            removals.sort(key=lambda edit: edit.part.start)
            yield Edit(parent, Kind.EMPTY, removals[0].why, below=tuple(removals))
        else:
            yield from removals


def _is_removed(part: Part, removed: Mapping[Part, str]) -> bool:
    return any(around in removed for around in part.with_ancestors())
