"""Slips behind a text that is no YAML, where libyaml notices them later than they were made, or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Final, NamedTuple

import yaml

from profiles_management.pmr.diagnosis import is_known_key
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding
from profiles_management.pmr.names import quoted
from profiles_management.pmr.positions import Span, span_of_mark
from profiles_management.pmr.remedies import page_finding

MOST_TOKENS: Final = 500_000
"""Of a text that is read again to explain what is wrong with it."""

_LONGEST_LINE: Final = 1_000  # a longer line was not typed by hand
_LINK: Final = re.compile(r"\[(?P<text>[^\[\]\n]++)\]\((?:mailto:)?[^()\[\]\n]++\)")
_COMMENT: Final = re.compile(r"(?<=\s)#\S.*[}\]].*")
_LAST_WORD: Final = re.compile(r"(?<=[\s;,])(?P<key>[A-Za-z_]\w*)$")
_BARE_WORD: Final = re.compile(r"\s*+(?:- ++)*+(?P<key>[A-Za-z_]\w*+)\s*+[;,.]?\s*+")
_NO_SPACE: Final = re.compile(r"\s*+(?:- ++)*+(?P<key>[A-Za-z_]\w*+):(?P<value>[^\s:].*)")
_QUOTES: Final = ("'", '"')


class Broken(NamedTuple):
    """Where a text stops being YAML.

    Attributes:
        said: libyaml's words.
        text: the whole text.
        line: the line at which libyaml stopped.
        column: the column there; both count from 0.
        started: where that began which libyaml was reading; None where it does not say.
    """

    said: str
    text: str
    line: int
    column: int
    started: Span | None


def slip(broken: Broken) -> UnlocatedProblem | None:
    """Return the problem for a slip that explains an error, None where the error explains itself."""
    return next(
        (problem for problem in _slips(broken, broken.text.splitlines()) if problem is not None),
        None,
    )


def _slips(broken: Broken, lines: list[str]) -> Iterator[UnlocatedProblem | None]:
    page = page_finding(broken.text)
    yield UnlocatedProblem((), page, span=Span(0, 0, len(lines[0]))) if page is not None else None
    line = lines[broken.line] if broken.line < len(lines) else ""
    if len(line) <= _LONGEST_LINE:
        yield _link(broken, line)
        yield _two_pairs(broken, line)
        yield _wrong_bracket(broken, line)
    if (
        broken.started is not None
        and len(lines[broken.started.line : broken.started.line + 1] or [""]) <= _LONGEST_LINE
    ):
        yield _comment_in_braces(broken, lines)
    yield _no_space_after_colon(broken, lines)
    yield _colon_missing_above(broken, lines)
    yield _quote_over_lines(broken)


def _at(line: int, column: int, width: int, what: str, remedy: str) -> UnlocatedProblem:
    return UnlocatedProblem((), Finding("not-yaml", what, remedy), span=Span(line, column, width))


def _link(broken: Broken, line: str) -> UnlocatedProblem | None:
    link = _LINK.search(line)
    if link is None:
        return None
    return _at(
        broken.line,
        link.start(),
        len(link[0]),
        "this is a link of Markdown",
        f"write: {link['text']}",
    )


def _two_pairs(broken: Broken, line: str) -> UnlocatedProblem | None:
    """Look for a known key that follows a value: `name: ann role: edit`, in braces or not."""
    in_braces = "expected ',' or '}'" in broken.said
    word = _LAST_WORD.search(line[: broken.column].rstrip())
    if (
        not (in_braces or "mapping values" in broken.said)
        or word is None
        or not is_known_key(word["key"])
    ):
        return None
    if line[broken.column : broken.column + 1] != ":" or not line[: word.start()].strip(" -"):
        return None
    what = f"a {'comma' if in_braces else 'new line'} is missing before {quoted(word['key'])}"
    remedy = "add a comma" if in_braces else f"write {quoted(word['key'])} on a line of its own"
    return _at(broken.line, word.start("key"), len(word["key"]), what, remedy)


def _wrong_bracket(broken: Broken, line: str) -> UnlocatedProblem | None:
    found = line[broken.column : broken.column + 1]
    if "expected ',' or" not in broken.said or found not in {"]", "}"}:
        return None
    meant = "}" if "'}'" in broken.said else "]"
    what = f"{quoted(found)} closes nothing here, {quoted(meant)} is expected"
    return _at(broken.line, broken.column, 1, what, f"write {meant} before it, or remove it")


def _comment_in_braces(broken: Broken, lines: list[str]) -> UnlocatedProblem | None:
    started = broken.started
    if started is None or "expected ',' or" not in broken.said or started.line >= len(lines):
        return None
    comment = _COMMENT.search(lines[started.line], started.column)
    if comment is None:
        return None
    what, remedy = (
        "from # on, the rest of this line is a comment",
        "put the value with the # into double quotes",
    )
    return _at(started.line, comment.start(), len(comment[0]), what, remedy)


def _no_space_after_colon(broken: Broken, lines: list[str]) -> UnlocatedProblem | None:
    """Look for `role:edit`, which YAML reads as text, where it stops or on the line above."""
    if "mapping values" not in broken.said and "could not find expected ':'" not in broken.said:
        return None
    for number in (broken.line, _line_above(broken, lines)):
        if number is None or number >= len(lines) or len(lines[number]) > _LONGEST_LINE:
            continue
        pair = _NO_SPACE.fullmatch(lines[number])
        if pair is not None and is_known_key(pair["key"]):
            key, value = pair["key"], pair["value"].strip()
            start, width = pair.start("key"), len(key) + 1
            what = f"there is no space after {quoted(f'{key}:')}"
            return _at(number, start, width, what, f"write: {key}: {value}")
    return None


def _line_above(broken: Broken, lines: list[str]) -> int | None:
    return next(
        (number for number in range(broken.line - 1, -1, -1) if lines[number].strip()), None
    )


def _colon_missing_above(broken: Broken, lines: list[str]) -> UnlocatedProblem | None:
    """Look for a line above that is a known key and nothing else, which YAML joins with the next line."""
    if "mapping values" not in broken.said:
        return None
    above = _line_above(broken, lines)
    word = (
        _BARE_WORD.fullmatch(lines[above])
        if above is not None and len(lines[above]) <= _LONGEST_LINE
        else None
    )
    if above is None or word is None or not is_known_key(word["key"]):
        return None
    start, what = word.start("key"), f"there is no colon after {quoted(word['key'])}"
    return _at(above, start, len(word["key"]), what, f"write: {word['key']}:")


def _quote_over_lines(broken: Broken) -> UnlocatedProblem | None:
    """Look for a quote that was not closed on its line, and so ended at the next one, where libyaml stopped."""
    if "expected key" not in broken.said and "expected ',' or" not in broken.said:
        return None
    last: yaml.ScalarToken | None = None
    with suppress(yaml.YAMLError):
        for token in islice(yaml.scan(broken.text, Loader=yaml.CSafeLoader), MOST_TOKENS):
            if token.start_mark.line > broken.line:
                break
            if isinstance(token, yaml.ScalarToken) and token.style in _QUOTES:
                last = token
    if last is None or last.end_mark.line != broken.line or last.start_mark.line == broken.line:
        return None
    span = span_of_mark(broken.text, last.start_mark)
    what = f"this quote is closed on line {last.end_mark.line + 1} only"
    return _at(span.line, span.column, 1, what, "close it on its own line")
