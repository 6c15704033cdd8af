"""Mistakes in a text that is not YAML, which libyaml notices only later or elsewhere."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, TypeGuard

import yaml

from profiles_management.pmr.diagnosis import is_known_key
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.positions import Span, span_of_mark
from profiles_management.pmr.remedies import page_finding

MOST_TOKENS: Final = 500_000
"""The most tokens of a text that is read again to explain what is wrong."""

_LONGEST_LINE: Final = 1_000  # a longer line was not typed by hand
_LINK: Final = re.compile(r"\[(?P<text>[^\[\]\n]++)\]\((?:mailto:)?[^()\[\]\n]++\)")
_COMMENT: Final = re.compile(r"(?<=\s)#\S.*[}\]].*")
_LAST_WORD: Final = re.compile(r"(?<=[\s;,])(?P<key>[A-Za-z_]\w*)$")
_BARE_WORD: Final = re.compile(r"\s*+(?:- ++)*+(?P<key>[A-Za-z_]\w*+)\s*+[;,.]?\s*+")
_NO_SPACE: Final = re.compile(r"\s*+(?:- ++)*+(?P<key>[A-Za-z_]\w*+):(?P<value>[^\s:].*)")
_QUOTES: Final = ("'", '"')


@dataclass(frozen=True)
class Broken:
    """The place where a text stops being YAML.

    Attributes:
        message: the message of libyaml.
        text: the whole text.
        line: the line at which libyaml stopped.
        column: the column there; both count from 0.
        started: the start of what libyaml was reading; None where it does not say.
    """

    message: str
    text: str
    line: int
    column: int
    started: Span | None

    def says(self, *parts: str) -> bool:
        """Return whether the message contains one of these texts."""
        return any(part in self.message for part in parts)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()

    def line_at(self, number: int) -> str:
        """Return a line; '' where there is none, or where it is too long."""
        if not 0 <= number < len(self.lines):
            return ""
        line = self.lines[number]
        return line if len(line) <= _LONGEST_LINE else ""

    @cached_property
    def line_above(self) -> int:
        """The number of the closest line above with text; -1 where there is none."""
        above = range(self.line - 1, -1, -1)
        return next((number for number in above if self.lines[number].strip()), -1)

    @property
    def next_character(self) -> str:
        """The character at which libyaml stopped, '' at the end of a line."""
        return self.line_at(self.line)[self.column : self.column + 1]


def likely_mistake(broken: Broken) -> UnlocatedProblem | None:
    """Return the mistake that explains an error, None where the error explains itself."""
    return next(filter(None, (check(broken) for check in _CHECKS)), None)


def _problem(line: int, column: int, width: int, what: str, remedy: str) -> UnlocatedProblem:
    span = Span(line, column, width)
    return UnlocatedProblem((), Finding("not-yaml", what, remedy), span=span)


def _page(broken: Broken) -> UnlocatedProblem | None:
    page = page_finding(broken.text)
    if page is None:
        return None
    return UnlocatedProblem((), page, span=Span(0, 0, len(broken.lines[0])))


def _link(broken: Broken) -> UnlocatedProblem | None:
    link = _LINK.search(broken.line_at(broken.line))
    if link is None:
        return None
    what, remedy = "this is a link of Markdown", f"write: {link['text']}"
    return _problem(broken.line, link.start(), len(link[0]), what, remedy)


def _has_known_key(match: re.Match[str] | None) -> TypeGuard[re.Match[str]]:
    """Return whether a pattern matches, and its key is one of a document."""
    return match is not None and is_known_key(match["key"])


def _two_pairs(broken: Broken) -> UnlocatedProblem | None:
    """Check for a known key that follows a value: `name: ann role: edit`, in braces or not."""
    line = broken.line_at(broken.line)
    word = _LAST_WORD.search(line[: broken.column].rstrip())
    if broken.next_character != ":" or not _has_known_key(word):
        return None
    if not line[: word.start()].strip(" -"):
        return None
    key = quoted(word["key"])
    if broken.says("expected ',' or '}'"):
        what, remedy = f"a comma is missing before {key}", "add a comma"
    elif broken.says("mapping values"):
        what, remedy = f"a new line is missing before {key}", f"write {key} on a line of its own"
    else:
        return None
    return _problem(broken.line, word.start("key"), len(word["key"]), what, remedy)


def _wrong_bracket(broken: Broken) -> UnlocatedProblem | None:
    bracket = broken.next_character
    if not broken.says("expected ',' or") or bracket not in ("]", "}"):
        return None
    expected = "}" if broken.says("'}'") else "]"
    what = f"{quoted(bracket)} closes nothing here, {quoted(expected)} is expected"
    remedy = f"write {expected} before it, or remove it"
    return _problem(broken.line, broken.column, 1, what, remedy)


def _comment_in_braces(broken: Broken) -> UnlocatedProblem | None:
    started = broken.started
    if started is None or not broken.says("expected ',' or"):
        return None
    comment = _COMMENT.search(broken.line_at(started.line), started.column)
    if comment is None:
        return None
    what = "from # on, the rest of this line is a comment"
    remedy = "put the value with the # into double quotes"
    return _problem(started.line, comment.start(), len(comment[0]), what, remedy)


def _no_space_after_colon(broken: Broken) -> UnlocatedProblem | None:
    """Check for `role:edit`, which YAML reads as text, where it stops or on the line above."""
    if not broken.says("mapping values", "could not find expected ':'"):
        return None
    for number in (broken.line, broken.line_above):
        pair = _NO_SPACE.fullmatch(broken.line_at(number))
        if _has_known_key(pair):
            key, value = pair["key"], pair["value"].strip()
            what = f"there is no space after {quoted(f'{key}:')}"
            remedy = f"write: {key}: {value}"
            return _problem(number, pair.start("key"), len(key) + 1, what, remedy)
    return None


def _colon_missing_above(broken: Broken) -> UnlocatedProblem | None:
    """Check for a known key alone on the line above, which YAML joins with the next line."""
    if not broken.says("mapping values"):
        return None
    word = _BARE_WORD.fullmatch(broken.line_at(broken.line_above))
    if not _has_known_key(word):
        return None
    what, remedy = f"there is no colon after {quoted(word['key'])}", f"write: {word['key']}:"
    return _problem(broken.line_above, word.start("key"), len(word["key"]), what, remedy)


def _quote_over_lines(broken: Broken) -> UnlocatedProblem | None:
    """Check for a quote that is not closed on its line and ends at the next quote."""
    if not broken.says("expected key", "expected ',' or"):
        return None
    last = _last_quoted(broken)
    if last is None or last.start_mark.line == last.end_mark.line:
        return None
    if last.end_mark.line != broken.line:
        return None
    span = span_of_mark(broken.text, last.start_mark)
    what = f"this quote is closed only on line {last.end_mark.line + 1}"
    return _problem(span.line, span.column, 1, what, "close it on its own line")


def _last_quoted(broken: Broken) -> yaml.ScalarToken | None:
    """Return the last text in quotes that begins up to the line where libyaml stopped."""
    last: yaml.ScalarToken | None = None
    with suppress(yaml.YAMLError):
        for token in islice(yaml.scan(broken.text, Loader=yaml.CSafeLoader), MOST_TOKENS):
            if token.start_mark.line > broken.line:
                break
            if isinstance(token, yaml.ScalarToken) and token.style in _QUOTES:
                last = token
    return last


_CHECKS: Final = (
    _page,
    _link,
    _two_pairs,
    _wrong_bracket,
    _comment_in_braces,
    _no_space_after_colon,
    _colon_missing_above,
    _quote_over_lines,
)
