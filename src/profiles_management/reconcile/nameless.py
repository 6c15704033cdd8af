"""What may be shown where names of people may not.

Statuses, logs, telemetry, Events, answers to other charms. Pure.

What a problem says is text, and a name in it looks like any other word. So the decision is by data:
what the problem itself says about names, and for problems of documents their code and place. What
is not known to be free of names is not shown: of a new problem, only its code is.
"""

import re
from typing import TYPE_CHECKING

from profiles_management.pmr.problems import Problem

if TYPE_CHECKING:
    from profiles_management.reconcile.report import Outcome

# Problems of whole documents, which name no person.
_OF_DOCUMENTS = frozenset(
    {
        "empty-document",
        "file-name",
        "too-large",
        "too-many-problems",
        "web-page",
    }
)
# Problems of documents whose quotations are keys, kinds or names of profiles. Others may quote a
# person.
_OF_KEYS = frozenset(
    {
        "bad-key",
        "duplicate-key",
        "duplicate-profile",
        "empty-value",
        "missing-key",
        "not-indented",
        "name-not-allowed",
        "not-a-list",
        "not-a-mapping",
        "not-trusted",
        "protected-name",
        "reserved-key",
        "reserved-name",
        "unknown-key",
        "unknown-resource",
    }
)
_OF_PEOPLE = re.compile(r"\b(contributors|owner)\b")
_QUOTATION = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./-]{0,62}")
_OBJECT = re.compile(r"(?P<kind>[A-Z][A-Za-z]+)/((?P<space>[a-z0-9-]+)/)?")
_IN_DOCUMENTS = ("profiles", "defaults", "version")


def is_free(problem: Problem) -> bool:
    """Return whether a problem names nobody, in its words as in its remedy."""
    return problem.names_nobody or problem.code in _OF_DOCUMENTS


def problem(one: Problem) -> str:
    """Return what is wrong without a name of a person.

    As `Problem.what` wherever that names nobody.
    """
    if is_free(one):
        return one.what
    if one.nameless:
        return one.nameless
    if profile := one.where.profile:
        return f"{profile}: {one.code}"
    if found := _OBJECT.match(one.where.path):
        space = f" in {found['space']}" if found["space"] else ""
        return f"{found['kind']}{space}: {one.code}"
    is_of_document = one.where.line or one.where.path.startswith(_IN_DOCUMENTS)
    return _without_quotations(one) if is_of_document else one.code


def outcome(one: "Outcome") -> str:
    """Return what became of a change without names of people and of objects."""
    return one.nameless or f"{one.change.target.kind}: the report of the run says why"


def _without_quotations(one: Problem) -> str:
    """Return what is wrong with a document, with `"…"` for quotations that may name people.

    Text of a document is always in double quotes. It may contain one itself, so where one quotation
    is not shown, everything between the first and the last mark is not.
    """
    about_people = one.code not in _OF_KEYS or _OF_PEOPLE.search(one.where.path) is not None
    quoted = _QUOTATION.findall(one.what)
    if (
        one.what.count('"') == 2 * len(quoted)
        and all(_WORD.fullmatch(text) for text in quoted)
        and not about_people
    ):
        return one.what
    before, mark, rest = one.what.partition('"')
    return f'{before}"…"{rest.rpartition(mark)[2]}' if mark else one.what
