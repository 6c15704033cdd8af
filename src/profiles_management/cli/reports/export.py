"""What an export found as a page or CSV: a table of profiles with owner, contributors and quota."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from profiles_management.cli.reports import csv_table
from profiles_management.cli.reports.page import page
from profiles_management.cli.reports.report import SOON_DAYS, Assignment, Mark, Report
from profiles_management.cli.reports.target import facts_of, place_of
from profiles_management.kubeflow.access_report import NEVER_COVERED
from profiles_management.kubeflow.description import TargetDescription
from profiles_management.kubeflow.export import Export
from profiles_management.pmr import until
from profiles_management.pmr.classes import Contributor, Profile
from profiles_management.reconcile.plan import Person
from profiles_management.reconcile.rows import day

_UNMANAGED = "access by objects that are not managed, and ClusterRoleBindings (the command access lists both)"

COLUMNS = ("profile", "person", "kind", "role", "until", "quota")


def export_csv(export: Export) -> str:
    """Return an export as CSV: one line for each owner and contributor, with the quota of the profile in each."""
    return csv_table.csv_text(COLUMNS, _rows(export))


def export_page(export: Export, target: TargetDescription | None, at: datetime, made_by: str) -> str:
    """Return an export as an HTML page; `at` is the moment of the report."""
    profiles = export.pmr.in_order()
    return page(
        Report(
            title="Profiles report",
            facts=list(facts_of(target)),
            at=at,
            assignments=[one for profile in profiles for one in _assignments(profile, at)],
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
        for one in _assignments(profile, None):
            yield (one.profile, one.person.name, one.person.kind, one.role, one.until, quota)


def _assignments(profile: Profile, at: datetime | None) -> Iterator[Assignment]:
    """Yield the owner, then the contributors; without a moment nothing is past its end."""
    owner = profile.owner
    if owner is not None:
        yield Assignment(profile.name, Person(str(owner.kind), owner.name), "owner")
    for one in profile.contributors:
        yield _contributor(profile.name, one, at)


def _contributor(profile: str, one: Contributor, at: datetime | None) -> Assignment:
    end = one.until
    is_over = end is not None and at is not None and end <= at
    is_soon = end is not None and at is not None and not is_over and end <= at + timedelta(days=SOON_DAYS)
    return Assignment(
        profile=profile,
        person=Person(str(one.kind), one.name),
        role=str(one.role),
        until=day(until.written(end)) if end is not None else "",
        ends_soon=is_soon,
        marks=(Mark.EXPIRED,) if is_over else (),
    )


def _quota(profile: Profile) -> str:
    if profile.resources is None:
        return ""
    return ", ".join(f"{name} {amount}" for name, amount in (profile.resources.hard or {}).items())
