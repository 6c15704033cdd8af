"""The report of who has access as lines and as data. Pure.

access        one for each role assignment: {profile, person: {kind, name}, role, until, expired,
              owner, managed, source, deleting}; until is null for never, source "" where none is
              recorded
people        one for each person: {kind, name, profiles}, profiles being a number general
where one person was asked for: like `access`, for groups and patterns of names that include
everybody cluster_wide  [{binding, role, person: {kind, name}}]; null where ClusterRoleBindings were
not read not_covered   what gives access and is not in the report, in words errors        that
nobody was found warnings      objects that could not be read
"""

from collections.abc import Iterable, Iterator
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

_NO_PROFILE = "There is no profile here. A cluster without Kubeflow is looked at with --standalone."


def data(report: AccessReport) -> Data:
    """Return a report as data; the keys are those of this module's description."""
    wide = report.cluster_wide
    people = report.people.items()
    return {
        "access": _entries_data(report.entries, report),
        "people": [_person_data(person) | {"profiles": number} for person, number in people],
        "general": _entries_data(report.general, report),
        "cluster_wide": None if wide is None else [_wide_data(entry) for entry in wide],
        "not_covered": list(report.not_covered),
        "errors": [problem_data(problem) for problem in nobody(report)],
        "warnings": [problem_data(problem) for problem in report.unread],
    }


def _entries_data(entries: Iterable[AccessEntry], report: AccessReport) -> list[Data]:
    return [access_data(entry) | {"expired": report.is_expired(entry)} for entry in entries]


def lines(report: AccessReport) -> list[Line]:
    """Return a report as text: where a person was asked for a table for each, else one table for all."""
    told = [*_answer(report)]
    for title, found in _further_tables(report):
        told += [line(), line(title), *found]
    return [*told, line(), *listed_warnings(report.unread)] if report.unread else told


def _answer(report: AccessReport) -> Iterator[Line]:
    if not (report.profiles or report.profile) and report.cluster_wide is None:
        yield line(_NO_PROFILE)
    elif report.person:
        yield from _of_person(report)
    else:
        yield from _of_everybody(report)


def not_covered(report: AccessReport) -> str:
    """Return what gives access and is not in the report, in one sentence."""
    return f"Not covered: {', '.join(report.not_covered)}."


def nobody(report: AccessReport) -> tuple[Problem, ...]:
    """Return that nobody was found, where somebody was asked for, with names that may have been meant."""
    if not report.person or report.found:
        return ()
    where = "any profile" if not report.profile else report.profile
    what = f"{quoted(report.person)} matches nobody who has access to {where}"
    remedy = (
        f"Similar names: {', '.join(report.similar)}."
        if report.similar
        else "No other name is similar."
    )
    return (Problem("unknown-person", what, Where(), remedy),)


def access_role(entry: AccessEntry) -> str:
    """Return the role in words, with what is unusual about it."""
    notes = ("not managed here", not entry.managed), ("namespace in deletion", entry.deleting)
    marks = "".join(f" ({note})" for note, applies in notes if applies)
    return f"{role_name(entry)}{marks}"


def role_name(entry: AccessEntry) -> str:
    """Return the role in one or two words."""
    return "owner" if entry.owner else entry.role or "mesh only"


def _until(entry: AccessEntry, report: AccessReport) -> str:
    """Return when an entry ends, and whether it should have ended by now."""
    if not entry.until:
        return "-"
    return f"{day(entry.until)}{' (expired)' if report.is_expired(entry) else ''}"


def _of_everybody(report: AccessReport) -> Iterator[Line]:
    if not report.entries:
        yield line(printable(f"Nobody has access in {report.profile or 'any profile'}."))
        return
    yield from _table(report.entries, report)


def _of_person(report: AccessReport) -> Iterator[Line]:
    people = report.people
    if len(people) > 1:
        yield line(printable(f"{len(people):,} people and groups match {quoted(report.person)}."))
        yield line()
    by_person = report.by_person
    # One table for everybody, so that the columns are aligned.
    head, *rows = _table_without_people(chain.from_iterable(by_person.values()), report)
    rest = iter(rows)
    for index, (person, number) in enumerate(people.items()):
        if index:
            yield line()
        yield _heading(person, number, report)
        own = list(islice(rest, len(by_person.get(person, ()))))
        yield from [head, *own] if own else []
    for problem in nobody(report):
        yield line(printable(f"{problem.what}. {problem.remedy}"))


def _heading(person: Person, number: int, report: AccessReport) -> Line:
    where = report.profile if report.profile and number else count(number, "profile")
    text = f" has access to {where if number else 'no profile'}."
    return line(Segment(printable(str(person)), Tone.HEADING), printable(text))


def _table_without_people(entries: Iterable[AccessEntry], report: AccessReport) -> list[Line]:
    rows = [(entry.profile, access_role(entry), _until(entry, report)) for entry in entries]
    return table([("PROFILE", "ROLE", "UNTIL"), *rows])


def _table(entries: Iterable[AccessEntry], report: AccessReport) -> list[Line]:
    rows = [
        (one.profile, str(one.person), access_role(one), _until(one, report)) for one in entries
    ]
    return table([("PROFILE", "PERSON", "ROLE", "UNTIL"), *rows])


def _further_tables(report: AccessReport) -> Iterator[tuple[str, list[Line]]]:
    if report.general:
        yield "Names that include everybody or many:", _table(report.general, report)
    if report.cluster_wide is not None:
        rows = [(entry.binding, str(entry.person), entry.role) for entry in report.cluster_wide]
        none = [line("None.")]
        found = table([("CLUSTERROLEBINDING", "PERSON", "CLUSTERROLE"), *rows]) if rows else none
        yield "Access to every namespace by ClusterRoleBindings:", found


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


def _wide_data(entry: ClusterWideEntry) -> Data:
    return {"binding": entry.binding, "role": entry.role, "person": _person_data(entry.person)}


def _person_data(person: Person) -> Data:
    return {"kind": person.kind, "name": person.name}
