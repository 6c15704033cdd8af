"""Documents to PMR and back: YAML or JSON, every error at once, each with its line."""

from __future__ import annotations

import sys
from pathlib import Path as FilePath

from profiles_management.pmr.checking import check, null_complaint, number_complaint
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.collector import collector_paused
from profiles_management.pmr.complaints import Complaint, drafts, tell
from profiles_management.pmr.model import Finding
from profiles_management.pmr.positions import span_at
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.reading import LARGEST, Unreadable, decode, from_json
from profiles_management.pmr.redaction import redacted
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.syntax import syntax_complaint
from profiles_management.pmr.writing import dumps
from profiles_management.pmr.yaml_events import parse

__all__ = ["dumps", "load", "loads"]

_NO_RULES = Rules()


def load(
    source: str | FilePath, *, rules: Rules = _NO_RULES, limit: int = LARGEST, additions: bool = False
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
        raise DocumentError([Problem("unreadable", reason, Where(name_of(source)), remedy)]) from None


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
        additions: whether this is one source among several, and may add contributors to profiles of the others: an
            entry without owner goes into `additions` of what is returned.

    Returns:
        The PMR, with the warnings of the document in `warnings`, each with line, column, path and remedy.

    Raises:
        DocumentError: with every problem of the document, each with line, column, path and remedy. Nothing of a
            document that is refused is used.
    """
    try:
        readable = from_json(decode(text, limit))
    except Unreadable as reason:
        span = span_at(reason.text, reason.offset) if reason.offset >= 0 else None
        raise DocumentError(tell([Complaint((), reason.finding, span=span)], reason.text, name)) from None
    with collector_paused():
        pmr, complaints, warnings = _read(readable, rules, additions=additions)
        problems = tell(complaints, readable, name, whole=pmr is not None)
        told = tell(warnings, readable, name)
    if pmr is None or problems:
        raise DocumentError(problems, told)
    pmr.warnings = tuple(told)
    return pmr


def refused(text: str, rules: Rules = _NO_RULES) -> list[Finding] | None:
    """Return everything that `loads` refuses in a text, as data: paths start at the top.

    None: the text could not be read to its end, and nothing is known of the rest.
    """
    pmr, complaints, _ = _read(text, rules, additions=False)
    return None if pmr is None else drafts(complaints)


def _read(
    text: str, rules: Rules, *, additions: bool
) -> tuple[ProfilesManagementRepresentation | None, list[Complaint], list[Complaint]]:
    """Return what could be read, everything that is wrong, and the warnings."""
    parsed = parse(text)
    complaints = [Complaint(slip.finding.path, slip.finding, span=slip.span, first=slip.first) for slip in parsed.slips]
    if parsed.error is not None:
        return None, [*complaints, syntax_complaint(parsed.error, text)], []
    if parsed.stopped:
        return None, complaints, []
    checked = check(parsed.data, rules, additions=additions)
    slipped = {complaint.path for complaint in complaints}
    complaints += filter(None, map(null_complaint, [path for path in parsed.nulls if path not in slipped]))
    complaints += filter(None, map(number_complaint, parsed.odd_numbers))
    complaints += checked.complaints
    return checked.pmr(), complaints, checked.warnings
