"""An error of this program as problems, as data, and what to do about it."""

from collections.abc import Iterable

from profiles_management.pmr.problems import (
    BrakeError,
    DocumentError,
    Problem,
    ProfilesError,
    StoppedError,
    Where,
)
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import Reading


def problems_of(error: ProfilesError) -> tuple[Problem, ...]:
    """Return the problems of an error; one that is not about a document is a single problem."""
    if isinstance(error, DocumentError):
        return error.problems
    return (Problem(error.code, str(error), Where(), remedy_of(error)),)


def problems_in(readings: Iterable[Reading]) -> list[Problem]:
    """Return the problems of all sources that could not be read."""
    errors = [reading.error for reading in readings if reading.error is not None]
    return [problem for error in errors for problem in problems_of(error)]


def failure_data(error: ProfilesError, more: Data) -> Data:
    """Return the data of a command, with an error after those that they have."""
    errors = [*more.get("errors", ()), *map(problem_data, problems_of(error))]
    if not isinstance(error, DocumentError):
        return more | {"errors": errors}
    return more | {
        "errors": errors,
        "warnings": [problem_data(warning) for warning in error.warnings],
    }


def remedy_of(error: ProfilesError) -> str:
    """Return what to do about an error, '' if its message says it."""
    if isinstance(error, TargetError):
        return error.remedy
    if not isinstance(error, StoppedError):
        return ""
    halts = error.report.plan.halts if isinstance(error.report, Report) else ()
    if not isinstance(error, BrakeError):
        return "\n".join(halt.remedy for halt in halts)
    revocations = "Check the changes with plan. To allow them once, run apply --allow-revocations."
    return "\n".join(
        [revocations, *(f"Also stopped: {halt.what}. {halt.remedy}" for halt in halts)]
    )
