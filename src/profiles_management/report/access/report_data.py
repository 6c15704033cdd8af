"""The data of a report on access: role assignments, facts about it, and further tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from profiles_management.kubeflow.state.access_end import has_come
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import Person
from profiles_management.report.html_page import Table

SOON_DAYS = 30


class Mark(StrEnum):
    """A property of a role assignment that a reviewer checks; the value is shown in the report."""

    EXPIRED = "past its end"
    UNMANAGED = "not managed"
    MESH_ONLY = "mesh only"
    DELETING = "in deletion"


def shown_end(until: str) -> str:
    """Return an end as a report shows it: `2027-01-31`, or `2027-01-31 17:00 UTC`.

    A text that is not a time stays as it is.
    """
    moment = read_moment(until)
    if moment is None:
        return until
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role of one person in one profile.

    Attributes:
        role: owner, admin, edit, view, or the name of another role.
        until: the end: `2027-01-31`, or `2027-01-31 17:00 UTC`; '' for never.
        ends_soon: whether the end is within SOON_DAYS days.
        source: the source of the entry in the document, '' where none is recorded.
        marks: the properties that a reviewer checks.
    """

    profile: str
    person: Person
    role: str
    until: str = ""
    ends_soon: bool = False
    source: str = ""
    marks: tuple[Mark, ...] = ()


def assignment(
    profile: str,
    person: Person,
    role: str,
    until: str,
    at: datetime,
    *,
    source: str = "",
    marks: Iterable[Mark] = (),
) -> Assignment:
    """Return an assignment as it is at a moment.

    Args:
        profile: the profile.
        person: the person.
        role: owner, admin, edit, view, or the name of another role.
        until: the end, as annotations have it; '' for never.
        at: the moment of the report, with a zone.
        source: the source of the entry in the document.
        marks: the marks that do not depend on the moment.
    """
    if has_come(until, at):
        marks = (Mark.EXPIRED, *marks)
        is_soon = False
    else:
        is_soon = has_come(until, at + timedelta(days=SOON_DAYS))
    return Assignment(profile, person, role, shown_end(until), is_soon, source, tuple(marks))


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report shows.

    Attributes:
        title: the title of the page.
        facts: names and values, such as the cluster and the filters.
        at: the moment of the report, with a zone.
        assignments: the role assignments.
        profile_notes: by profile, a note next to its name.
        tables: further tables.
        not_covered: kinds of access that are not in the report.
        notes: further notes, such as objects that could not be read.
        made_by: the program and its version.
        counted: the marks whose number is shown even if it is 0.
        place: the short name of the cluster or folder, for the title of the window.
        first_view: the title of the view that is shown first.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    at: datetime
    assignments: Sequence[Assignment]
    profile_notes: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[Table] = ()
    not_covered: Sequence[str] = ()
    notes: Sequence[str] = ()
    made_by: str = "profiles-management"
    counted: Sequence[Mark] = (Mark.EXPIRED,)
    place: str = ""
    first_view: str = "Profile"
