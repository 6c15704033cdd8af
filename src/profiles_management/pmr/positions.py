"""The places of the parts of a document in its YAML text. Used only if there are problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

import yaml

from profiles_management.pmr.model import Path

SPELLINGS = {
    "api_version": "apiVersion",
    "default_request": "defaultRequest",
    "limit_range": "limitRange",
    "match_expressions": "matchExpressions",
    "max_limit_request_ratio": "maxLimitRequestRatio",
    "scope_name": "scopeName",
    "scope_selector": "scopeSelector",
}


_LONGEST_TEXT = 1_000  # characters of a scalar that are kept for an explanation
# Characters of a text that are split at once. All its lines could fill the memory.
_PORTION = 100_000


class Span(NamedTuple):
    """A part of a text. Lines and columns count from 0; the width is 0 for several lines."""

    line: int
    column: int
    width: int


class Spot(NamedTuple):
    """The place of a value and of its key. `path` has the keys as they are written."""

    path: Path
    value: Span
    key: Span | None
    text: str | None = None


class _Branch(dict[str | int, "_Branch"]):
    """The requested paths, as a tree."""


def locate(text: str, wanted: Iterable[Path]) -> dict[Path, Spot]:
    """Return the places of the requested paths in a YAML text.

    Both spellings of a key are equal. The place of a missing path is that of the closest part
    around it.
    """
    wanted = [_canonical(path) for path in wanted]
    tree = _Branch()
    for path in wanted:
        branch = tree
        for part in path:
            branch = branch.setdefault(part, _Branch())
    found = _Walk(text, wanted).run(tree)
    return {path: _closest(found, path) for path in wanted}


def lookup(spots: dict[Path, Spot], path: Path) -> Spot:
    """Return the place of a path that was requested."""
    return spots[_canonical(path)]


def _canonical(path: Path) -> Path:
    return tuple(SPELLINGS.get(part, part) if isinstance(part, str) else part for part in path)


def _closest(found: dict[Path, Spot], path: Path) -> Spot:
    while path and path not in found:
        path = path[:-1]
    return found.get(path) or Spot((), Span(0, 0, 0), None)


def span_of(event: yaml.Event) -> Span:
    """Return the place of an event of the parser."""
    start, end = event.start_mark, event.end_mark
    # libyaml sets both marks; only events that code has made have none.
    if start is None or end is None:
        return Span(0, 0, 0)
    width = end.column - start.column if start.line == end.line else 0
    return Span(start.line, start.column, width)


def spans_at(text: str, offsets: Iterable[int]) -> Iterator[Span]:
    """Yield the places of rising offsets; the text is read once."""
    line, start, column = 0, 0, 0
    for offset in offsets:
        *above, last = f"{text[start:offset]}x".splitlines()
        if above:
            line, column = line + len(above), 0
        column += len(last) - 1
        start = offset
        yield Span(line, column, 1)


def span_at(text: str, offset: int) -> Span:
    """Return the place of the character at an offset."""
    return next(spans_at(text, [offset]))


def lines_at(text: str, numbers: Iterable[int]) -> dict[int, str]:
    """Return the existing lines by their numbers from 0, as `splitlines` counts them."""
    wanted = set(numbers)
    lines: dict[int, str] = {}
    number, start = 0, 0
    while wanted and start < len(text):
        end = text.find("\n", start + _PORTION) + 1 or len(text)
        portion = text[start:end].splitlines()
        here = [line for line in wanted if line < number + len(portion)]
        lines |= {line: portion[line - number] for line in here}
        wanted.difference_update(here)
        number, start = number + len(portion), end
    return lines


def span_within(text: str, line: int, column: int) -> Span:
    """Return a place in a text; after its end, the place after the last visible character."""
    lines = text.splitlines()
    if line < len(lines):
        return Span(line, column, 1)
    visible = text.rstrip().splitlines() or [""]
    return Span(len(visible) - 1, len(visible[-1]), 1)


def span_of_mark(text: str, mark: yaml.error.Mark) -> Span:
    """Return the place of a mark of the parser."""
    return span_within(text, mark.line, mark.column)


class _Found(Exception):
    """All requested paths are found; the rest of the text may be endless."""


class _Walk:
    """One pass over the events, which skips everything but the requested paths."""

    def __init__(self, text: str, wanted: Iterable[Path]) -> None:
        self.missing = set(wanted)
        self.events = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.found: dict[Path, Spot] = {}

    def run(self, tree: _Branch) -> dict[Path, Spot]:
        # The places up to an error are known.
        with suppress(yaml.YAMLError, StopIteration, _Found):
            event = next(self.events)
            while not isinstance(event, yaml.NodeEvent):
                event = next(self.events)
            self.node(event, tree, (), (), None)
        return self.found

    def node(
        self, event: yaml.Event, branch: _Branch, path: Path, written: Path, key: Span | None
    ) -> None:
        """Note the place of a requested value, and continue with its parts."""
        span, text = span_of(event), None
        if isinstance(event, yaml.ScalarEvent):
            text = event.value[:_LONGEST_TEXT]
        elif isinstance(event, yaml.CollectionStartEvent):
            span = span._replace(width=0)
        self.found.setdefault(path, Spot(written, span, key, text))
        self.missing.discard(path)
        if not self.missing:
            raise _Found
        if isinstance(event, yaml.SequenceStartEvent):
            self.items(branch, path, written)
        elif isinstance(event, yaml.MappingStartEvent):
            self.pairs(branch, path, written)

    def items(self, branch: _Branch, path: Path, written: Path) -> None:
        index = 0
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            if index in branch:
                self.node(event, branch[index], (*path, index), (*written, index), None)
            else:
                self.skip(event)
            index += 1

    def pairs(self, branch: _Branch, path: Path, written: Path) -> None:
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = event.value if isinstance(event, yaml.ScalarEvent) else None
            key = span_of(event)
            self.skip(event)
            event = next(self.events)
            if name is not None and (step := SPELLINGS.get(name, name)) in branch:
                self.node(event, branch[step], (*path, step), (*written, name), key)
            else:
                self.skip(event)

    def skip(self, event: yaml.Event) -> None:
        """Read to the end of a node that was not requested."""
        depth = int(isinstance(event, yaml.CollectionStartEvent))
        while depth:
            event = next(self.events)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
                event, yaml.CollectionEndEvent
            )
