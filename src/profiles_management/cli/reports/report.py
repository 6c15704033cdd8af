"""What a report shows, before it is a page or a table: role assignments, facts about the report, further tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from profiles_management.kubeflow.state.access_end import has_come
from profiles_management.reconcile.clock import read_moment
from profiles_management.reconcile.plan import Person

SOON_DAYS = 30


class Mark(StrEnum):
    """Something about a role assignment that a reviewer looks at; the value is what the report shows."""

    EXPIRED = "past its end"
    UNMANAGED = "not managed"
    MESH_ONLY = "mesh only"
    DELETING = "in deletion"


def shown_end(until: str) -> str:
    """Return an end as a report shows it, as `2027-01-31` or `2027-01-31 17:00 UTC`; what is no time stays."""
    moment = read_moment(until)
    if moment is None:
        return until
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return f"{moment:%Y-%m-%d}" if is_midnight else f"{moment:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One role of one person in one profile.

    Attributes:
        role: owner, admin, edit, view, or the name of another role.
        until: when it ends: `2027-01-31`, or `2027-01-31 17:00 UTC`; '' for never.
        ends_soon: whether that is within SOON_DAYS days.
        source: the source of the document that gave it, '' where none is recorded.
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
        until: when it ends, as annotations have it; '' for never.
        at: the moment of the report, with a zone.
        marks: those that do not depend on the moment.
    """
    is_over = has_come(until, at)
    is_soon = not is_over and has_come(until, at + timedelta(days=SOON_DAYS))
    marks = (Mark.EXPIRED, *marks) if is_over else tuple(marks)
    return Assignment(profile, person, role, shown_end(until), is_soon, source, marks)


@dataclass(frozen=True, slots=True)
class Table:
    """A further table of a report; `empty` is shown in place of a table without rows."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a report shows.

    Attributes:
        place: the cluster or folder in a word, for the title of a window or a printed page.
        facts: what the report is about: names and values, such as the cluster and the filters.
        at: when it was made, with a zone.
        profile_notes: by profile, what is shown next to its name.
        not_covered: what gives access and is not in the report.
        notes: what a reader has to know besides, such as objects that could not be read.
        made_by: the program and its version.
        first_view: the title of the view that is shown first.
        counted: the marks whose number is shown also where it is 0, because the report looks for
            them.
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
