"""The access report as lines and as data. Pure.

access        one entry for each role assignment: {profile, person: {kind, name}, role, until,
              expired, owner, managed, source, deleting}; until is null for never, source is ""
              where none is recorded
people        one entry for each person: {kind, name, profiles}; profiles is a number
general       in a report on one person: like `access`, for groups and patterns of names that
              include everybody
cluster_wide  [{binding, role, person: {kind, name}}]; null where ClusterRoleBindings were not read
not_covered   texts: kinds of access that are not in the report
errors        where nobody was found
warnings      objects that could not be read
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from profiles_management.kubeflow.access.access_report import AccessReport
from profiles_management.kubeflow.access.cluster_wide import ClusterWideEntry
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.pmr.names import quoted
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.describe import Data, problem_data
from profiles_management.reconcile.lines import Line, Segment, Tone, count, line, printable, table
from profiles_management.reconcile.plan import Person
from profiles_management.reconcile.rows import day
from profiles_management.reconcile.warning_lines import listed_warnings

_NO_PROFILE = "No profiles found. For a cluster without Kubeflow, pass --standalone."


def data(report: AccessReport) -> Data:
    """Return a report as data; the keys are those of this module's description."""
    people = report.people.items()
    return {
        "access": _entries_data(report.entries, report),
        "people": [_person_data(person) | {"profiles": number} for person, number in people],
        "general": _entries_data(report.general, report),
        "cluster_wide": _cluster_wide_data(report.cluster_wide),
        "not_covered": list(report.not_covered),
        "errors": [*map(problem_data, nobody(report))],
        "warnings": [*map(problem_data, report.unread)],
    }


def _entries_data(entries: Iterable[AccessEntry], report: AccessReport) -> list[Data]:
    return [access_data(entry) | {"expired": report.is_expired(entry)} for entry in entries]


def lines(report: AccessReport) -> list[Line]:
    """Return a report as text: one table, or a table for each person whom the search found."""
    text = [*_answer(report)]
    for title, rows in _further_tables(report):
        text += [line(), line(title), *rows]
    if report.unread:
        text += [line(), *listed_warnings(report.unread)]
    return text


def _answer(report: AccessReport) -> Iterator[Line]:
    if not report.checks_anything:
        yield line(_NO_PROFILE)
    elif report.person:
        yield from _of_person(report)
    else:
        yield from _of_everybody(report)


def not_covered(report: AccessReport) -> str:
    """Return the kinds of access that are not in the report, in one sentence."""
    return f"Not covered: {', '.join(report.not_covered)}."


def nobody(report: AccessReport) -> tuple[Problem, ...]:
    """Return a problem where the requested person was not found, with similar names."""
    if not report.person or report.found:
        return ()
    what = f"{quoted(report.person)} matches nobody who has access to {report.scope}"
    remedy = "No other name is similar."
    if report.similar:
        remedy = f"Similar names: {', '.join(report.similar)}."
    return (Problem("unknown-person", what, Where(), remedy),)


def access_role(entry: AccessEntry) -> str:
    """Return the role in words, and notes on unusual access."""
    text = role_name(entry)
    if not entry.managed:
        text += " (not managed here)"
    if entry.deleting:
        text += " (namespace in deletion)"
    return text


def role_name(entry: AccessEntry) -> str:
    """Return the role in one or two words."""
    if entry.owner:
        return "owner"
    return entry.role or "mesh only"


def _until(entry: AccessEntry, report: AccessReport) -> str:
    """Return when an entry ends, and whether it should have ended before the report."""
    if not entry.until:
        return "-"
    if report.is_expired(entry):
        return f"{day(entry.until)} (expired)"
    return day(entry.until)


def _of_everybody(report: AccessReport) -> Iterator[Line]:
    if not report.entries:
        yield line(printable(f"Nobody has access in {report.scope}."))
        return
    yield from _table(report.entries, report)


def _of_person(report: AccessReport) -> Iterator[Line]:
    people = report.people
    if len(people) > 1:
        yield line(printable(f"{len(people):,} people and groups match {quoted(report.person)}."))
        yield line()
    yield from _tables(report)
    for problem in nobody(report):
        yield line(printable(f"{problem.what}. {problem.remedy}"))


def _tables(report: AccessReport) -> Iterator[Line]:
    """Yield a heading and a table for each person; cut from one table, so that columns align."""
    by_person = report.by_person
    head, *rows = _table_without_people(chain.from_iterable(by_person.values()), report)
    remaining = iter(rows)
    for index, (person, number) in enumerate(report.people.items()):
        if index:
            yield line()
        yield _heading(person, number, report)
        if person in by_person:
            yield head
            yield from islice(remaining, len(by_person[person]))


def _heading(person: Person, number: int, report: AccessReport) -> Line:
    text = f" has access to {_where(number, report)}."
    return line(Segment(printable(str(person)), Tone.HEADING), printable(text))


def _where(number: int, report: AccessReport) -> str:
    if not number:
        return "no profile"
    return report.profile or count(number, "profile")


def _table_without_people(entries: Iterable[AccessEntry], report: AccessReport) -> list[Line]:
    rows = [(entry.profile, access_role(entry), _until(entry, report)) for entry in entries]
    return table([("PROFILE", "ROLE", "UNTIL"), *rows])


def _table(entries: Iterable[AccessEntry], report: AccessReport) -> list[Line]:
    rows = [
        (entry.profile, str(entry.person), access_role(entry), _until(entry, report))
        for entry in entries
    ]
    return table([("PROFILE", "PERSON", "ROLE", "UNTIL"), *rows])


def _further_tables(report: AccessReport) -> Iterator[tuple[str, list[Line]]]:
    if report.general:
        yield "Names that include everybody or many:", _table(report.general, report)
    if report.cluster_wide is not None:
        yield "Access to every namespace by ClusterRoleBindings:", _wide_table(report.cluster_wide)


def _wide_table(entries: Sequence[ClusterWideEntry]) -> list[Line]:
    if not entries:
        return [line("None.")]
    rows = [(entry.binding, str(entry.person), entry.role) for entry in entries]
    return table([("CLUSTERROLEBINDING", "PERSON", "CLUSTERROLE"), *rows])


def access_data(entry: AccessEntry) -> Data:
    """Return one role assignment as data."""
    return {
        "profile": entry.profile,
        "person": _person_data(entry.person),
        "role": entry.role,
        "until": entry.until or None,
        "owner": entry.owner,
        "managed": entry.managed,
        "source": entry.source,
        "deleting": entry.deleting,
    }


def _cluster_wide_data(entries: Sequence[ClusterWideEntry] | None) -> list[Data] | None:
    if entries is None:
        return None
    return [*map(_wide_data, entries)]


def _wide_data(entry: ClusterWideEntry) -> Data:
    return {"binding": entry.binding, "role": entry.role, "person": _person_data(entry.person)}


def _person_data(person: Person) -> Data:
    return {"kind": person.kind, "name": person.name}
