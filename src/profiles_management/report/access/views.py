"""Views of the role assignments: by profile, person, role and end, and for review."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from profiles_management.reconcile.lines import count
from profiles_management.reconcile.plan import Person
from profiles_management.report.access.report_data import SOON_DAYS, Assignment, Mark, Report

_ROLES = ("owner", "admin", "edit", "view")
_Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Group:
    """Assignments under a heading with a note; `person` is set if the heading is a person."""

    heading: str
    note: str
    assignments: Sequence[Assignment]
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A view of a report.

    Attributes:
        title: the title of the view.
        order: its order, as the text after "Role assignments".
        groups: the groups in their order.
        has_profile: whether the rows have a column for the profile, which may be the heading.
        has_person: whether the rows have a column for the person, which may be the heading.
    """

    title: str
    order: str
    groups: Sequence[Group]
    has_profile: bool = True
    has_person: bool = True


def views(report: Report) -> tuple[View, ...]:
    """Return every view of a report."""
    everything = sorted(report.assignments, key=_order)
    all_views = [
        View("Profile", "by profile", tuple(_by_profile(everything, report)), has_profile=False),
        View("Person", "by person", tuple(_by_person(everything)), has_person=False),
        View("Role", "by role", tuple(_by_role(everything))),
        View("End", "by end", tuple(_by_end(everything))),
    ]
    review = tuple(_review(everything))
    if review:
        all_views.append(View("To review", "to review", review))
    return tuple(all_views)


def _by_profile(assignments: Iterable[Assignment], report: Report) -> Iterator[Group]:
    for profile, own in _grouped(assignments, lambda assignment: (0, assignment.profile)):
        people = {assignment.person for assignment in own}
        note = count(len(people), "person or group", "people and groups")
        if report.profile_notes.get(profile):
            note += f" · {report.profile_notes[profile]}"
        yield Group(profile, note, own)


def _by_person(assignments: Iterable[Assignment]) -> Iterator[Group]:
    by_person: dict[Person, list[Assignment]] = {}
    for assignment in assignments:
        by_person.setdefault(assignment.person, []).append(assignment)
    for person in sorted(by_person, key=lambda person: (person.name.casefold(), person)):
        own = by_person[person]
        profiles = {assignment.profile for assignment in own}
        yield Group(person.name, count(len(profiles), "profile"), own, person)


def _by_role(assignments: Iterable[Assignment]) -> Iterator[Group]:
    for role, own in _grouped(assignments, _role_key):
        yield Group(role, count(len(own), "role assignment"), own)


def _role_key(assignment: Assignment) -> _Key:
    position = len(_ROLES)
    if assignment.role in _ROLES:
        position = _ROLES.index(assignment.role)
    return position, assignment.role


def _by_end(assignments: Iterable[Assignment]) -> Iterator[Group]:
    ordered = sorted(assignments, key=lambda assignment: (assignment.until, _order(assignment)))
    for heading, own in _grouped(ordered, _end_key):
        yield Group(heading, count(len(own), "role assignment"), own)


def _end_key(assignment: Assignment) -> _Key:
    if not assignment.until:
        return (3, "No end")
    if Mark.EXPIRED in assignment.marks:
        return (0, "Past its end")
    if assignment.ends_soon:
        return (1, f"Ends within {SOON_DAYS} days")
    return (2, "Ends later")


def _review(assignments: Sequence[Assignment]) -> Iterator[Group]:
    for mark in Mark:
        marked = [assignment for assignment in assignments if mark in assignment.marks]
        if marked:
            yield Group(mark.value.capitalize(), count(len(marked), "role assignment"), marked)


def _grouped(
    assignments: Iterable[Assignment], key: Callable[[Assignment], _Key]
) -> list[tuple[str, list[Assignment]]]:
    """Return the assignments by name, sorted by the number and the name of the key."""
    groups: dict[_Key, list[Assignment]] = {}
    for assignment in assignments:
        groups.setdefault(key(assignment), []).append(assignment)
    in_order = sorted(groups, key=lambda key: (key[0], key[1].casefold()))
    return [(name, groups[number, name]) for number, name in in_order]


def _order(assignment: Assignment) -> tuple[str, bool, str, str]:
    """Return the key for sorting by profile, then the owner before other people."""
    return (
        assignment.profile,
        assignment.role != "owner",
        assignment.person.name.casefold(),
        assignment.role,
    )
