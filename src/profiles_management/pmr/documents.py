"""Reading and writing a PMR as YAML or JSON, with all errors at once, each with its line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Final, NamedTuple

from yaml import YAMLError

from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.indentation import with_unindented_sections
from profiles_management.pmr.locating import UnlocatedProblem, findings_of, located
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.positions import Span, span_at, spans_at
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, Unreadable, decode, from_json
from profiles_management.pmr.redaction import redacted
from profiles_management.pmr.remedies import comments_in_names
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.validation import check
from profiles_management.pmr.writing import dumps
from profiles_management.pmr.yaml_events import Parsed, parse
from profiles_management.pmr.yaml_findings import (
    empty_value_problem,
    number_problem,
    split_value_problem,
)

__all__ = ["dumps", "load", "loads"]

MOST_CONFUSABLES: Final = 20
"""The most confusable characters that are reported for one document."""

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
    """Return the name of a source in problems."""
    return "<stdin>" if source == "-" else redacted(str(source))  # it may be a URL with a password


def content(source: str | FilePath, *, limit: int = LARGEST) -> bytes:
    """Return the content of a file, or of standard input if `source` is `-`.

    Reading stops one byte above the limit.

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
        name: the name of the document in problems, such as the name of its file.
        rules: what this installation allows.
        limit: the most bytes of a document.
        additions: whether this source may add contributors to profiles of other sources. An entry
            without owner then goes into `additions` of the returned PMR.

    Returns:
        The PMR, with the warnings about the document in `warnings`.

    Raises:
        DocumentError: the document is refused. It has every problem, each with line, column, path
            and remedy.
    """
    try:
        readable = from_json(decode(text, limit))
    except Unreadable as reason:
        span = span_at(reason.text, reason.offset) if reason.offset >= 0 else None
        unlocated = UnlocatedProblem((), reason.finding, span=span)
        raise DocumentError(located([unlocated], reason.text, name)) from None
    with collector_paused():
        reading = _read(readable, rules, additions=additions)
        problems = reading.problems(readable, name)
        warnings = located(reading.warnings, readable, name)
        if reading.pmr is None or problems:
            problems = _without_confusables(readable, problems, name, rules, additions=additions)
            raise DocumentError(problems, warnings)
        reading.pmr.warnings = tuple(warnings)
    return reading.pmr


def refused(text: str, rules: Rules = _NO_RULES) -> list[Finding] | None:
    """Return everything that `loads` refuses in a text, as data.

    Returns:
        Findings whose paths start at the top; None if the text could not be read to its end.
    """
    reading = _read(text, rules, additions=False)
    return None if reading.pmr is None else findings_of(reading.unlocated)


class _Reading(NamedTuple):
    """What was read from a text, and what is wrong in it. `pmr` is None if reading stopped."""

    pmr: ProfilesManagementRepresentation | None
    unlocated: list[UnlocatedProblem]
    warnings: list[UnlocatedProblem]

    def problems(self, text: str, name: str) -> list[Problem]:
        if self.pmr is None:
            return located(self.unlocated, text, name, whole=False)
        return located(with_unindented_sections(self.unlocated), text, name)


def _stopped(*problems: UnlocatedProblem) -> _Reading:
    return _Reading(None, [*problems], [])


def _read(text: str, rules: Rules, *, additions: bool) -> _Reading:
    parsed = parse(text, rules.limits.values)
    cause = _cause(parsed, text)
    if cause is not None:
        return _stopped(cause)
    of_parser = [
        UnlocatedProblem(found.finding.path, found.finding, span=found.span, first=found.first)
        for found in parsed.findings
    ]
    if parsed.error is not None:
        return _stopped(*of_parser, _syntax_problem(parsed.error, text))
    if parsed.stopped:
        manifests = _manifests(text)
        return _stopped(*([manifests] if manifests else of_parser))
    checked = check(parsed.data, rules, additions=additions)
    problems = [*of_parser, *_value_problems(parsed, of_parser, checked.problems)]
    if not problems:
        return _Reading(checked.pmr(), [], [*checked.warnings, *_comments_in_names(text)])
    cause = _other_cause(text)
    if cause is not None:
        return _stopped(cause)
    return _Reading(checked.pmr(), problems, checked.warnings)


# The modules below are imported for a refused text only: most texts are valid, and importing
# these modules takes time.


def _cause(parsed: Parsed, text: str) -> UnlocatedProblem | None:
    """Return why a text is not YAML, or has a mapping as a key as templates do; None if unknown."""
    has_bad_key = any(found.finding.code == "bad-key" for found in parsed.findings)
    if parsed.error is None and not has_bad_key:
        return None
    from profiles_management.pmr import root_causes  # noqa: PLC0415 - see above

    return root_causes.template(text) if parsed.error is None else root_causes.cause(text)


def _other_cause(text: str) -> UnlocatedProblem | None:
    from profiles_management.pmr import root_causes  # noqa: PLC0415 - see above

    return root_causes.other_form(text) or root_causes.json_comment(text)


def _manifests(text: str) -> UnlocatedProblem | None:
    from profiles_management.pmr import root_causes  # noqa: PLC0415 - see above

    return root_causes.manifests(text)


def _syntax_problem(error: YAMLError, text: str) -> UnlocatedProblem:
    from profiles_management.pmr import syntax  # noqa: PLC0415 - see above

    return syntax.syntax_problem(error, text)


def _value_problems(
    parsed: Parsed, of_parser: Iterable[UnlocatedProblem], checked: Iterable[UnlocatedProblem]
) -> Iterator[UnlocatedProblem]:
    """Yield what is wrong with the values of a YAML text; for each place the clearest problem.

    Args:
        parsed: the text.
        of_parser: the problems that the parser found; their places need no others.
        checked: the problems that validation found.
    """
    known = {problem.path for problem in of_parser}
    parts_of_split_values: set[Path] = set()
    for value in parsed.split_values:
        problem = split_value_problem(value)
        if problem is not None:
            yield problem
            parts_of_split_values.update(value.paths)
    known |= parts_of_split_values
    nulls = (path for path in parsed.nulls if path not in known)
    yield from filter(None, map(empty_value_problem, nulls))
    yield from filter(None, map(number_problem, parsed.odd_numbers))
    yield from (problem for problem in checked if problem.path not in parts_of_split_values)


def _comments_in_names(text: str) -> Iterator[UnlocatedProblem]:
    found = [*comments_in_names(text)]
    spans = spans_at(text, (offset for offset, _ in found))
    for (_, finding), span in zip(found, spans, strict=True):
        yield UnlocatedProblem((), finding, span=span._replace(width=0))


def _without_confusables(
    text: str, problems: list[Problem], name: str, rules: Rules, *, additions: bool
) -> list[Problem]:
    """Return the problems of a text, with confusable characters in place of their consequences.

    The text is read again with YAML's own characters. Only if that removes a problem were the
    confusable characters the cause. Problems on other lines stay.
    """
    from profiles_management.pmr.repair import repaired  # noqa: PLC0415 - see above

    repair = repaired(text)
    if repair is None:
        return problems
    rest = _read(repair.text, rules, additions=additions).problems(repair.text, name)
    left = {(problem.code, problem.where.line) for problem in rest}
    if all((problem.code, problem.where.line) in left for problem in problems):
        return problems
    confusables = [
        UnlocatedProblem((), mark.finding, span=Span(mark.line, mark.column, 1))
        for mark in repair.replaced[:MOST_CONFUSABLES]
    ]
    lines = {mark.line + 1 for mark in repair.replaced}
    on_other_lines = [problem for problem in rest if problem.where.line not in lines]
    return [*located(confusables, text, name), *on_other_lines]
