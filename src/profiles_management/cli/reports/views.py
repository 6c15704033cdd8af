"""The same role assignments, sorted and grouped in several ways: by profile, person, role and end, and for review."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from profiles_management.cli.reports.report import SOON_DAYS, Assignment, Mark, Report
from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import Person

_ROLES = ("owner", "admin", "edit", "view")
_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Assignments under one heading; `note` is shown next to it. `person` is whom the heading names, if it does."""

    heading: str
    note: str
    assignments: Sequence[Assignment]
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a report.

    Attributes:
        order: how it is ordered, after "Role assignments".
        has_profile, has_person: whether the rows have these columns; a heading that has it saves
            the column.
        groups: in the order in which they are shown.
    """

    title: str
    order: str
    groups: Sequence[Group]
    has_profile: bool = True
    has_person: bool = True


def views(report: Report) -> tuple[View, ...]:
    """Return every way to look at a report."""
    everything = sorted(report.assignments, key=_order)
    review = tuple(_review(everything))
    return (
        View("Profile", "by profile", tuple(_by_profile(everything, report)), has_profile=False),
        View("Person", "by person", tuple(_by_person(everything)), has_person=False),
        View("Role", "by role", tuple(_by_role(everything))),
        View("End", "by end", tuple(_by_end(everything))),
        *([View("To review", "to review", review)] if review else []),
    )


def _by_profile(assignments: Iterable[Assignment], report: Report) -> Iterator[Group]:
    for profile, found in _grouped(assignments, lambda one: (0, one.profile)):
        people = count(len({one.person for one in found}), "person or group", "people and groups")
        notes = [people, report.profile_notes.get(profile, "")]
        yield Group(profile, " · ".join(note for note in notes if note), found)


def _by_person(assignments: Iterable[Assignment]) -> Iterator[Group]:
    by_person: dict[Person, list[Assignment]] = {}
    for one in assignments:
        by_person.setdefault(one.person, []).append(one)
    for person in sorted(by_person, key=lambda person: (person.name.casefold(), person)):
        found = by_person[person]
        profiles = count(len({one.profile for one in found}), "profile")
        yield Group(person.name, profiles, found, person)


def _by_role(assignments: Iterable[Assignment]) -> Iterator[Group]:
    for role, found in _grouped(assignments, _role_key):
        yield Group(role, count(len(found), "role assignment"), found)


def _role_key(assignment: Assignment) -> _Key:
    is_usual = assignment.role in _ROLES
    return (_ROLES.index(assignment.role) if is_usual else len(_ROLES), assignment.role)


def _by_end(assignments: Iterable[Assignment]) -> Iterator[Group]:
    ordered = sorted(assignments, key=lambda one: (one.until, _order(one)))
    for heading, found in _grouped(ordered, _end_key):
        yield Group(heading, count(len(found), "role assignment"), found)


def _end_key(assignment: Assignment) -> _Key:
    if not assignment.until:
        return (3, "No end")
    if Mark.EXPIRED in assignment.marks:
        return (0, "Past its end")
    return (1, f"Ends within {SOON_DAYS} days") if assignment.ends_soon else (2, "Ends later")


def _review(assignments: Sequence[Assignment]) -> Iterator[Group]:
    for mark in Mark:
        found = [one for one in assignments if mark in one.marks]
        if found:
            yield Group(mark.value.capitalize(), count(len(found), "role assignment"), found)


def _grouped(
    assignments: Iterable[Assignment], key: Callable[[Assignment], _Key]
) -> list[tuple[str, list[Assignment]]]:
    groups: dict[_Key, list[Assignment]] = {}
    for one in assignments:
        groups.setdefault(key(one), []).append(one)
    return [
        (name, groups[number, name])
        for number, name in sorted(groups, key=lambda key: (key[0], key[1].casefold()))
    ]


def _order(assignment: Assignment) -> tuple[str, bool, str, str]:
    """Sort by profile, in it the owner first, then by person."""
    return (
        assignment.profile,
        assignment.role != "owner",
        assignment.person.name.casefold(),
        assignment.role,
    )
