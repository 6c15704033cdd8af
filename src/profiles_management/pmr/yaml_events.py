"""YAML to plain data in one loop over libyaml's events, which also finds what is not allowed.

Building data from the events takes an eighth of the time of `yaml.load`. It also finds what
`yaml.load` hides: duplicate keys, merge keys, tags, and aliases that expand without end. An alias
that is refused is never expanded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn

import yaml

from profiles_management.pmr import yaml_refusals
from profiles_management.pmr.document_limits import MOST_PROBLEMS, MOST_VALUES
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.positions import Span, span_of
from profiles_management.pmr.scalars import MERGE, TYPED_STARTS, Untypable, plain
from profiles_management.pmr.split_values import LONGEST_VALUE, SplitValue, note_split_value
from profiles_management.pmr.yaml_anchors import Anchored, Anchors
from profiles_management.pmr.yaml_refusals import (
    DEEPEST,
    LONGEST_KEY,
    MOST_ITEMS,
    MOST_KEYS,
    TOO_DEEP,
)

_LONG_LISTS: Final = frozenset({"profiles", "contributors"})


_Container = list[Any] | dict[Any, Any]


class _Absent:
    """Marks the absence of a key."""


_NO_KEY: Final = _Absent()
_IGNORED: Final = _Absent()


class ParserFinding(NamedTuple):
    """A finding of the parser and its place. `first` is the path of the first of duplicate keys."""

    finding: Finding
    span: Span
    first: Path | None = None


class _Stop(Exception):
    """The rest of the document is not read."""


@dataclass(slots=True)
class Parsed:
    """A document as plain data, with scalars typed as PyYAML's SafeLoader does.

    Attributes:
        data: the data; None if parsing stopped early.
        stopped: whether parsing stopped early, at a finding or at `error`.
        error: the error of libyaml, if the text is not YAML.
        findings: what is wrong in the text that was read.
        nulls: the paths of values that are null.
        odd_numbers: the paths of integers such as `010` (8) and `1:30` (90).
        split_values: values that a comma split.
    """

    data: Any = None
    stopped: bool = False
    error: yaml.YAMLError | None = None
    findings: list[ParserFinding] = field(default_factory=list)
    nulls: list[Path] = field(default_factory=list)
    odd_numbers: list[Path] = field(default_factory=list)
    split_values: list[SplitValue] = field(default_factory=list)


def parse(text: str, most_values: int = MOST_VALUES) -> Parsed:
    """Read one YAML document. Never raises: what is wrong is in the result.

    Args:
        text: the document, without a byte order mark.
        most_values: the most keys and values, with aliases expanded; one more stops parsing.
    """
    builder = _Builder(text, most_values)
    try:
        loader = yaml.CSafeLoader(text)
    except yaml.YAMLError as reason:  # the first bytes are read here already
        return Parsed(stopped=True, error=reason)
    try:
        builder.run(loader)
    except _Stop:
        builder.parsed.stopped = True
    except yaml.YAMLError as reason:
        builder.parsed.stopped = True
        builder.parsed.error = reason
    finally:
        loader.dispose()
    return builder.parsed


class _Builder:
    """Builds the data of one text, and notes what is wrong in it.

    `stack` holds the containers around the current one, each with the key of what is inside it.
    """

    def __init__(self, text: str, most_values: int) -> None:
        self.text = text
        self.most_values = most_values
        self.parsed = Parsed()
        self.stack: list[tuple[Any, Any]] = []
        self.anchors = Anchors()
        self.documents = 0

    def run(self, loader: yaml.CSafeLoader) -> None:  # noqa: C901, PLR0912, PLR0915
        """Build the data. One long loop on purpose: a call for each event would double its time."""
        get: Callable[[], Any] = loader.get_event
        top: list[Any] = []
        here: Any = top
        key: Any = _NO_KEY
        stack = self.stack
        keys: dict[str, str] = {}
        most_values = self.most_values
        anchors = self.anchors
        open_anchors = anchors.open
        count = 0
        while (event := get()) is not None:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = event.value
                implicit = event.implicit
                if implicit[0]:
                    if value[:1] in TYPED_STARTS:
                        value = plain(value)
                        if (
                            value is None
                            or type(value) is Untypable
                            or (type(value) is int and str(value) != event.value)
                        ):
                            value = self.unusual(event, value, here, key)
                elif not implicit[1]:
                    self.tagged(event, here, key)
                if event.anchor is not None:
                    anchors.values[event.anchor] = Anchored(value, 1, 0)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                if open_anchors:
                    anchors.finish(len(stack), count)
                if kind is yaml.MappingEndEvent:
                    here.pop(_IGNORED, None)
                size = len(here)
                here, key = stack.pop()
                if size > MOST_ITEMS:
                    self.check_size(event, kind, size, here)
                continue
            elif kind is yaml.AliasEvent:
                value, more = self.alias(event, here, key)
                count += more
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                value = {} if kind is yaml.MappingStartEvent else []
                if event.tag is not None:
                    self.tagged(event, here, key)
            else:
                self.frame(event)
                continue

            count += 1
            if count > most_values:
                self.stop(event, yaml_refusals.too_many_values(most_values))
            if type(here) is list:
                here.append(value)
            elif key is _NO_KEY:
                if type(value) is str and value not in here and len(value) <= LONGEST_KEY:
                    key = keys.setdefault(value, value)
                else:
                    key = self.odd_key(event, value, here)
            else:
                here[key] = value
                key = _NO_KEY

            if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                stack.append((here, key))
                if len(stack) > DEEPEST:
                    self.stop(event, TOO_DEEP)
                if open_anchors:
                    anchors.note_depth(len(stack))
                if event.anchor is not None:
                    anchors.start(event.anchor, value, len(stack), count - 1)
                here = value
                key = _NO_KEY
        self.parsed.data = top[0] if top else None

    # The loop calls the methods below only for rare events, so they may be slow.

    def path(self, here: _Container, key: object) -> Path:
        """Return the path of the value that is being read."""
        if not self.stack:
            return ()
        steps = [_last_step(container) for container, _ in self.stack[1:]]
        if type(here) is list:
            steps.append(len(here))
        elif key is not _NO_KEY:
            steps.append(key)
        return tuple(step if isinstance(step, str | int) else "?" for step in steps)

    def note(self, event: yaml.Event, finding: Finding, first: Path | None = None) -> None:
        """Note a finding at the place of an event."""
        # Nothing below a key that is not text can be found by its path.
        if "?" in finding.path:
            finding = finding._replace(path=finding.path[: finding.path.index("?")])
        self.parsed.findings.append(ParserFinding(finding, span_of(event), first))
        if len(self.parsed.findings) > MOST_PROBLEMS:
            raise _Stop

    def stop(self, event: yaml.Event, finding: Finding) -> NoReturn:
        """Note a finding and stop parsing."""
        self.note(event, finding)
        raise _Stop

    def check_size(self, event: yaml.Event, kind: type, size: int, parent: _Container) -> None:
        """Refuse a very large container; lists of profiles and of contributors may be large."""
        step = _last_step(parent)
        parts, most = "keys", MOST_KEYS
        if kind is yaml.SequenceEndEvent:
            parts, most = "items", MOST_ITEMS
            if step in _LONG_LISTS:
                return
        if size <= most:
            return
        path = self.path([], _NO_KEY)[:-1]
        if self.stack and isinstance(step, str | int):
            path = (*path, step)
        self.stop(event, yaml_refusals.too_large(size, most, parts, path))

    def frame(self, event: yaml.Event) -> None:
        """Refuse a second document in the same stream."""
        if type(event) is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self.stop(event, yaml_refusals.SECOND_DOCUMENT)

    def unusual(
        self, event: yaml.ScalarEvent, value: object, here: _Container, key: object
    ) -> object:
        """Note a null, an odd number, or a plain scalar without a type, which is read as text."""
        is_key = type(here) is dict and key is _NO_KEY
        if value is MERGE and is_key:
            return value
        path = self.path(here, key)
        if isinstance(value, Untypable):
            self.note(event, yaml_refusals.bad_scalar(event.value, value, path))
            return event.value
        if is_key or "?" in path:
            return value
        noted = self.parsed.nulls if value is None else self.parsed.odd_numbers
        if len(noted) <= MOST_PROBLEMS:
            noted.append(path)
            if value is None and isinstance(key, str) and not event.value:
                self.note_key_without_value(event, here, path)
        return value

    def note_key_without_value(self, event: yaml.ScalarEvent, here: _Container, path: Path) -> None:
        """Note a key without a value if it is a part of a value that a comma split."""
        end = event.start_mark.index if event.start_mark is not None else 0
        before = self.text[max(0, end - LONGEST_VALUE) : end]
        note_split_value(self.parsed.split_values, before, here, path)

    def tagged(
        self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, here: _Container, key: object
    ) -> None:
        """Refuse an explicit tag."""
        self.note(event, yaml_refusals.tag_not_allowed(event.tag or "", self.path(here, key)))

    def odd_key(self, event: yaml.Event, value: object, here: dict[Any, Any]) -> _Absent:
        """Note why this cannot be a key; its value is ignored."""
        if not isinstance(value, str):
            self.note(event, yaml_refusals.bad_key(event, value, self.path(here, _NO_KEY)))
            return _IGNORED
        path = self.path(here, value)
        if len(value) > LONGEST_KEY:
            self.stop(event, yaml_refusals.key_too_long(len(value), path[:-1]))
        self.note(event, yaml_refusals.duplicate_key(value, path), path)
        return _IGNORED

    def alias(self, event: yaml.AliasEvent, here: _Container, key: object) -> tuple[Any, int]:
        """Return what an alias stands for, and how many values that adds."""
        anchor = event.anchor or ""
        anchored = self.anchors.values.get(anchor)
        if anchored is None:
            is_open = anchor in self.anchors.values
            refusal = yaml_refusals.recursive_alias if is_open else yaml_refusals.unknown_alias
            self.note(event, refusal(anchor, self.path(here, key)))
            return None, 0
        depth = len(self.stack) + anchored.height
        if depth > DEEPEST:
            self.stop(event, TOO_DEEP)
        self.anchors.note_depth(depth)
        return anchored.value, anchored.size - 1


def _last_step(container: _Container) -> Any:  # noqa: ANN401 - a key may be anything
    """Return the key or the index of the last part of a container; "?" for none."""
    if isinstance(container, list):
        return len(container) - 1
    return next(reversed(container), "?")
