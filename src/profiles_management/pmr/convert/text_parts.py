"""A document as a tree of parts with their places in the text, so that edits keep the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import yaml

from profiles_management.pmr.model import Path
from profiles_management.pmr.positions import SPELLINGS
from profiles_management.pmr.text_edits import Lines


@dataclass(slots=True, eq=False)
class Part:
    """A value of a document, with its key or its dash.

    Attributes:
        node: the value.
        path: the keys and indexes from the top.
        key: the key of an entry of a mapping; None for an item of a list and for the top.
        start, end: the offsets of the entry or the item in the text, with its key or dash.
        is_shared: whether the part cannot be edited alone, because of an alias of it, around it or
            in it.
        previous, next: its neighbours in its parent; None before the first and after the last.
    """

    node: yaml.Node
    path: Path
    parent: Part | None = None
    key: yaml.Node | None = None
    start: int = 0
    end: int = 0
    is_shared: bool = False
    previous: Part | None = None
    next: Part | None = None
    parts: list[Part] = field(default_factory=list)
    _by_step: dict[str | int | None, Part] = field(default_factory=dict)

    @property
    def step(self) -> str | int | None:
        """The index of an item of a list; the key of an entry, None if it is not text."""
        return self.path[-1] if self.is_item else self.name

    @property
    def name(self) -> str | None:
        """The key, None where there is none or it is not text."""
        return text_of(self.key)

    @property
    def text(self) -> str | None:
        """The value, None if it is not text."""
        return text_of(self.node)

    @property
    def kind(self) -> str:
        """The type of the value: str, int, float, null, bool, timestamp, seq or map."""
        return self.node.tag.rpartition(":")[2]

    @property
    def key_end(self) -> int:
        """The offset of the end of the key; the start of the part where there is none."""
        return self.key.end_mark.index if self.key is not None else self.start

    @property
    def value_start(self) -> int:
        """The offset of the value, after its key or dash."""
        return self.node.start_mark.index

    @property
    def is_flow(self) -> bool:
        """Whether the value is a collection in brackets or braces."""
        return _is_flow(self.node)

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a list."""
        return self.parent is not None and self.key is None

    @property
    def is_in_block(self) -> bool:
        """Whether this part begins a line of its own, apart from dashes before it."""
        return self.parent is not None and not self.parent.is_flow

    @property
    def first_of_line(self) -> Part:
        """The closest part around it, or itself, that begins a line; else the whole document."""
        part = self
        while part.parent is not None and not part.is_in_block:
            part = part.parent
        return part

    def add(self, part: Part) -> None:
        """Append a part, which comes after all others in the text."""
        if self.parts:
            self.parts[-1].next, part.previous = part, self.parts[-1]
        self.parts.append(part)
        self._by_step[_canonical(part.step)] = part

    def get(self, step: str | int) -> Part | None:
        """Return the entry with a key, in either spelling, or the item with an index.

        The last entry counts if there are several, as for YAML readers.
        """
        return self._by_step.get(_canonical(step))

    def values(self, name: str, *, kind: str) -> list[Part]:
        """Return the entry with a key in a list, if it is of a kind; else an empty list."""
        entry = self.get(name)
        if entry is None or entry.kind != kind:
            return []
        return [entry]

    def parts_of(self, name: str, *, kind: str) -> list[Part]:
        """Return the parts of the entry with a key if it is of a kind; else an empty list."""
        entries = self.values(name, kind=kind)
        return entries[0].parts if entries else []

    def text_at(self, name: str, default: str = "") -> str:
        """Return the text of the entry with a key, the default where there is no such text."""
        entry = self.get(name)
        if entry is None or entry.text is None:
            return default
        return entry.text

    def at(self, path: Path) -> Part:
        """Return the part at a path from here, or the closest part around it that exists."""
        part = self
        for step in path:
            inner = part.get(step)
            if inner is None:
                break
            part = inner
        return part

    def with_ancestors(self) -> Iterator[Part]:
        """Yield this part and all parts around it, from the innermost to the whole document."""
        part: Part | None = self
        while part is not None:
            yield part
            part = part.parent


def _canonical(step: str | int | None) -> str | int | None:
    """Return the one spelling of a key that has two."""
    return SPELLINGS.get(str(step), step)


