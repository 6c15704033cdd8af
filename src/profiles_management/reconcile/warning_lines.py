"""Warnings as lines: what, the profile that it is about, and what to do."""

from collections.abc import Iterator, Sequence

from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.diagnostics import MOST
from profiles_management.reconcile.lines import Line, Tone, count, labelled, line


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
    remedy = warning.remedy[:1].upper() + warning.remedy[1:]
    return labelled("warning: ", f"{_place(warning)}{warning.what}. {remedy}", Tone.WAIT)


def _place(warning: Problem) -> str:
    """Return the place in front of a warning; '' where it has none, or names it itself."""
    if warning.names_place or warning.where == Where():
        return ""
    if warning.where.file:
        return f"{warning.where}: "
    return f"{warning.where.profile or warning.where}: "
