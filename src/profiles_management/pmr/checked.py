"""What came of checking a document: what is valid of it, and complaints and warnings, up to a number of them."""

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
from profiles_management.pmr.effort import MOST_PROBLEMS, NO_LIMITS, Effort, Limits
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, Path


def _nothing(_: Path) -> bool:
    return False


class Checked:
    """The outcome: a PMR, which is whole only if there are no complaints. Warnings leave it whole.

    `additions` is None in a document that may not have any. `is_full` once there are so many
    complaints, or such a one, that the rest is not worth a look.
    """

    def __init__(self, *, additions: bool = False, limits: Limits = NO_LIMITS) -> None:
        self.limits = limits
        self.is_full = False
        self.amounts = limits.amounts
        self.room = MOST_PROBLEMS
        self.profiles: dict[str, Profile] = {}
        self.additions: dict[str, Addition] | None = {} if additions else None
        self.defaults: Defaults | None = None
        self.complaints: list[UnlocatedProblem] = []
        self.warnings: list[UnlocatedProblem] = []

    def pmr(self) -> ProfilesManagementRepresentation:
        """Return what is valid."""
        return ProfilesManagementRepresentation(
            [*self.profiles.values()],
            defaults=self.defaults,
            additions=[*(self.additions or {}).values()],
        )

    def warn(self, findings: Iterable[Finding], *prefix: str | int) -> None:
        """Note what is valid and probably not meant; the findings' paths start at `prefix`."""
        for finding in islice(findings, max(0, MOST_PROBLEMS - len(self.warnings))):
            path: Path = (*prefix, *finding.path)
            self.warnings.append(UnlocatedProblem(path, finding._replace(path=path)))

    def add(self, complaints: Iterable[UnlocatedProblem]) -> None:
        """Note complaints, up to as many as are worth reading."""
        for complaint in complaints:
            if self.is_full:
                return
            self.complaints.append(complaint)
            self.room -= complaint.weight
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
        """Note what pydantic refuses below a path, `but` for some paths; of too much only how much it is."""
        if error.error_count() > MOST_PROBLEMS:
            what = f"{error.error_count():,} things are wrong below this"
            self.complain(
                "too-many-problems", what, "check that the file is what it should be", *prefix
            )
            self.is_full = True
            return
        complaints = (
            UnlocatedProblem((*prefix, *detail["loc"]), error=detail)
            for detail in error.errors(include_url=False)
        )
        self.add(complaint for complaint in complaints if not but(complaint.path))

    @contextmanager
    def effort(self) -> Iterator[Effort]:
        """Provide what is left of the work that the document may make, and take off what was used of its amounts."""
        effort = Effort(self.room + 1, self.amounts)
        try:
            yield effort
        finally:
            self.amounts = effort.amounts

    def complain(self, code: str, what: str, remedy: str, *path: str | int) -> None:
        """Note something that is wrong at a path."""
        self.add([UnlocatedProblem(path, Finding(code, what, remedy, path))])
