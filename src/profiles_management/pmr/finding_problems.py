"""Findings as problems: what they say with the names of people, and without."""

from __future__ import annotations

import re
from typing import Final

from profiles_management.pmr.model import Finding, Path, path_text
from profiles_management.pmr.names import escaped, quoted
from profiles_management.pmr.problems import Problem, Where

_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]{0,62}")
_OF_PEOPLE: Final = ("contributors", "owner")
_KEYS_OF_PEOPLE: Final = (*_OF_PEOPLE, "kind", "name", "namespace", "role", "until")
_HIDDEN: Final = '"…"'


def as_problem(finding: Finding, where: Where, path: Path) -> Problem:
    """Return a finding as a problem at a place.

    Args:
        finding: what is wrong.
        where: the place.
        path: its path from the top of the document, with the keys as they are written.
    """
    what, remedy = escaped(finding.what), escaped(finding.remedy)
    nameless = escaped(_without_values(finding, path))
    return Problem(finding.code, what, where, remedy, nameless=nameless)


def problem_without_place(finding: Finding) -> Problem:
    """Return a finding about a document that was built by code, with its path only."""
    return as_problem(finding, Where(path=path_text(finding.path)), finding.path)


def _without_values(finding: Finding, path: Path) -> str:
    """Return what is wrong, with `"…"` for each text of the document that may name a person."""
    public = _public_keys(path)
    what = finding.what
    for value in sorted({*finding.values} - public, key=len, reverse=True):
        what = what.replace(value, _HIDDEN)
    return what


def _public_keys(path: Path) -> set[str]:
    """Return the quoted keys of a path that may be shown.

    Nothing tells a mistyped key from a person with that name, so a key is shown if it looks like
    one. Below contributors and owner, an unknown key is more likely a person.
    """
    if not set(_OF_PEOPLE).isdisjoint(path):
        return {quoted(part) for part in path if part in _KEYS_OF_PEOPLE}
    return {quoted(part) for part in path if isinstance(part, str) and _KEY.fullmatch(part)}
