"""An export as a page or CSV: a table of profiles with owner, contributors and quota."""

from collections.abc import Iterator
from datetime import datetime

from profiles_management.kubeflow.access.access_report import NEVER_COVERED
from profiles_management.kubeflow.objects.document_people import timestamp
from profiles_management.kubeflow.target_description import TargetDescription
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.exported_document import Export
from profiles_management.reconcile.plan import Person
from profiles_management.reconcile.rows import day
from profiles_management.report import csv_table
from profiles_management.report.access.assignment_page import page
from profiles_management.report.access.report_data import Report, assignment
from profiles_management.report.access.target_facts import facts_of, place_of

_UNMANAGED = (
    "access by objects that are not managed, "
    "and ClusterRoleBindings (the command access lists both)"
)

COLUMNS = ("profile", "person", "kind", "role", "until", "quota")


def export_csv(export: Export) -> str:
    """Return an export as CSV: a line for each owner and contributor, with the profile's quota."""
    return csv_table.csv_text(COLUMNS, _rows(export))


def export_page(
    export: Export, target: TargetDescription | None, at: datetime, made_by: str
) -> str:
    """Return an export as an HTML page; `at` is the moment of the report."""
    profiles = export.pmr.in_order()
    return page(
        Report(
            title="Profiles report",
            facts=list(facts_of(target)),
            at=at,
            assignments=[
                assignment(profile.name, person, role, end, at)
                for profile in profiles
                for person, role, end in _people(profile)
            ],
            profile_notes={profile.name: _quota(profile) for profile in profiles},
            not_covered=(_UNMANAGED, *NEVER_COVERED),
            notes=[str(note) for note in export.notes],
            made_by=made_by,
            place=place_of(target),
        )
    )


def _rows(export: Export) -> Iterator[tuple[str, ...]]:
    for profile in export.pmr.in_order():
        quota = _quota(profile)
        for person, role, end in _people(profile):
            yield (profile.name, person.name, person.kind, role, day(end), quota)


def _people(profile: Profile) -> Iterator[tuple[Person, str, str]]:
    """Yield the owner and the contributors as (person, role, end); the end is '' for never."""
    yield Person(str(profile.owner.kind), profile.owner.name), "owner", ""
    for contributor in profile.contributors:
        person = Person(str(contributor.kind), contributor.name)
        yield person, str(contributor.role), timestamp(contributor.until)


def _quota(profile: Profile) -> str:
    if profile.resources is None:
        return ""
    hard = profile.resources.hard or {}
    return ", ".join(f"{name} {amount}" for name, amount in hard.items())
