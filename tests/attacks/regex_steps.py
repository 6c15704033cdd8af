"""How many steps a regular expression takes: a matcher that backtracks like Python's and counts.

It covers what the patterns of this project use, without case and without the shortcuts of `re`, so
it counts a little more than `re` does. Texts that make a pattern work are made of the pattern
itself.
"""

import re
from collections.abc import Callable, Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

Continue = Callable[[int], bool]

_PROBES: Final = 'a0-. :/@<["\\\n'
_ENDS: Final = ("", "\x00")
_LEAST_REPEAT: Final = 16


class TooManySteps(Exception):
    """The limit was reached."""


class Steps:
    """Counts the steps of searches for one pattern."""

    def __init__(self, pattern: str, flags: int, most: int) -> None:
        self.tree = list(parser.parse(pattern, flags))
        self.flags = parser.parse(pattern, flags).state.flags
        self.most = most
        self.steps = 0
        self.text = ""
        self.groups: dict[int, tuple[int, int]] = {}

    def search_all(self, text: str) -> int:
        """Return the steps of looking for every match in a text, as `finditer` and `sub` do."""
        self.text, self.steps = text, 0
        start = 0
        while start <= len(text):
            self.groups = {}
            ends: list[int] = []
            if self.run(self.tree, 0, start, lambda end, ends=ends: not ends.append(end)):  # type: ignore[misc]
                start = max(ends[0], start + 1)
            else:
                start += 1
        return self.steps

    def match(self, text: str) -> int:
        """Return the steps of looking for a match of a whole text, as `fullmatch` does."""
        self.text, self.steps, self.groups = text, 0, {}
        self.run(self.tree, 0, 0, lambda end: end == len(text))
        return self.steps

    def run(self, nodes: list[Any], index: int, at: int, then: Continue) -> bool:
        """Match nodes from an index on, then the continuation."""
        self.steps += 1
        if self.steps > self.most:
            raise TooManySteps
        if index == len(nodes):
            return then(at)
        kind, value = nodes[index]
        rest: Continue = lambda end: self.run(nodes, index + 1, end, then)  # noqa: E731
        if is_single(kind):
            return at < len(self.text) and self.fits(kind, value, self.text[at]) and rest(at + 1)
        return bool(getattr(self, f"_{str(kind).lower()}")(value, at, rest))

    def fits(self, kind: Any, value: Any, mark: str) -> bool:
        """Return whether one character fits a node for one character."""
        if kind is sre.ANY:
            return bool(self.flags & re.DOTALL) or mark != "\n"
        if kind is sre.IN:
            negate = value[0][0] is sre.NEGATE
            return negate != any(self.fits(*part, mark) for part in value[negate:])
        same = {mark, mark.lower(), mark.upper()} if self.flags & re.IGNORECASE else {mark}
        if kind is sre.RANGE:
            return any(len(one) == 1 and value[0] <= ord(one) <= value[1] for one in same)
        if kind is sre.CATEGORY:
            return re.match(_CATEGORIES[value], mark) is not None
        return (kind is sre.LITERAL) == (chr(value) in same)

    def _subpattern(self, value: Any, at: int, rest: Continue) -> bool:
        group, _, _, inner = value

        def close(end: int) -> bool:
            before = self.groups.get(group)
            self.groups[group] = (at, end)
            if rest(end):
                return True
            self.groups.pop(group) if before is None else self.groups.update({group: before})
            return False

        return self.run(list(inner), 0, at, close)

    def _branch(self, value: Any, at: int, rest: Continue) -> bool:
        return any(self.run(list(branch), 0, at, rest) for branch in value[1])

    def _groupref(self, group: int, at: int, rest: Continue) -> bool:
        start, end = self.groups[group]
        return self.text.startswith(self.text[start:end], at) and rest(at + end - start)

    def _at(self, value: Any, at: int, rest: Continue) -> bool:
        text = self.text
        is_word = [
            0 <= place < len(text) and re.match(r"\w", text[place]) is not None
            for place in (at - 1, at)
        ]
        many = bool(self.flags & re.MULTILINE)
        holds = {
            sre.AT_BEGINNING: at == 0 or (many and text[at - 1] == "\n"),
            sre.AT_BEGINNING_STRING: at == 0,
            sre.AT_END: at == len(text) or text[at:] == "\n" or (many and text[at] == "\n"),
            sre.AT_END_STRING: at == len(text),
            sre.AT_BOUNDARY: is_word[0] != is_word[1],
            sre.AT_NON_BOUNDARY: is_word[0] == is_word[1],
        }
        return holds[value] and rest(at)

    def _assert(self, value: Any, at: int, rest: Continue) -> bool:
        return self._looks(value, at) and rest(at)

    def _assert_not(self, value: Any, at: int, rest: Continue) -> bool:
        return not self._looks(value, at) and rest(at)

    def _looks(self, value: Any, at: int) -> bool:
        direction, inner = value
        if direction > 0:
            return self.run(list(inner), 0, at, lambda _: True)
        width = inner.getwidth()[0]
        return at >= width and self.run(list(inner), 0, at - width, lambda end: end == at)

    def _atomic_group(self, inner: Any, at: int, rest: Continue) -> bool:
        ends: list[int] = []
        return self.run(list(inner), 0, at, lambda end: not ends.append(end)) and rest(ends[0])  # type: ignore[func-returns-value]

    def _possessive_repeat(self, value: Any, at: int, rest: Continue) -> bool:
        least, most, inner = value
        count = 0
        while count < most:
            ends: list[int] = []
            if not self.run(list(inner), 0, at, lambda end, ends=ends: not ends.append(end)):  # type: ignore[misc]
                break
            count += 1
            if ends[0] == at:
                break
            at = ends[0]
        return count >= least and rest(at)

    def _max_repeat(self, value: Any, at: int, rest: Continue) -> bool:
        least, most, inner = value
        if len(inner) == 1 and is_single(inner[0][0]):
            end = at
            while end - at < most and end < len(self.text) and self.fits(*inner[0], self.text[end]):
                end += 1
            self.steps += end - at
            return any(rest(place) for place in range(end, at + least - 1, -1))

        def again(place: int, count: int) -> bool:
            more = count < most and self.run(
                list(inner),
                0,
                place,
                lambda end: (end > place or count < least) and again(end, count + 1),
            )
            return more or (count >= least and rest(place))

        return again(at, 0)

    def _min_repeat(self, value: Any, at: int, rest: Continue) -> bool:
        least, most, inner = value

        def again(place: int, count: int) -> bool:
            if count >= least and rest(place):
                return True
            return count < most and self.run(
                list(inner), 0, place, lambda end: end > place and again(end, count + 1)
            )

        return again(at, 0)