def _is_flow(node: yaml.Node) -> bool:
    return bool(getattr(node, "flow_style", False))  # which scalars do not have


def text_of(node: yaml.Node | None) -> str | None:
    """Return the text of a node, None if there is none or YAML reads something else."""
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
        return str(node.value)
    return None


def read(text: str) -> Part:
    """Return the tree of a document that `loads` can read to its end.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if root is None:
        raise yaml.YAMLError("the document is empty")
    return _Reading(text, root).part(root, None, _Step("", 0))


class _Step(NamedTuple):
    """The step from a part to one of its parts."""

    name: str | int
    start: int
    key: yaml.Node | None = None


class _Reading:
    """Builds the tree of one text."""

    def __init__(self, text: str, root: yaml.Node) -> None:
        self.text = text
        self.lines = Lines(text)
        self.uses: Counter[int] = Counter()
        self.unplaced: set[int] = set()  # collections whose parts have no known places
        self._count(root)

    def _count(self, node: yaml.Node) -> None:
        self.uses[id(node)] += 1
        if self.uses[id(node)] > 1:
            return
        inner = [*filter(None, chain.from_iterable(_entries(node)))]
        for part in inner:
            self._count(part)
        if inner and not self._places_parts(node, inner):
            self.unplaced.add(id(node))

    def _places_parts(self, node: yaml.Node, inner: list[yaml.Node]) -> bool:
        """Return whether the parts of a node have known places in the text."""
        is_flow = _is_flow(node)
        if isinstance(node, yaml.MappingNode) and not is_flow:
            return True
        if any(self.uses[id(part)] > 1 for part in inner):
            return False
        # A list in a block may also start with an anchor or a tag.
        return is_flow or self.text.startswith("-", node.start_mark.index)

    def part(self, node: yaml.Node, parent: Part | None, step: _Step) -> Part:
        """Return the part of one node, with all that is below it."""
        path = () if parent is None else (*parent.path, step.name)
        part = Part(node, path, parent, step.key, step.start)
        part.is_shared = self._is_shared(part)
        for place, (key, value) in enumerate(_entries(node)):
            part.add(self.part(value, part, self._step(part, place, key, value)))
        # only now, because a part is shared with all that is in it, but not with all around it
        part.is_shared |= any(inner.is_shared for inner in part.parts)
        part.end = self._end(part)
        return part

    def _step(self, part: Part, place: int, key: yaml.Node | None, value: yaml.Node) -> _Step:
        if key is None:
            return _Step(place, self._item_start(part, value))
        return _Step(_key_text(key), key.start_mark.index, key)

    def _is_shared(self, part: Part) -> bool:
        if self.uses[id(part.node)] > 1:
            return True
        parent = part.parent
        return parent is not None and (parent.is_shared or id(parent.node) in self.unplaced)

    def _item_start(self, sequence: Part, item: yaml.Node) -> int:
        return item.start_mark.index if sequence.is_flow else self._dash(sequence, item)

    def _dash(self, sequence: Part, item: yaml.Node) -> int:
        """Return the offset of the dash of the next item, which has the column of the first."""
        first = sequence.node.start_mark
        if not sequence.parts:
            return first.index
        before = sequence.parts[-1].end
        lines = self.lines.starts[self.lines.number(before) : item.start_mark.line + 1]
        for start in lines:
            dash = start + first.column
            begins = f"{self.text[start:dash].strip()}{self.text[dash : dash + 1]}"
            if dash >= before and begins == "-":
                return dash
        return item.start_mark.index

    def _end(self, part: Part) -> int:
        if part.parts and not part.is_flow:
            return part.parts[-1].end
        start = part.node.start_mark.index
        value = self.text[start : part.node.end_mark.index]
        return start + len(value.rstrip())  # a block scalar (| or >) has the empty lines after it


def _key_text(key: yaml.Node) -> str:
    """Return the text of a key; a key that is a collection has none."""
    return key.value if isinstance(key, yaml.ScalarNode) else "?"


def _entries(node: yaml.Node) -> list[tuple[yaml.Node | None, yaml.Node]]:
    """Return the keys and values of a mapping; items of a list have no key, scalars no entries."""
    if isinstance(node, yaml.MappingNode):
        return list(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [(None, item) for item in node.value]
    return []
