"""From what is wrong to problems that say where: the second pass over a text, made only when there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import ErrorDetails

from profiles_management.pmr.diagnosis import words
from profiles_management.pmr.effort import MOST_PROBLEMS
from profiles_management.pmr.lookalikes import explained
from profiles_management.pmr.model import Finding, Path, path_text
from profiles_management.pmr.names import escaped
from profiles_management.pmr.positions import Span, Spot, lines_at, locate, lookup
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.redaction import masked

_LONGEST_EXCERPT = 300
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # as `splitlines` has them
_LONGEST_LOOK = 400  # characters of a value in which an explanation is looked for
_TELL_ALL = {
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
"""Where one of these is told, nothing else about the same place is news."""


_OF_TEXT = ("bad-", "not-", "unknown-")
_NOT_OF_TEXT = {"bad-user", "not-utf-8", "not-yaml"}
"""What is said of a text that is not what it should be, but for those that look at its characters themselves."""


class UnlocatedProblem(NamedTuple):
    """Something that is wrong, before anybody knows where it stands.

    Either an `error` of pydantic or a `finding`; `path` leads to it from the top. `span` is its
    place if the parser saw it. `first` is the path of something earlier that it clashes with.
    """

    path: Path
    finding: Finding | None = None
    error: ErrorDetails | None = None
    span: Span | None = None
    first: Path | None = None

    @property
    def weight(self) -> int:
        """How many findings it is."""
        refused = self.error is not None and self.error["type"] == "refused"
        return len(self.error["ctx"]["findings"]) if refused and self.error is not None else 1


def tell(
    complaints: Iterable[UnlocatedProblem], text: str, file: str, *, whole: bool = True
) -> list[Problem]:
    """Return the problems, in the order of their places.

    Args:
        complaints: what is wrong in a document.
        text: the document.
        file: what to call it.
        whole: False if reading stopped at the last complaint, after which the text may be hostile.
    """
    complaints, is_cut = _within(complaints)
    if not complaints:
        return []
    spots = locate(text if whole else _until(text, complaints[-1].span), _paths(complaints))
    placed = [*_all_placed(complaints, spots)]
    lines = lines_at(text, {place.span.line for place in placed})
    file = escaped(file)
    problems = dict.fromkeys(_problem(place, lines, file, is_empty=not text) for place in placed)
    ordered = sorted(problems, key=lambda problem: problem.where)
    if len(ordered) > MOST_PROBLEMS or is_cut:
        return [*ordered[:MOST_PROBLEMS], _rest(ordered[:MOST_PROBLEMS][-1].where)]
    return ordered


def _paths(complaints: Sequence[UnlocatedProblem]) -> list[Path]:
    """Return the paths of everything whose place is told."""
    paths = [complaint.path for complaint in complaints]
    paths += [finding.path for finding in drafts(complaints)]
    return paths + [complaint.first for complaint in complaints if complaint.first is not None]


def _all_placed(
    complaints: Sequence[UnlocatedProblem], spots: dict[Path, Spot]
) -> Iterator[_Placed]:
    """Yield every finding with its place, but for those that are no news; see _TELL_ALL."""
    known = {one.path for one in complaints if one.finding and one.finding.code in _TELL_ALL}
    for complaint in complaints:
        for finding in _worded(complaint, lookup(spots, complaint.path)):
            if finding.code in _TELL_ALL or finding.path not in known:
                yield _placed(complaint, finding, spots)


def _within(complaints: Iterable[UnlocatedProblem]) -> tuple[list[UnlocatedProblem], bool]:
    """Return as many complaints as are worth telling, and whether there are more."""
    kept: list[UnlocatedProblem] = []
    room = MOST_PROBLEMS
    for complaint in complaints:
        if room <= 0:
            return kept, True
        kept.append(complaint)
        room -= complaint.weight
    return kept, False


def _rest(last: Where) -> Problem:
    """Return the last line of a document with more problems than are told."""
    what = f"more than {MOST_PROBLEMS:,} things are wrong; the rest was not looked at"
    return Problem(
        "too-many-problems",
        what,
        last,
        "correct these first, or check that the file is what it should be",
    )


def _until(text: str, span: Span | None) -> str:
    """Return the text up to a place, which may be behind its last line."""
    if span is None:
        return ""
    start = 0
    for _ in range(span.line):
        end = _LINE_END.search(text, start)
        if end is None:
            return text
        start = end.end()
    return text[: start + span.column + 1]


def drafts(complaints: Iterable[UnlocatedProblem]) -> list[Finding]:
    """Return the findings of complaints whose places nobody has looked up yet."""
    return [finding for complaint in complaints for finding in _worded(complaint, None)]


def _worded(complaint: UnlocatedProblem, spot: Spot | None) -> list[Finding]:
    if complaint.error is None:
        return [] if complaint.finding is None else [complaint.finding]
    return words(complaint.error, complaint.path, spot.text if spot else None)


class _Placed(NamedTuple):
    """A finding, its place, and its path as it was written."""

    finding: Finding
    span: Span
    path: Path


def _placed(complaint: UnlocatedProblem, finding: Finding, spots: dict[Path, Spot]) -> _Placed:
    spot = lookup(spots, finding.path)
    span = complaint.span or _meant(spot, at_key=finding.at_key)
    finding = _explained(finding, spot)
    if complaint.first is not None:
        first = lookup(spots, complaint.first)
        finding = finding._replace(
            what=f"{finding.what}, first on line {(first.key or first.value).line + 1}"
        )
    return _Placed(finding, span, _as_written(spot, finding.path))


def _problem(place: _Placed, lines: dict[int, str], file: str, *, is_empty: bool) -> Problem:
    finding, span, path = place
    excerpt = _excerpt(lines.get(span.line, ""))
    to_end = max(len(excerpt.rstrip()) - span.column, 1)
    width = min(span.width or to_end, to_end)
    where = (
        Where(file) if is_empty else Where(file, span.line + 1, span.column + 1, path_text(path))
    )
    return Problem(
        finding.code,
        escaped(finding.what),
        where,
        escaped(finding.remedy),
        excerpt,
        width if excerpt else 0,
    )


def _explained(finding: Finding, spot: Spot) -> Finding:
    """Return a finding about a key or a value with what explains it: a template's mark, or a look-alike in it."""
    if (
        not finding.code.startswith(_OF_TEXT)
        or finding.code in _NOT_OF_TEXT
        or len(spot.path) < len(finding.path)
    ):
        return finding
    if finding.at_key:
        return explained(finding, str(spot.path[-1])[:_LONGEST_LOOK] if spot.path else "")
    from profiles_management.pmr.templates import template_finding, template_mark  # noqa: PLC0415 - seldom needed

    text = (spot.text or "")[:_LONGEST_LOOK]
    mark = template_mark(text)
    return template_finding(mark, finding.path) if mark else explained(finding, text)


def _as_written(spot: Spot, path: Path) -> Path:
    return (*spot.path, *path[len(spot.path) :])


def _meant(spot: Spot, *, at_key: bool) -> Span:
    if spot.key is not None and (
        at_key or spot.text is None or (spot.text == "" and not spot.value.width)
    ):
        return spot.key
    return spot.value


def _excerpt(line: str) -> str:
    if len(line) > _LONGEST_EXCERPT:
        return ""
    return _masked(line)


@lru_cache(maxsize=256)
def _masked(line: str) -> str:
    shown = line.replace("\t", " ")
    return masked(
        "".join(character if character.isprintable() else "\ufffd" for character in shown)
    )