_CATEGORIES: Final = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def is_single(kind: Any) -> bool:
    """Return whether a node matches a single character."""
    return kind in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)


def hostile_texts(pattern: str, flags: int, length: int) -> Iterator[str]:
    """Yield texts of about this length that repeat one part of the pattern, to cause many steps."""
    parts = {*_PROBES, *_pumps(list(parser.parse(pattern, flags)), "")}
    for part in sorted(parts):
        prefix, _, pump = part.rpartition("\x01")
        for end in _ENDS:
            yield prefix + pump * max(1, length // len(pump)) + end


def _pumps(nodes: list[Any], before: str) -> Iterator[str]:
    """Yield for each repeat the text before it, and the repeated part."""
    for kind, value in nodes:
        if kind in _REPEATS and value[1] >= _LEAST_REPEAT:
            body = "".join(map(_sample, value[2]))
            for pump in {body, before + body} - {""}:
                yield f"{before}\x01{pump}"
        for inner in _inside(kind, value):
            yield from _pumps(inner, before)
        before += _sample((kind, value))


def _inside(kind: Any, value: Any) -> list[list[Any]]:
    if kind in _REPEATS:
        return [list(value[2])]
    if kind is sre.SUBPATTERN:
        return [list(value[3])]
    if kind is sre.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return [list(value[1])]
    return [list(value)] if kind is sre.ATOMIC_GROUP else []


def _sample(node: Any) -> str:
    """Return a text that a node matches."""
    kind, value = node
    if is_single(kind):
        looker = Steps("", 0, 1)
        marks = (
            [chr(value)]
            if kind is sre.LITERAL
            else map(chr, (97, 48, 45, *range(32, 127), 233, *range(1, 0x3000)))
        )
        return next((mark for mark in marks if looker.fits(kind, value, mark)), "")
    if kind in _REPEATS:
        return "".join(map(_sample, value[2])) * min(max(1, value[0]), value[1])
    if kind in (sre.ASSERT, sre.ASSERT_NOT, sre.AT, sre.GROUPREF):
        return ""
    inner = _inside(kind, value)
    return "".join(map(_sample, inner[0])) if inner else ""
