"""The result of validating a document: what is valid, and problems and warnings up to a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from pydantic import ValidationError

from profiles_management.pmr.classes import (
    Addition,
    Defaults,
    Profile,
    ProfilesManagementRepresentation,
)
from profiles_management.pmr.document_limits import MOST_PROBLEMS, NO_LIMITS, Budget, Limits
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, Path
from profiles_management.pmr.puhuri_section import Puhuri


def _nothing(_: Path) -> bool:
    return False


class ValidationResult:
    """What is valid in a document, and what is wrong. The PMR is complete if there are no problems.

    Attributes:
        limits: how much the document may contain.
        is_full: whether the limit of problems is reached, so that validation stops.
        amounts: how many more amounts of resources may be checked.
        room: how many more findings are reported.
        additions: entries that only add contributors; None where a document may not have any.
    """

    def __init__(self, *, additions: bool = False, limits: Limits = NO_LIMITS) -> None:
        self.limits = limits
        self.is_full = False
        self.amounts = limits.amounts
        self.room = MOST_PROBLEMS
        self.profiles: dict[str, Profile] = {}
        self.additions: dict[str, Addition] | None = {} if additions else None
        self.defaults: Defaults | None = None
        self.puhuri: Puhuri | None = None
        self.problems: list[UnlocatedProblem] = []
        self.warnings: list[UnlocatedProblem] = []

    def pmr(self) -> ProfilesManagementRepresentation:
        """Return what is valid."""
        return ProfilesManagementRepresentation(
            [*self.profiles.values()],
            defaults=self.defaults,
            puhuri=self.puhuri,
            additions=[*(self.additions or {}).values()],
        )

    def warn(self, findings: Iterable[Finding], *prefix: str | int) -> None:
        """Note warnings; the paths of the findings start at `prefix`."""
        for finding in islice(findings, max(0, MOST_PROBLEMS - len(self.warnings))):
            path: Path = (*prefix, *finding.path)
            self.warnings.append(UnlocatedProblem(path, finding._replace(path=path)))

    def add(self, problems: Iterable[UnlocatedProblem]) -> None:
        """Note problems, up to the limit."""
        for problem in problems:
            if self.is_full:
                return
            self.problems.append(problem)
            self.room -= problem.weight
            self.is_full = self.room < 0

    def add_findings(self, findings: Iterable[Finding], *prefix: str | int) -> None:
        """Note findings whose paths start at `prefix`."""
        for finding in findings:
            path: Path = (*prefix, *finding.path)
            self.add([UnlocatedProblem(path, finding._replace(path=path))])
            if self.is_full:
                return

    def add_error(
        self, error: ValidationError, *prefix: str | int, but: Callable[[Path], bool] = _nothing
    ) -> None:
        """Note what pydantic refuses below a path.

        Args:
            error: the error of pydantic. If it has too many parts, only their number is noted.
            prefix: the path of what was validated.
            but: returns whether to ignore what is wrong at a path.
        """
        count = error.error_count()
        if count > MOST_PROBLEMS:
            remedy = "check that the file is what it should be"
            what = f"there are {count:,} problems below this"
            self.refuse("too-many-problems", what, remedy, *prefix)
            self.is_full = True
            return
        problems = (
            UnlocatedProblem((*prefix, *detail["loc"]), error=detail)
            for detail in error.errors(include_url=False)
        )
        self.add(problem for problem in problems if not but(problem.path))

    @contextmanager
    def budget(self) -> Iterator[Budget]:
        """Provide what validation may still spend, and subtract the amounts that it checked."""
        budget = Budget(self.room + 1, self.amounts)
        try:
            yield budget
        finally:
            self.amounts = budget.amounts

    def refuse(self, code: str, what: str, remedy: str, *path: str | int) -> None:
        """Note a problem at a path."""
        self.add([UnlocatedProblem(path, Finding(code, what, remedy, path))])
