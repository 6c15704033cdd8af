"""The places of problems: a second pass over the text, made only where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from pydantic_core import ErrorDetails

from profiles_management.pmr.confusables import explained
from profiles_management.pmr.diagnosis import words
from profiles_management.pmr.document_limits import MOST_PROBLEMS
from profiles_management.pmr.finding_problems import as_problem
from profiles_management.pmr.model import Finding, Path, path_text
from profiles_management.pmr.names import escaped
from profiles_management.pmr.positions import Span, Spot, lines_at, locate, lookup
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.redaction import masked

_LONGEST_EXCERPT = 300
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # as `splitlines` has them
_LONGEST_EXPLAINED = 400  # characters of a value that are searched for an explanation
_DECISIVE = {
    "alias",
    "bad-scalar",
    "empty-value",
    "merge-key",
    "not-indented",
    "odd-number",
    "recursive-alias",
    "tag",
    "unknown-alias",
}
"""Where one of these is reported, other problems of the same place follow from it."""


_OF_TEXT = ("bad-", "not-", "unknown-")
_NOT_OF_TEXT = {"bad-user", "not-utf-8", "not-yaml"}
"""Codes of findings about a text that is wrong; these three already look at its characters."""


class UnlocatedProblem(NamedTuple):
    """A problem whose line and column are not known yet.

    Attributes:
        path: the path from the top of the document.
        finding: what is wrong; None where `error` says it.
        error: the error of pydantic, if it is one.
        span: the place, if the parser knows it.
        first: the path of an earlier part that this one conflicts with.
    """

    path: Path
    finding: Finding | None = None
    error: ErrorDetails | None = None
    span: Span | None = None
    first: Path | None = None

    @property
    def code(self) -> str:
        """The code of the finding, or the type of the error of pydantic."""
        if self.finding is not None:
            return self.finding.code
        return "" if self.error is None else self.error["type"]

    @property
    def weight(self) -> int:
        """The number of findings in it."""
        if self.error is None or self.error["type"] != "refused":
            return 1
        return len(self.error["ctx"]["findings"])


def located(
    unlocated: Iterable[UnlocatedProblem], text: str, file: str, *, whole: bool = True
) -> list[Problem]:
    """Return the problems with their places, in the order of the text.

    Args:
        unlocated: what is wrong in a document.
        text: the document.
        file: the name of the document in the problems.
        whole: False if reading stopped at the last problem; the text after it may be hostile.
    """
    kept, is_cut = _limited(unlocated)
    if not kept:
        return []
    spots = locate(text if whole else _until(text, kept[-1].span), _paths(kept))
    places = [*_places(kept, spots)]
    lines = lines_at(text, {place.span.line for place in places})
    file = escaped(file)
    problems = dict.fromkeys(_problem(place, lines, file, is_empty=not text) for place in places)
    ordered = sorted(problems, key=lambda problem: problem.where)
    if len(ordered) <= MOST_PROBLEMS and not is_cut:
        return ordered
    shown = ordered[:MOST_PROBLEMS]
    return [*shown, _too_many(shown[-1].where)]


def _limited(problems: Iterable[UnlocatedProblem]) -> tuple[list[UnlocatedProblem], bool]:
    """Return the problems up to the limit, and whether there are more."""
    kept: list[UnlocatedProblem] = []
    left = MOST_PROBLEMS
    for problem in problems:
        if left <= 0:
            return kept, True
        kept.append(problem)
        left -= problem.weight
    return kept, False


def _too_many(last: Where) -> Problem:
    what = f"there are more than {MOST_PROBLEMS:,} problems; the rest was not checked"
    remedy = "fix these first, or check that the file is what it should be"
    return Problem("too-many-problems", what, last, remedy, names_nobody=True)


def _until(text: str, span: Span | None) -> str:
    """Return the text up to a place, which may be after its last line."""
    if span is None:
        return ""
    start = 0
    for _ in range(span.line):
        end = _LINE_END.search(text, start)
        if end is None:
            return text
        start = end.end()
    return text[: start + span.column + 1]


def _paths(problems: Sequence[UnlocatedProblem]) -> list[Path]:
    """Return the paths of everything whose place is needed."""
    paths = [problem.path for problem in problems]
    paths += [finding.path for finding in findings_of(problems)]
    return paths + [problem.first for problem in problems if problem.first is not None]


def findings_of(problems: Iterable[UnlocatedProblem]) -> list[Finding]:
    """Return the findings of problems without looking up their places."""
    return [*chain.from_iterable(_findings(problem, None) for problem in problems)]


def _findings(problem: UnlocatedProblem, spot: Spot | None) -> list[Finding]:
    if problem.error is not None:
        return words(problem.error, problem.path, spot.text if spot else None)
    return [] if problem.finding is None else [problem.finding]


class _Place(NamedTuple):
    """A finding, its place, and its path with the keys as they are written."""

    finding: Finding
    span: Span
    path: Path


def _places(problems: Sequence[UnlocatedProblem], spots: dict[Path, Spot]) -> Iterator[_Place]:
    """Yield each finding with its place, without those that follow from another; see _DECISIVE."""
    decided = {problem.path for problem in problems if problem.code in _DECISIVE}
    for problem in problems:
        for finding in _findings(problem, lookup(spots, problem.path)):
            if finding.code in _DECISIVE or finding.path not in decided:
                yield _place(problem, finding, spots)


def _place(problem: UnlocatedProblem, finding: Finding, spots: dict[Path, Spot]) -> _Place:
    spot = lookup(spots, finding.path)
    span = problem.span or _span(spot, at_key=finding.at_key)
    path = (*spot.path, *finding.path[len(spot.path) :])
    explained_finding = _explained(finding, spot)
    if problem.first is None:
        return _Place(explained_finding, span, path)
    first = lookup(spots, problem.first)
    line = (first.key or first.value).line + 1
    what = f"{explained_finding.what}, first on line {line}"
    return _Place(explained_finding._replace(what=what), span, path)


def _span(spot: Spot, *, at_key: bool) -> Span:
    """Return the place of the key if it is meant, or if the value cannot be shown."""
    if spot.key is None:
        return spot.value
    # The value is a collection, or there is nothing to see, not even quotes.
    is_hidden = spot.text is None or spot.value.width == 0 == len(spot.text)
    return spot.key if at_key or is_hidden else spot.value


def _explained(finding: Finding, spot: Spot) -> Finding:
    """Return a finding about a text with its explanation: a template, or a confusable character."""
    is_of_text = finding.code.startswith(_OF_TEXT) and finding.code not in _NOT_OF_TEXT
    if not is_of_text or len(spot.path) < len(finding.path):
        return finding
    if finding.at_key:
        key = str(spot.path[-1]) if spot.path else ""
        return explained(finding, key[:_LONGEST_EXPLAINED])
    from profiles_management.pmr.templates import (  # noqa: PLC0415 - seldom needed
        template_finding,
        template_mark,
    )

    text = (spot.text or "")[:_LONGEST_EXPLAINED]
    mark = template_mark(text)
    return template_finding(mark, finding.path) if mark else explained(finding, text)


def _problem(place: _Place, lines: dict[int, str], file: str, *, is_empty: bool) -> Problem:
    finding, span, path = place
    excerpt = _excerpt(lines.get(span.line, ""))
    where = Where(file)
    if not is_empty:
        where = Where(file, span.line + 1, span.column + 1, path_text(path))
    problem = as_problem(finding, where, path)
    return replace(problem, excerpt=excerpt, width=_width(span, excerpt))


def _width(span: Span, excerpt: str) -> int:
    """Return the number of columns to mark in an excerpt; 0 where there is no excerpt."""
    if not excerpt:
        return 0
    to_end = max(len(excerpt.rstrip()) - span.column, 1)
    return min(span.width or to_end, to_end)


def _excerpt(line: str) -> str:
    return _masked(line) if len(line) <= _LONGEST_EXCERPT else ""


@lru_cache(maxsize=256)
def _masked(line: str) -> str:
    shown = line.replace("\t", " ")
    return masked("".join(mark if mark.isprintable() else "\ufffd" for mark in shown))
