"""Documents to PMR and back: YAML or JSON, every error at once, each with its line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Final, NamedTuple

from yaml import YAMLError

from profiles_management.pmr.checking import check
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.indentation import joined
from profiles_management.pmr.locating import UnlocatedProblem, drafts, tell
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.positions import Span, span_at, spans_at
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, Unreadable, decode, from_json
from profiles_management.pmr.redaction import redacted
from profiles_management.pmr.remedies import swallowed_comments
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.writing import dumps
from profiles_management.pmr.yaml_events import Parsed, parse
from profiles_management.pmr.yaml_findings import cut_complaint, null_complaint, number_complaint

__all__ = ["dumps", "load", "loads"]

MOST_LOOK_ALIKES: Final = 20
"""Lines with look-alikes that are told of one document."""

_NO_RULES = Rules()


def load(
    source: str | FilePath,
    *,
    rules: Rules = _NO_RULES,
    limit: int = LARGEST,
    additions: bool = False,
) -> ProfilesManagementRepresentation:
    """Read a document from a file, or from standard input if `source` is `-`. See `loads`."""
    document = content(source, limit=limit)
    return loads(document, name=name_of(source), rules=rules, limit=limit, additions=additions)


def name_of(source: str | FilePath) -> str:
    """Return what a source is called in problems."""
    return "<stdin>" if source == "-" else redacted(str(source))  # it may be a URL with a password


def content(source: str | FilePath, *, limit: int = LARGEST) -> bytes:
    """Return what is in a file, or on standard input if `source` is `-`: at most one byte above the limit.

    Raises:
        DocumentError: it cannot be read.
    """
    try:
        if source == "-":
            return sys.stdin.buffer.read(limit + 1)
        with FilePath(source).open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        remedy = "check the path and its permissions"
        raise DocumentError(
            [Problem("unreadable", reason, Where(name_of(source)), remedy)]
        ) from None


def loads(
    text: str | bytes,
    *,
    name: str = "<text>",
    rules: Rules = _NO_RULES,
    limit: int = LARGEST,
    additions: bool = False,
) -> ProfilesManagementRepresentation:
    """Read a document, YAML or JSON.

    Args:
        text: the document; bytes are UTF-8, with or without a byte order mark.
        name: what to call it in problems, such as the name of its file.
        rules: what this installation allows.
        limit: the most bytes that a document may have.
        additions: whether this is one source among several, and may add contributors to profiles of
            the others: an entry without owner goes into `additions` of what is returned.

    Returns:
        The PMR, with the warnings of the document in `warnings`, each with line, column, path and
        remedy.

    Raises:
        DocumentError: with every problem of the document, each with line, column, path and remedy.
            Nothing of a document that is refused is used.
    """
    try:
        readable = from_json(decode(text, limit))
    except Unreadable as reason:
        span = span_at(reason.text, reason.offset) if reason.offset >= 0 else None
        raise DocumentError(
            tell([UnlocatedProblem((), reason.finding, span=span)], reason.text, name)
        ) from None
    with collector_paused():
        reading = _read(readable, rules, additions=additions)
        problems = reading.problems(readable, name)
        warnings = tell(reading.warnings, readable, name)
        if reading.pmr is None or problems:
            problems = _without_look_alikes(readable, problems, name, rules, additions=additions)
            raise DocumentError(problems, warnings)
        reading.pmr.warnings = tuple(warnings)
    return reading.pmr


def refused(text: str, rules: Rules = _NO_RULES) -> list[Finding] | None:
    """Return everything that `loads` refuses in a text, as data: paths start at the top.

    None: the text could not be read to its end, and nothing is known of the rest.
    """
    reading = _read(text, rules, additions=False)
    return None if reading.pmr is None else drafts(reading.complaints)


class _Reading(NamedTuple):
    """What could be read of a text, everything that is wrong with it, and the warnings."""

    pmr: ProfilesManagementRepresentation | None
    complaints: list[UnlocatedProblem]
    warnings: list[UnlocatedProblem]

    def problems(self, text: str, name: str) -> list[Problem]:
        if self.pmr is None:
            return tell(self.complaints, text, name, whole=False)
        return tell(joined(self.complaints), text, name)


def _read(text: str, rules: Rules, *, additions: bool) -> _Reading:
    parsed = parse(text, rules.limits.values)
    slips = [
        UnlocatedProblem(slip.finding.path, slip.finding, span=slip.span, first=slip.first)
        for slip in parsed.slips
    ]
    cause = _cause(parsed, text)
    if cause is not None:
        return _Reading(None, [cause], [])
    if parsed.error is not None:
        return _Reading(None, [*slips, _no_yaml(parsed.error, text)], [])
    if parsed.stopped:
        manifests = _manifests(text)
        return _Reading(None, [manifests] if manifests else slips, [])
    checked = check(parsed.data, rules, additions=additions)
    complaints = [*slips, *_of_values(parsed, {slip.path for slip in slips}, checked.complaints)]
    cause = _other_cause(text) if complaints else None
    if cause is not None:
        return _Reading(None, [cause], [])
    warnings = checked.warnings if complaints else [*checked.warnings, *_swallowed(text)]
    return _Reading(checked.pmr(), complaints, warnings)


# What follows is loaded for a text that is refused, and no other: most have nothing wrong, and
# loading takes its time.


def _cause(parsed: Parsed, text: str) -> UnlocatedProblem | None:
    """Return what explains that a text is no YAML, or is YAML with a mapping as a key, as templates are."""
    has_bad_key = any(slip.finding.code == "bad-key" for slip in parsed.slips)
    if parsed.error is None and not has_bad_key:
        return None
    from profiles_management.pmr import causes  # noqa: PLC0415 - see above

    return causes.template_left(text) if parsed.error is None else causes.cause_of_no_yaml(text)


def _other_cause(text: str) -> UnlocatedProblem | None:
    from profiles_management.pmr import causes  # noqa: PLC0415 - see above

    return causes.other_form(text) or causes.json_comment(text)


def _manifests(text: str) -> UnlocatedProblem | None:
    from profiles_management.pmr import causes  # noqa: PLC0415 - see above

    return causes.manifests(text)


def _no_yaml(error: YAMLError, text: str) -> UnlocatedProblem:
    from profiles_management.pmr import syntax  # noqa: PLC0415 - see above

    return syntax.syntax_complaint(error, text)


def _of_values(
    parsed: Parsed, slipped: set[Path], checked: Iterable[UnlocatedProblem]
) -> Iterator[UnlocatedProblem]:
    """Yield what is wrong with the values of a text that is YAML; about each place what says most."""
    cuts = [
        (complaint, cut.paths)
        for cut in parsed.cuts
        if (complaint := cut_complaint(cut)) is not None
    ]
    pieces = {path for _, paths in cuts for path in paths}
    known = slipped | pieces
    yield from (complaint for complaint, _ in cuts)
    yield from filter(None, (null_complaint(path) for path in parsed.nulls if path not in known))
    yield from filter(None, map(number_complaint, parsed.odd_numbers))
    yield from (complaint for complaint in checked if complaint.path not in pieces)


def _swallowed(text: str) -> Iterator[UnlocatedProblem]:
    swallowed = [*swallowed_comments(text)]
    spans = spans_at(text, (offset for offset, _ in swallowed))
    for (_, finding), span in zip(swallowed, spans, strict=True):
        yield UnlocatedProblem((), finding, span=span._replace(width=0))


def _without_look_alikes(
    text: str, problems: list[Problem], name: str, rules: Rules, *, additions: bool
) -> list[Problem]:
    """Return the problems of a text, of which those that come of look-alikes are told as such.

    The text is read again with YAML's own characters in their place. Only if that takes a problem
    away were they the cause; the problems that are left on other lines are told beside them.
    """
    from profiles_management.pmr.repair import repaired  # noqa: PLC0415 - see above

    repair = repaired(text)
    if repair is None:
        return problems
    again = _read(repair.text, rules, additions=additions).problems(repair.text, name)
    left = {(problem.code, problem.where.line) for problem in again}
    if all((problem.code, problem.where.line) in left for problem in problems):
        return problems
    told = [
        UnlocatedProblem((), mark.finding, span=Span(mark.line, mark.column, 1))
        for mark in repair.replaced[:MOST_LOOK_ALIKES]
    ]
    lines = {mark.line + 1 for mark in repair.replaced}
    return [
        *tell(told, text, name),
        *(problem for problem in again if problem.where.line not in lines),
    ]
