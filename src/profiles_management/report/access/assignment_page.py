"""A report on access as one HTML page: the role assignments in several views."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from profiles_management.reconcile.plan import Person
from profiles_management.report.access.report_data import SOON_DAYS, Assignment, Mark, Report
from profiles_management.report.access.views import Group, View, views
from profiles_management.report.html_page import (
    Figure,
    Frame,
    figure,
    html_page,
    html_text,
    table,
)

_KINDS = {"Group": "group", "ServiceAccount": "service account"}


def page(report: Report) -> str:
    """Return a report as an HTML page. Radio buttons and style switch the views."""
    shown = views(report)
    named = [(f"Source {number}", source) for source, number in _sources(report).items()]
    frame = Frame(
        title=report.title,
        place=report.place,
        at=report.at,
        facts=[*report.facts, *named],
        figures=[*_figures(report)],
        not_covered=report.not_covered,
        notes=report.notes,
        made_by=report.made_by,
        style="".join(_switch_rules(len(shown))),
    )
    return html_page(frame, _content(shown, report))


def _content(shown: Sequence[View], report: Report) -> Iterator[str]:
    yield from _assignments(shown, report)
    for further in report.tables:
        yield from table(further)


def _assignments(shown: Sequence[View], report: Report) -> Iterator[str]:
    if not report.assignments:
        yield "<p>No role assignments.</p>\n"
        return
    yield from _switch(shown, report.first_view)
    sources = _sources(report)
    for index, view in enumerate(shown):
        yield from _view(index, view, sources)


def _switch_rules(number: int) -> Iterator[str]:
    for index in range(number):
        yield f"body:has(#by{index}:checked) #view{index}{{display:block}}\n"


# above the tables


def _figures(report: Report) -> Iterator[Figure]:
    assignments = report.assignments
    profiles = {assignment.profile for assignment in assignments}
    people = {assignment.person for assignment in assignments}
    yield figure(len(profiles), "profile", "profiles")
    yield figure(len(people), "person or group", "people and groups")
    yield figure(len(assignments), "role assignment", "role assignments")
    soon = sum(assignment.ends_soon for assignment in assignments)
    yield Figure(soon, f"ending within {SOON_DAYS} days")
    numbers = Counter(chain.from_iterable(assignment.marks for assignment in assignments))
    for mark in Mark:
        if numbers[mark] or mark in report.counted:
            yield Figure(numbers[mark], mark.value, is_alarming=True)


def _switch(shown: Iterable[View], first: str) -> Iterator[str]:
    yield '<fieldset class="switch">\n<legend>View by</legend>\n'
    for index, view in enumerate(shown):
        checked = " checked" if view.title == first else ""
        yield f'<input type="radio" name="by" id="by{index}"{checked}>'
        yield f'<label for="by{index}">{view.title}</label>\n'
    yield "</fieldset>\n"


# the tables


def _sources(report: Report) -> Mapping[str, int]:
    """Return a number for each source, which rows show, because URLs are too long."""
    sources = {assignment.source for assignment in report.assignments} - {""}
    return {source: number for number, source in enumerate(sorted(sources), start=1)}


def _view(number: int, view: View, sources: Mapping[str, int]) -> Iterator[str]:
    columns = _columns(view, has_sources=bool(sources))
    yield f'<section class="view" id="view{number}">\n<table>\n'
    yield f"<caption>Role assignments {view.order}</caption>\n"
    head = "".join(f'<th scope="col">{title}</th>' for title in columns)
    yield f"<thead><tr>{head}</tr></thead>\n"
    for group in view.groups:
        yield from _group(group, view, len(columns), sources)
    yield "</table>\n</section>\n"


def _columns(view: View, *, has_sources: bool) -> list[str]:
    columns = ["Role", "Until"]
    if view.has_person:
        columns.insert(0, "Person or group")
    if view.has_profile:
        columns.insert(0, "Profile")
    if has_sources:
        columns.append("Source")
    return columns


def _group(group: Group, view: View, width: int, sources: Mapping[str, int]) -> Iterator[str]:
    heading = _person(group.person) if group.person is not None else html_text(group.heading)
    note = f"<span>{html_text(group.note)}</span>"
    yield '<tbody>\n<tr class="g">'
    yield f'<th scope="rowgroup" colspan="{width}">{heading} {note}</th></tr>\n'
    for assignment in group.assignments:
        yield _row(assignment, view, sources)
    yield "</tbody>\n"


def _row(assignment: Assignment, view: View, sources: Mapping[str, int]) -> str:
    names = []
    if view.has_profile:
        names.append(html_text(assignment.profile))
    if view.has_person:
        names.append(_person(assignment.person))
    cells = [f"<th scope=row>{names[0]}</th>"]
    cells += (f"<td class=who>{name}</td>" for name in names[1:])
    cells.append(f"<td class=role>{_role(assignment)}</td>")
    cells.append(f"<td class=end>{_end(assignment)}</td>")
    if sources:
        cells.append(f"<td class=source>{sources.get(assignment.source, '')}</td>")
    return f"<tr>{''.join(cells)}</tr>\n"


def _person(person: Person) -> str:
    name = html_text(person.name).replace("@", "<wbr>@")  # where a long address may be broken
    if person.kind not in _KINDS:
        return name
    return f'{name} <span class="kind">{_KINDS[person.kind]}</span>'


def _role(assignment: Assignment) -> str:
    role = html_text(assignment.role)
    if Mark.MESH_ONLY in assignment.marks:
        role = _mark(assignment.role)
    marks = (mark for mark in assignment.marks if mark not in (Mark.EXPIRED, Mark.MESH_ONLY))
    return " ".join([role, *map(_mark, marks)])


def _mark(text: str, kind: str = "m") -> str:
    return f'<span class="{kind}">{html_text(text)}</span>'


def _end(assignment: Assignment) -> str:
    if not assignment.until:
        return "<i>no end</i>"
    date = f"<span class=date>{html_text(assignment.until)}</span>"
    if Mark.EXPIRED in assignment.marks:
        return f"{date} {_mark(Mark.EXPIRED, 'm bad')}"
    if assignment.ends_soon:
        return f"{date} {_mark('soon', 'm soon')}"
    return date
