"""Warnings as lines: what, the profile that it is about, and what to do."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.diagnostics import MOST
from profiles_management.reconcile.lines import Line, Segment, Tone, count, line, printable

_WORD = re.compile("[a-z0-9-]+")
_BEFORE_A_PROFILE = ("in", "of", "to", "namespace", "profile")


def listed_warnings(warnings: Sequence[Problem]) -> Iterator[Line]:
    """Yield warnings, a line each, and an empty line after them; those about the document after all others."""
    in_document = [warning for warning in warnings if warning.where.line]
    others = [warning for warning in warnings if not warning.where.line]
    for warning in (*others, *in_document[:MOST]):
        yield line(
            Segment("warning: ", Tone.WAIT), printable(_warned(warning)), hang=len("warning: ")
        )
    if more := max(len(in_document) - MOST, 0):
        yield line(
            f"... and {count(more, 'more warning')} about the document; validate --output json lists them all."
        )
    if warnings:
        yield line()


def _warned(warning: Problem) -> str:
    where = warning.where.profile if not warning.where.file else ""
    where = where or str(warning.where)
    remedy = warning.remedy[:1].upper() + warning.remedy[1:]
    is_named = not where or _is_named(warning.where, warning.what)
    return f"{warning.what}. {remedy}" if is_named else f"{where}: {warning.what}. {remedy}"


def _is_named(where: Where, what: str) -> bool:
    """Return whether a text names what it is about; in the name of a person, the name of a profile does not count."""
    name, words = where.profile, what.split()
    if where.file or not name:
        return str(where).rpartition("/")[2] in _WORD.findall(what)
    return any(
        word.startswith(f"{name}/")
        or (word.rstrip(",.:;") == name and before.lower() in _BEFORE_A_PROFILE)
        for before, word in pairwise(words)
    )
