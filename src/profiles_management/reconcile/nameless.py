"""Texts without names of people, for statuses, logs, telemetry, Events and other charms. Pure.

The decision is by data: each problem carries the text that may be shown. Where there is none, only
its code is shown. For outcomes see Outcome.why_nameless.
"""

from profiles_management.pmr.problems import Problem


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
