"""Edits of a document: what to do to which part, and which of them belong together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from profiles_management.pmr.convert.text_parts import Part


class Kind(Enum):
    """What is done to a part."""

    REMOVE = "remove"
    EMPTY = "empty"
    VALUE = "value"
    KEY = "key"


class Edit(NamedTuple):
    """One change of a document.

    Attributes:
        why: one sentence without a full stop.
        text: the new value or the new key.
        below: the removals that leave nothing in the part, which becomes `[]` or `{}`.
    """

    part: Part
    kind: Kind
    why: str
    text: str = ""
    below: tuple[Edit, ...] = ()

    @property
    def is_of_lines(self) -> bool:
        """Whether it changes whole lines: a removal outside of brackets and braces."""
        if self.kind is Kind.REMOVE:
            return self.part.is_in_block
        return self.kind is Kind.EMPTY and not self.part.is_flow


def remove(part: Part, why: str) -> Edit:
    """Return the edit that turns a part into a comment."""
    return Edit(part, Kind.REMOVE, why)


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in the order of the text, without those inside of a removed part.

    An item that loses all its parts is removed itself; an entry that does keeps its key.
    """
    edits = [*edits]
    removed = {edit.part: edit.why for edit in reversed(edits) if edit.kind is Kind.REMOVE}
    _remove_empty_items(removed)
    kept = [
        edit for edit in edits if edit.kind is not Kind.REMOVE and not _is_gone(edit.part, removed)
    ]
    kept += _removals(removed)
    return sorted(kept, key=lambda edit: (edit.part.start, -edit.part.end))


def _remove_empty_items(removed: dict[Part, str]) -> None:
    waiting = [*removed]
    while waiting:
        parent = waiting.pop().parent
        if parent is None or parent in removed or parent.parent is None or parent.key is not None:
            continue
        if all(part in removed for part in parent.parts):
            removed[parent] = removed[parent.parts[0]]
            waiting.append(parent)


def _removals(removed: dict[Part, str]) -> Iterator[Edit]:
    by_parent: dict[Part, list[Edit]] = {}
    for part, why in removed.items():
        if part.parent is not None and not _is_gone(part.parent, removed):
            by_parent.setdefault(part.parent, []).append(remove(part, why))
    for parent, below in by_parent.items():
        if parent.key is not None and len(below) == len(parent.parts):
            below.sort(key=lambda edit: edit.part.start)
            yield Edit(parent, Kind.EMPTY, below[0].why, below=tuple(below))
        else:
            yield from below


def _is_gone(part: Part, removed: dict[Part, str]) -> bool:
    here: Part | None = part
    while here is not None and here not in removed:
        here = here.parent
    return here is not None
