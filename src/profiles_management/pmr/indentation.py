"""Sections whose lines are not indented.

YAML reads such an `owner:` as empty, and its keys as keys of the profile. One problem says so in
place of all that follow from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from profiles_management.pmr.diagnosis import keys_of_section
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, Path

_UNEXPECTED_KEY: Final = frozenset({"extra_forbidden", "duplicate-key"})


def with_unindented_sections(problems: Sequence[UnlocatedProblem]) -> Sequence[UnlocatedProblem]:
    """Return problems with one for each unindented section in place of all that follow from it."""
    sections = {problem.path for problem in problems if _is_empty_section(problem)}
    if not sections:
        return problems
    siblings: dict[Path, list[UnlocatedProblem]] = defaultdict(list)
    for problem in problems:
        siblings[problem.path[:-1]].append(problem)
    misplaced = {path: _misplaced(path[-1], siblings[path[:-1]]) for path in sections}
    return [*_merged(problems, misplaced)]


def _is_empty_section(problem: UnlocatedProblem) -> bool:
    return problem.code == "empty-value" and bool(keys_of_section(problem.path[-1]))


def _misplaced(section: str | int, siblings: Iterable[UnlocatedProblem]) -> list[UnlocatedProblem]:
    """Return the problems with keys next to a section that belong into it."""
    keys = keys_of_section(section)
    unexpected = (problem for problem in siblings if problem.code in _UNEXPECTED_KEY)
    return [problem for problem in unexpected if problem.path[-1] in keys]


def _merged(
    problems: Iterable[UnlocatedProblem], misplaced: dict[Path, list[UnlocatedProblem]]
) -> Iterator[UnlocatedProblem]:
    """Yield the problems without those with misplaced keys, which their section names."""
    dropped = {id(problem) for keys in misplaced.values() for problem in keys}
    for problem in problems:
        if id(problem) in dropped:
            continue
        keys = misplaced.get(problem.path)
        if keys and _is_empty_section(problem):
            yield _not_indented(problem, keys)
        else:
            yield problem


def _not_indented(
    section: UnlocatedProblem, misplaced: Iterable[UnlocatedProblem]
) -> UnlocatedProblem:
    keys = dict.fromkeys(f"{problem.path[-1]}:" for problem in misplaced)
    what = f'the lines below "{section.path[-1]}" are not indented'
    remedy = f"put two more spaces before {' and '.join(keys)}"
    finding = Finding("not-indented", what, remedy, section.path, at_key=True)
    return section._replace(finding=finding)
