"""From what is wrong to problems that say where: the second pass over a text, made only when there is one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pydantic_core import ErrorDetails

from profiles_management.pmr.diagnosis import words
from profiles_management.pmr.lookalikes import explained
from profiles_management.pmr.model import Finding, Path, path_text
from profiles_management.pmr.names import escaped
from profiles_management.pmr.positions import Span, Spot, locate, lookup
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.redaction import masked

_LONGEST_EXCERPT = 300
_TELL_ALL = {"alias", "bad-scalar", "empty-value", "merge-key", "odd-number", "recursive-alias", "tag", "unknown-alias"}
"""Where one of these is told, nothing else about the same place is news."""


_OF_TEXT = ("bad-", "not-", "unknown-")
_NOT_OF_TEXT = {"bad-user", "not-utf-8", "not-yaml"}
"""What is said of a text that is not what it should be, but for those that look at its characters themselves."""


class Complaint(NamedTuple):
    """Something that is wrong, before anybody knows where it stands.

    Either an `error` of pydantic or a `finding`; `path` leads to it from the top. `span` is its place if the parser
    saw it. `first` is the path of something earlier that it clashes with.
    """

    path: Path
    finding: Finding | None = None
    error: ErrorDetails | None = None
    span: Span | None = None
    first: Path | None = None


def tell(complaints: Iterable[Complaint], text: str, file: str, *, whole: bool = True) -> list[Problem]:
    """Return the problems, in the order of their places.

    Args:
        complaints: what is wrong in a document.
        text: the document.
        file: what to call it.
        whole: False if reading stopped at the last complaint, after which the text may be hostile.
    """
    complaints = [*complaints]
    if not complaints:
        return []
    wanted = [one.path for one in complaints] + [finding.path for finding in drafts(complaints)]
    lines = text.splitlines()
    spots = locate(
        text if whole else _until(lines, complaints[-1].span),
        wanted + [one.first for one in complaints if one.first is not None],
    )
    file = escaped(file)
    known = {one.path for one in complaints if one.finding and one.finding.code in _TELL_ALL}
    told = {
        _problem(complaint, finding, spots, lines, file): None
        for complaint in complaints
        for finding in _worded(complaint, lookup(spots, complaint.path))
        if finding.code in _TELL_ALL or finding.path not in known
    }
    return sorted(told, key=lambda problem: problem.where)


def _until(lines: list[str], span: Span | None) -> str:
    """Return the text up to a place, which may be behind its last line."""
    if span is None:
        return ""
    return "\n".join([*lines[: span.line], *(line[: span.column + 1] for line in lines[span.line : span.line + 1])])


def drafts(complaints: Iterable[Complaint]) -> list[Finding]:
    """Return the findings of complaints whose places nobody has looked up yet."""
    return [finding for complaint in complaints for finding in _worded(complaint, None)]


def _worded(complaint: Complaint, spot: Spot | None) -> list[Finding]:
    if complaint.error is None:
        return [] if complaint.finding is None else [complaint.finding]
    return words(complaint.error, complaint.path, spot.text if spot else None)


def _problem(complaint: Complaint, finding: Finding, spots: dict[Path, Spot], lines: list[str], file: str) -> Problem:
    spot = lookup(spots, finding.path)
    span = complaint.span or _meant(spot, at_key=finding.at_key)
    finding = _explained(finding, spot)
    what = finding.what
    if complaint.first is not None:
        first = lookup(spots, complaint.first)
        what += f", first on line {(first.key or first.value).line + 1}"
    excerpt = _excerpt(lines[span.line]) if span.line < len(lines) else ""
    to_end = max(len(excerpt.rstrip()) - span.column, 1)
    width = min(span.width or to_end, to_end)
    path = _as_written(spot, finding.path)
    where = Where(file, span.line + 1, span.column + 1, path_text(path)) if lines else Where(file)
    return Problem(finding.code, escaped(what), where, escaped(finding.remedy), excerpt, width if excerpt else 0)


def _explained(finding: Finding, spot: Spot) -> Finding:
    """Return a finding about a key or a value with what explains it: a template's mark, or a look-alike in it."""
    if not finding.code.startswith(_OF_TEXT) or finding.code in _NOT_OF_TEXT or len(spot.path) < len(finding.path):
        return finding
    if finding.at_key:
        return explained(finding, str(spot.path[-1]) if spot.path else "")
    from profiles_management.pmr.templates import template_finding, template_mark  # noqa: PLC0415 - seldom needed

    text = spot.text or ""
    mark = template_mark(text)
    return template_finding(mark, finding.path) if mark else explained(finding, text)


def _as_written(spot: Spot, path: Path) -> Path:
    return (*spot.path, *path[len(spot.path) :])


def _meant(spot: Spot, *, at_key: bool) -> Span:
    if spot.key is not None and (at_key or spot.text is None or (spot.text == "" and not spot.value.width)):
        return spot.key
    return spot.value


def _excerpt(line: str) -> str:
    if len(line) > _LONGEST_EXCERPT:
        return ""
    return masked("".join(mark if mark.isprintable() else " " if mark == "\t" else "\ufffd" for mark in line))
