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
    """Yield warnings, a line each, and an empty line; those about the document after all others."""
    if not warnings:
        return
    in_document = [warning for warning in warnings if warning.where.line]
    yield from (_line(warning) for warning in warnings if not warning.where.line)
    yield from map(_line, in_document[:MOST])
    more = len(in_document) - MOST
    if more > 0:
        left = count(more, "more warning")
        yield line(f"... and {left} about the document; validate --output json lists them all.")
    yield line()


def _line(warning: Problem) -> Line:
    text = printable(_text(warning))
    return line(Segment("warning: ", Tone.WAIT), text, hang=len("warning: "))


def _text(warning: Problem) -> str:
    remedy = warning.remedy[:1].upper() + warning.remedy[1:]
    text = f"{warning.what}. {remedy}"
    place = _place(warning.where)
    if not place or _is_named(warning.where, warning.what):
        return text
    return f"{place}: {text}"


def _place(where: Where) -> str:
    return str(where) if where.file or not where.profile else where.profile


def _is_named(where: Where, what: str) -> bool:
    """Return whether a text names its place already; this decides only how the text is printed.

    In the name of a person, the name of a profile does not count.
    """
    if where.file or not where.profile:
        return str(where).rpartition("/")[2] in _WORD.findall(what)
    return any(_names(where.profile, *pair) for pair in pairwise(what.split()))


def _names(profile: str, before: str, word: str) -> bool:
    """Return whether a word, after another one, is the name of a profile or of something in it."""
    if word.startswith(f"{profile}/"):
        return True
    return word.rstrip(",.:;") == profile and before.lower() in _BEFORE_A_PROFILE
