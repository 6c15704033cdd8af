"""YAML to plain data in one loop over libyaml's events, seeing on the way what a document may not hold.

Building data straight from the events takes an eighth of the time of `yaml.load`, and notices what
`yaml.load` hides: duplicate keys, merge keys, tags, and aliases that expand without end. Nothing
that is refused is ever expanded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn

import yaml

from profiles_management.pmr.cuts import LONGEST_CUT, Cut, note_cut
from profiles_management.pmr.effort import MOST_PROBLEMS, MOST_VALUES
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.names import quoted, shortened
from profiles_management.pmr.positions import Span, span_of
from profiles_management.pmr.scalars import MERGE, TYPED_STARTS, Untypable, described, plain

DEEPEST: Final = 32
MOST_KEYS: Final = 20_000
MOST_ITEMS: Final = 1_000
LONGEST_KEY: Final = 1_024
"""Characters; what YAML allows a key that stands before its colon without a question mark."""
_LONG_LISTS: Final = frozenset({"profiles", "contributors"})


_Container = list[Any] | dict[Any, Any]


class _Absent:
    """Stands where no key is."""


_NO_KEY: Final = _Absent()
_IGNORED: Final = _Absent()
_OPEN: Final = _Absent()


class ParserFinding(NamedTuple):
    """A finding of the parser and its place. `first` is the path of a key that is there twice."""

    finding: Finding
    span: Span
    first: Path | None = None


class _Stop(Exception):
    """The rest of the document is not looked at."""


class _Anchored(NamedTuple):
    value: Any
    size: int  # values in it, aliases expanded
    height: int  # containers in it, one in another


@dataclass(slots=True)
class _Anchor:
    name: str
    value: Any
    level: int
    before: int
    deepest: int


@dataclass(slots=True)
class Parsed:
    """A document as plain data, with scalars typed as SafeLoader does.

    `data` is None if parsing stopped early: at a slip, or because of `error`, where the text is no
    YAML. `slips` are what was found until then, `nulls` the paths of values that are null,
    `odd_numbers` those of integers such as `010` (8) and `1:30` (90), `cuts` texts that a comma cut
    in pieces.
    """

    data: Any = None
    empty: bool = True
    stopped: bool = False
    error: yaml.YAMLError | None = None
    slips: list[ParserFinding] = field(default_factory=list)
    nulls: list[Path] = field(default_factory=list)
    odd_numbers: list[Path] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)


def parse(text: str, most_values: int = MOST_VALUES) -> Parsed:
    """Read one YAML document. Never raises: what is wrong is in the result.

    Args:
        text: the document, without a byte order mark.
        most_values: keys and values that it may hold, aliases expanded; at one more, reading stops.
    """
    builder = _Builder(text, most_values)
    try:
        loader = yaml.CSafeLoader(text)
    except yaml.YAMLError as reason:  # the first bytes are read here already
        return Parsed(stopped=True, error=reason)
    try:
        builder.run(loader)
    except (_Stop, yaml.YAMLError) as reason:
        builder.parsed.stopped = True
        builder.parsed.error = reason if isinstance(reason, yaml.YAMLError) else None
    finally:
        loader.dispose()
    return builder.parsed


class _Builder:
    """The container that is being filled, those around it, and what was found so far."""

    def __init__(self, text: str, most_values: int) -> None:
        self.text = text
        self.most_values = most_values
        self.parsed = Parsed()
        self.stack: list[tuple[Any, Any]] = []
        self.anchors: dict[str, _Anchored | _Absent] = {}
        self.open_anchors: list[_Anchor] = []
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
                    self.anchors[event.anchor] = _Anchored(value, 1, 0)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                if self.open_anchors:
                    self.close_anchors(len(stack), count)
                if kind is yaml.MappingEndEvent:
                    here.pop(_IGNORED, None)
                size = len(here)
                here, key = stack.pop()
                if size > MOST_ITEMS:
                    self.long(event, kind, size, here)
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
                self.stop(event, _too_many(most_values))
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
                    self.stop(event, _TOO_DEEP)
                if event.anchor is not None or self.open_anchors:
                    self.open_anchor(event, value, count)
                here = value
                key = _NO_KEY
        self.parsed.empty = not top
        self.parsed.data = top[0] if top else None

    # What follows is rare, so it may take its time.

    def path(self, here: _Container, key: object) -> Path:
        """Return the path of the value that is being read."""
        if not self.stack:
            return ()
        above = [
            len(one) - 1 if type(one) is list else next(reversed(one), "?")
            for one, _ in self.stack[1:]
        ]
        if type(here) is list:
            above.append(len(here))
        elif key is not _NO_KEY:
            above.append(key)
        return tuple(part if isinstance(part, str | int) else "?" for part in above)

    def slip(self, event: yaml.Event, finding: Finding, first: Path | None = None) -> None:
        """Note a finding at the place of an event."""
        # inside of something that is no key: nobody will find it by its path
        if "?" in finding.path:
            finding = finding._replace(path=finding.path[: finding.path.index("?")])
        self.parsed.slips.append(ParserFinding(finding, span_of(event), first))
        if len(self.parsed.slips) > MOST_PROBLEMS:
            raise _Stop

    def stop(self, event: yaml.Event, finding: Finding) -> NoReturn:
        """Note a finding after which the rest is not worth reading."""
        self.slip(event, finding)
        raise _Stop

    def long(self, event: yaml.Event, kind: type, size: int, around: _Container) -> None:
        """Refuse a container with more in it than anybody writes; lists of profiles and of contributors may be long."""
        is_list = kind is yaml.SequenceEndEvent
        key = next(reversed(around), None) if isinstance(around, dict) else len(around) - 1
        what, most = ("items", MOST_ITEMS) if is_list else ("keys", MOST_KEYS)
        if size <= most or (is_list and key in _LONG_LISTS):
            return
        path = self.path([], _NO_KEY)[:-1]
        path = (*path, key) if self.stack and isinstance(key, str | int) else path
        finding = Finding(
            "too-many-values",
            f"this has {size:,} {what}, at most {most:,} are read",
            _CHECK_FILE,
            path,
        )
        self.stop(event, finding)

    def frame(self, event: yaml.Event) -> None:
        """Refuse a second document in the same stream."""
        if type(event) is yaml.DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                self.stop(event, _SECOND_DOCUMENT)

    def unusual(
        self, event: yaml.ScalarEvent, value: object, here: _Container, key: object
    ) -> object:
        """Note a null, an odd number, or a plain scalar that YAML cannot type; the latter is taken as text."""
        is_key = type(here) is dict and key is _NO_KEY
        if value is MERGE and is_key:
            return value
        if isinstance(value, Untypable):
            what = f"{shortened(event.value)} {value.what}"
            remedy = "mend it, or put it into double quotes if it is text"
            self.slip(event, Finding("bad-scalar", what, remedy, self.path(here, key)))
            return event.value
        odd = self.parsed.nulls if value is None else self.parsed.odd_numbers
        path = self.path(here, key)
        if not is_key and len(odd) <= MOST_PROBLEMS and "?" not in path:
            odd.append(path)
            if value is None and isinstance(key, str) and not event.value:
                end = event.start_mark.index if event.start_mark is not None else 0
                note_cut(self.parsed.cuts, self.text[max(0, end - LONGEST_CUT) : end], here, path)
        return value

    def tagged(
        self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, here: _Container, key: object
    ) -> None:
        """Refuse an explicit tag."""
        tag = (event.tag or "").replace("tag:yaml.org,2002:", "!!")
        what = f"the tag {shortened(tag)} is not allowed"
        self.slip(
            event,
            Finding("tag", what, "remove it; quote the value if it is text", self.path(here, key)),
        )

    def odd_key(self, event: yaml.Event, value: object, here: dict[Any, Any]) -> _Absent:
        """Say why this is no key; what it is the key of is ignored."""
        path = self.path(here, value if isinstance(value, str) else _NO_KEY)
        if isinstance(value, str) and len(value) > LONGEST_KEY:
            what = f"this key has {len(value):,} characters, at most {LONGEST_KEY:,} are read"
            self.stop(event, Finding("bad-key", what, _CHECK_FILE, path[:-1]))
        if isinstance(value, str):
            finding = Finding(
                "duplicate-key", f"the key {quoted(value)} is there twice", "keep one of them", path
            )
        elif value is MERGE:
            remedy = "write the keys out, or put what all profiles share under defaults"
            finding = Finding("merge-key", 'the merge key "<<" is not allowed', remedy, path)
        elif isinstance(value, dict | list):
            finding = Finding(
                "bad-key", "a key must be text, this is a mapping or a list", _SIMPLE_KEY, path
            )
        else:
            written = event.value if isinstance(event, yaml.ScalarEvent) else str(value)
            what = f"a key must be text, YAML reads {written or 'this'} as {described(value)}"
            finding = Finding("bad-key", what, f'write: "{written}":', path)
        self.slip(event, finding, path if isinstance(value, str) else None)
        return _IGNORED

    def alias(self, event: yaml.AliasEvent, here: _Container, key: object) -> tuple[Any, int]:
        """Return what an alias stands for, and how many values more that makes."""
        name = event.anchor or ""
        found = self.anchors.get(name)
        if isinstance(found, _Anchored):
            if len(self.stack) + found.height > DEEPEST:
                self.stop(event, _TOO_DEEP)
            if self.open_anchors:
                anchor = self.open_anchors[-1]
                anchor.deepest = max(anchor.deepest, len(self.stack) - anchor.level + found.height)
            return found.value, found.size - 1
        name = f"*{shortened(name)}"
        if found is _OPEN:
            finding = Finding(
                "recursive-alias", f"{name} contains itself", "write it out", self.path(here, key)
            )
        else:
            remedy = f'write: "{name}" if this is text, or name it with & before'
            finding = Finding(
                "unknown-alias", f"nothing is called {name}", remedy, self.path(here, key)
            )
        self.slip(event, finding)
        return None, 0

    def open_anchor(self, event: yaml.CollectionStartEvent, value: object, count: int) -> None:
        """Start to measure a container that has a name, and the innermost of those around it."""
        level = len(self.stack)
        if self.open_anchors:
            anchor = self.open_anchors[-1]
            anchor.deepest = max(anchor.deepest, level - anchor.level)
        if event.anchor is not None:
            self.anchors[event.anchor] = _OPEN
            self.open_anchors.append(_Anchor(event.anchor, value, level, count - 1, 0))

    def close_anchors(self, level: int, count: int) -> None:
        """Keep a container that has a name, and its size, for the aliases that follow."""
        anchor = self.open_anchors[-1]
        if anchor.level == level:
            self.open_anchors.pop()
            if self.open_anchors:
                around = self.open_anchors[-1]
                around.deepest = max(around.deepest, level - around.level + anchor.deepest)
            self.anchors[anchor.name] = _Anchored(
                anchor.value, count - anchor.before, anchor.deepest + 1
            )


_SIMPLE_KEY: Final = "write a simple key; was a template such as {{ name }} left over?"
_CHECK_FILE: Final = "check that the file is what it should be"


def _too_many(most: int) -> Finding:
    what = f"aliases expanded, this holds more than {most:,} values"
    return Finding("too-many-values", what, "write a smaller document")


_TOO_DEEP: Final = Finding(
    "too-deep", f"this is nested more than {DEEPEST} levels deep", "write it flatter"
)
_SECOND_DOCUMENT: Final = Finding(
    "several-documents",
    "a second document starts here",
    "put all profiles into one document, under one profiles key",
)
