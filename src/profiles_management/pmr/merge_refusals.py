"""What merging refuses: the problems, and the contributors who get no access because of them."""

from __future__ import annotations

from collections.abc import Iterable

from profiles_management.pmr.additions import Offer
from profiles_management.pmr.origins import ENTRY_ENDED, RefusedContributor
from profiles_management.pmr.people import Contributor
from profiles_management.pmr.problems import Problem


class MergeRefusals:
    """Collects what is refused while documents are merged."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.contributors: list[RefusedContributor] = []

    def add(self, problem: Problem, contributors: Iterable[Contributor] = ()) -> None:
        """Add a problem of a source, and whom the source does not add because of it."""
        source, profile = problem.where.file, problem.where.profile
        self.problems.append(problem)
        self.contributors += [
            RefusedContributor(source, profile, person, problem.code) for person in contributors
        ]

    def overruled(self, profile: str, offer: Offer, entry: Contributor) -> None:
        """Add that an entry with priority applies in place of an offer, if it ends before that."""
        source, person = offer
        if entry.until is None:
            return
        if person.until is None or entry.until < person.until:
            refused = RefusedContributor(source, profile, person, ENTRY_ENDED, entry.until)
            self.contributors.append(refused)
