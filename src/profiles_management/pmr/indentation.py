"""Sections whose lines are not indented: YAML reads `owner:` as empty and its keys as those of the profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from profiles_management.pmr.diagnosis import keys_of_section
from profiles_management.pmr.locating import UnlocatedProblem
from profiles_management.pmr.model import Finding, Path


def joined(complaints: Sequence[UnlocatedProblem]) -> Sequence[UnlocatedProblem]:
    """Return complaints with one in place of all that follow from a section whose lines are not indented."""
    empty = {complaint.path for complaint in complaints if _is_empty_section(complaint)}
    if not empty:
        return complaints
    neighbours: dict[Path, list[UnlocatedProblem]] = defaultdict(list)
    for complaint in complaints:
        neighbours[complaint.path[:-1]].append(complaint)
    strays = {path: _strays(path[-1], neighbours[path[:-1]]) for path in empty}
    if not any(strays.values()):
        return complaints
    dropped = {id(stray) for found in strays.values() for stray in found}
    return [
        _not_indented(complaint, strays.get(complaint.path, ()))
        for complaint in complaints
        if id(complaint) not in dropped
    ]


def _is_empty_section(complaint: UnlocatedProblem) -> bool:
    finding, path = complaint.finding, complaint.path
    if finding is None or finding.code != "empty-value" or not path:
        return False
    return bool(keys_of_section(path[-1]))


def _strays(section: str | int, neighbours: Iterable[UnlocatedProblem]) -> list[UnlocatedProblem]:
    """Return the complaints about keys next to a section that belong below it."""
    keys = keys_of_section(section)
    return [
        complaint
        for complaint in neighbours
        if complaint.path and complaint.path[-1] in keys and _is_stray(complaint)
    ]


def _is_stray(complaint: UnlocatedProblem) -> bool:
    if complaint.error is not None:
        return complaint.error["type"] == "extra_forbidden"
    return complaint.finding is not None and complaint.finding.code == "duplicate-key"


def _not_indented(
    complaint: UnlocatedProblem, strays: Sequence[UnlocatedProblem]
) -> UnlocatedProblem:
    if not strays or not _is_empty_section(complaint):
        return complaint
    keys = dict.fromkeys(str(stray.path[-1]) for stray in strays)
    what = f'the lines below "{complaint.path[-1]}" are not indented'
    remedy = f"put two more spaces before {' and '.join(f'{key}:' for key in keys)}"
    finding = Finding("not-indented", what, remedy, complaint.path, at_key=True)
    return complaint._replace(finding=finding)
