"""Texts without names of people, for statuses, logs, telemetry, Events and other charms. Pure.

The decision is by data: each problem and outcome carries the text that may be shown. Where there
is none, only its code or its kind is shown.
"""

from typing import TYPE_CHECKING

from profiles_management.pmr.problems import Problem

if TYPE_CHECKING:
    from profiles_management.reconcile.report import Outcome


def is_free(problem: Problem) -> bool:
    """Return whether neither the text nor the remedy of a problem can name a person."""
    return problem.names_nobody


def problem(problem: Problem) -> str:
    """Return what is wrong without the name of a person; only the code if that is not known."""
    if problem.names_nobody:
        return problem.what
    if problem.nameless:
        return problem.nameless
    profile = problem.where.profile
    return f"{profile}: {problem.code}" if profile else problem.code


def outcome(outcome: "Outcome") -> str:
    """Return the result of a change without names of people, which names of objects contain."""
    return outcome.nameless or f"{outcome.change.target.kind}: the report of the run says why"
