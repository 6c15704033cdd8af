"""The positions of everything in a YAML text: values, dashes, commas, anchors and aliases."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from profiles_management.pmr.text_edits import Lines

_Events = Iterator[yaml.Event]


@dataclass(slots=True, eq=False)
class Node:
    """One value in a text.

    Attributes:
        start: where it starts, with its anchor.
        end: where it ends, without the white space and comments after it.
        is_flow: whether it is a collection in brackets or braces.
        text: the text of a scalar.
        alias: the value of an alias; None for any other value.
        items: the values of a list, or of a mapping.
        keys: the keys of a mapping, '' for one that is not text.
    """

    start: int
    end: int
    is_flow: bool = False
    anchor: str = ""
    text: str = ""
    alias: Node | None = None
    items: list[Node] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def target(self) -> Node:
        """The value itself, where this is an alias of it."""
        return self.alias or self

    def get(self, key: str) -> Node | None:
        """Return the value of a key, aliases resolved."""
        mapping = self.target
        if key not in mapping.keys:
            return None
        return mapping.items[mapping.keys.index(key)]


class Alias(NamedTuple):
    """One use of an anchor."""

    use: Node
    definition: Node


class Layout:
    """A text with the positions of everything in it.

    Args:
        text: a document that our reader accepts.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.aliases: list[Alias] = []
        self._anchors: dict[str, Node] = {}
        self._dashes: list[int] = []
        self._commas: list[int] = []
        self._ends: list[int] = []  # of all tokens
        self._scan()
        events = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        first = next(event for event in events if isinstance(event, yaml.NodeEvent))
        self.root = self._node(first, events)

    # lines

    def line(self, number: int) -> str:
        """Return a line with its end."""
        return self.text[self.lines.start(number) : self.lines.start(number + 1)]

    # marks

    def dash(self, item: Node) -> int:
        """Return where the dash of an item of a block list is."""
        return self._dashes[bisect_right(self._dashes, item.start) - 1]

    def comma(self, start: int, end: int) -> int | None:
        """Return the first comma between two values of a flow list, None where there is none."""
        place = bisect_left(self._commas, start)
        if place == len(self._commas) or self._commas[place] >= end:
            return None
        return self._commas[place]

    def token_end_before(self, index: int) -> int:
        """Return where the last token before a position ends."""
        return self._ends[bisect_right(self._ends, index) - 1]

    def _scan(self) -> None:
        for token in yaml.scan(self.text, Loader=yaml.CSafeLoader):
            start, end = token.start_mark.index, token.end_mark.index
            if isinstance(token, yaml.BlockEntryToken):
                self._dashes.append(start)
            elif isinstance(token, yaml.FlowEntryToken):
                self._commas.append(start)
            if end > start:
                self._ends.append(end)

    # values

    def _node(self, event: yaml.Event, events: _Events) -> Node:
        start, end = _index(event.start_mark), _index(event.end_mark)
        if isinstance(event, yaml.AliasEvent):
            definition = self._anchors[event.anchor or ""]
            node = Node(start, end, alias=definition)
            self.aliases.append(Alias(node, definition))
            return node
        anchor = getattr(event, "anchor", None) or ""
        node = Node(start, self._content_end(start, end), anchor=anchor)
        if node.anchor:
            self._anchors[node.anchor] = node
        if isinstance(event, yaml.ScalarEvent):
            node.text = event.value
        elif isinstance(event, yaml.CollectionStartEvent):
            self._fill(node, event, events)
        return node

    def _fill(self, node: Node, event: yaml.CollectionStartEvent, events: _Events) -> None:
        node.is_flow = bool(event.flow_style)
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        below = next(events)
        while not isinstance(below, yaml.CollectionEndEvent):
            if is_mapping:
                node.keys.append(self._node(below, events).target.text)
                below = next(events)
            node.items.append(self._node(below, events))
            below = next(events)
        node.end = _index(below.end_mark) if node.is_flow or not node.items else node.items[-1].end

    def _content_end(self, start: int, end: int) -> int:
        while end > start and self.text[end - 1].isspace():
            end -= 1  # a text of several lines (| or >) ends with the empty lines after it
        return end


def _index(mark: Any) -> int:  # noqa: ANN401 - a mark of PyYAML or of libyaml; all events have them
    return int(mark.index)
