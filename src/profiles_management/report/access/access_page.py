"""The access report as a page or CSV."""

from collections.abc import Iterator

from profiles_management.kubeflow.access.access_listing import nobody, role_name
from profiles_management.kubeflow.access.access_report import AccessReport
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.kubeflow.target_description import TargetDescription
from profiles_management.pmr.names import quoted
from profiles_management.reconcile.rows import day
from profiles_management.report import csv_table
from profiles_management.report.access.assignment_page import page
from profiles_management.report.access.report_data import Assignment, Mark, Report, assignment
from profiles_management.report.access.target_facts import facts_of, place_of
from profiles_management.report.html_page import Table

COLUMNS = (
    "profile",
    "person",
    "kind",
    "role",
    "until",
    "expired",
    "source",
    "managed",
    "deleting",
    "cluster_role_binding",
)


def access_csv(report: AccessReport) -> str:
    """Return a report as CSV: a line for each role assignment, then for each ClusterRoleBinding."""
    return csv_table.csv_text(COLUMNS, _rows(report))


def access_page(report: AccessReport, target: TargetDescription | None, made_by: str) -> str:
    """Return a report as an HTML page."""
    return page(
        Report(
            title="Access report",
            facts=[*facts_of(target), *_filters(report)],
            at=report.at,
            assignments=[_assignment(entry, report) for entry in report.entries],
            tables=list(_tables(report)),
            not_covered=report.not_covered,
            notes=[str(problem) for problem in report.unread],
            made_by=made_by,
            place=place_of(target),
            first_view="Person" if report.person else "Profile",
            counted=(Mark.EXPIRED, Mark.UNMANAGED),
        )
    )


def _rows(report: AccessReport) -> Iterator[tuple[str, ...]]:
    for entry in (*report.entries, *report.general):
        yield (
            entry.profile,
            entry.person.name,
            entry.person.kind,
            role_name(entry),
            day(entry.until),
            _yes(answer=report.is_expired(entry)),
            entry.source,
            _yes(answer=entry.managed),
            _yes(answer=entry.deleting),
            "",
        )
    for wide in report.cluster_wide or ():
        yield (
            "",
            wide.person.name,
            wide.person.kind,
            wide.role,
            "",
            "no",
            "",
            "no",
            "no",
            wide.binding,
        )


def _yes(*, answer: bool) -> str:
    if answer:
        return "yes"
    return "no"


def _filters(report: AccessReport) -> Iterator[tuple[str, str]]:
    filters = []
    if report.profile:
        filters.append(f"profile {report.profile}")
    if report.person:
        filters.append(f"names that match {quoted(report.person)}")
    yield "Filter", ", ".join(filters) or "none"
    for problem in nobody(report):
        yield "Result", f"{problem.what}. {problem.remedy}"


def _assignment(entry: AccessEntry, report: AccessReport) -> Assignment:
    return assignment(
        entry.profile,
        entry.person,
        role_name(entry),
        entry.until,
        report.at,
        source=entry.source,
        marks=_marks(entry),
    )


def _marks(entry: AccessEntry) -> Iterator[Mark]:
    if not entry.managed:
        yield Mark.UNMANAGED
    if not entry.role:
        yield Mark.MESH_ONLY
    if entry.deleting:
        yield Mark.DELETING


def _tables(report: AccessReport) -> Iterator[Table]:
    if report.general:
        rows = [(entry.profile, str(entry.person), role_name(entry)) for entry in report.general]
        yield Table("Names that include everybody or many", ("Profile", "Name", "Role"), rows)
    if report.cluster_wide is not None:
        bindings = [(str(wide.person), wide.role, wide.binding) for wide in report.cluster_wide]
        head = ("Person or group", "ClusterRole", "ClusterRoleBinding")
        yield Table("Access to every namespace by ClusterRoleBindings", head, bindings)
