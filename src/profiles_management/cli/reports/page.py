"""A report as one HTML page without scripts, requests and fonts, which can be sent by e-mail."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from itertools import chain

from profiles_management.cli.reports.report_data import SOON_DAYS, Assignment, Mark, Report, Table
from profiles_management.cli.reports.style import STYLE
from profiles_management.cli.reports.views import Group, View, views
from profiles_management.reconcile.lines import printable
from profiles_management.reconcile.plan import Person

_KINDS = {"Group": "group", "ServiceAccount": "service account"}


def page(report: Report) -> str:
    """Return a report as an HTML page.

    Radio buttons and style switch the views. Names are escaped, and characters that cannot be
    printed are shown as on a terminal. The page's policy lets the browser load and run nothing.
    """
    return "".join(_page(report))


def _page(report: Report) -> Iterator[str]:
    shown = views(report)
    style = STYLE + "".join(_switch_rules(len(shown)))
    title = _text(report.title)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield '<meta name="referrer" content="no-referrer">\n'
    window = ": ".join(filter(None, (title, _text(report.place))))
    yield f"<title>{window}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    yield from _header(title, report)
    yield from _assignments(shown, report)
    for table in report.tables:
        yield from _table(table)
    yield from _notes(report)
    yield f"<footer>{_text(report.made_by)}</footer>\n</main>\n</body>\n</html>\n"


def _assignments(shown: Sequence[View], report: Report) -> Iterator[str]:
    if not report.assignments:
        yield "<p>No role assignments.</p>\n"
        return
    yield from _switch(shown, report.first_view)
    sources = _sources(report)
    for index, view in enumerate(shown):
        yield from _view(index, view, sources)


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _switch_rules(number: int) -> Iterator[str]:
    for index in range(number):
        yield f"body:has(#by{index}:checked) #view{index}{{display:block}}\n"


# above the tables


def _header(title: str, report: Report) -> Iterator[str]:
    moment = report.at.strftime("%Y-%m-%d %H:%M UTC")
    iso = report.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield f"<header>\n<h1>{title}</h1>\n"
    yield f'<p class="when"><time datetime="{iso}">{moment}</time></p>\n'
    yield '<dl class="facts">\n'
    named = [(f"Source {number}", source) for source, number in _sources(report).items()]
    for name, value in [*report.facts, *named]:
        yield f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>\n"
    yield '</dl>\n<ul class="figures">\n'
    for number, words, is_alarming in _figures(report):
        look = ' class="look"' if number and is_alarming else ""
        yield f"<li{look}><b>{number:,}</b> <span>{words}</span></li>\n"
    yield "</ul>\n</header>\n"


def _figures(report: Report) -> Iterator[tuple[int, str, bool]]:
    """Yield numbers, their words, and whether a reviewer must look at them unless they are 0."""
    assignments = report.assignments
    profiles = {assignment.profile for assignment in assignments}
    people = {assignment.person for assignment in assignments}
    yield _figure(len(profiles), "profile", "profiles")
    yield _figure(len(people), "person or group", "people and groups")
    yield _figure(len(assignments), "role assignment", "role assignments")
    soon = sum(assignment.ends_soon for assignment in assignments)
    yield soon, f"ending within {SOON_DAYS} days", False
    numbers = Counter(chain.from_iterable(assignment.marks for assignment in assignments))
    for mark in Mark:
        if numbers[mark] or mark in report.counted:
            yield numbers[mark], mark.value, True


def _figure(number: int, singular: str, plural: str) -> tuple[int, str, bool]:
    if number == 1:
        return number, singular, False
    return number, plural, False


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
    heading = _person(group.person) if group.person is not None else _text(group.heading)
    note = f"<span>{_text(group.note)}</span>"
    yield '<tbody>\n<tr class="g">'
    yield f'<th scope="rowgroup" colspan="{width}">{heading} {note}</th></tr>\n'
    for assignment in group.assignments:
        yield _row(assignment, view, sources)
    yield "</tbody>\n"


def _row(assignment: Assignment, view: View, sources: Mapping[str, int]) -> str:
    names = []
    if view.has_profile:
        names.append(_text(assignment.profile))
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
    name = _text(person.name).replace("@", "<wbr>@")  # where a long address may be broken
    if person.kind not in _KINDS:
        return name
    return f'{name} <span class="kind">{_KINDS[person.kind]}</span>'


def _role(assignment: Assignment) -> str:
    role = _text(assignment.role)
    if Mark.MESH_ONLY in assignment.marks:
        role = _mark(assignment.role)
    marks = (mark for mark in assignment.marks if mark not in (Mark.EXPIRED, Mark.MESH_ONLY))
    return " ".join([role, *map(_mark, marks)])


def _mark(text: str, kind: str = "m") -> str:
    return f'<span class="{kind}">{_text(text)}</span>'


def _end(assignment: Assignment) -> str:
    if not assignment.until:
        return "<i>no end</i>"
    date = f"<span class=date>{_text(assignment.until)}</span>"
    if Mark.EXPIRED in assignment.marks:
        return f"{date} {_mark(Mark.EXPIRED, 'm bad')}"
    if assignment.ends_soon:
        return f"{date} {_mark('soon', 'm soon')}"
    return date


def _table(table: Table) -> Iterator[str]:
    yield f"<section>\n<h2>{_text(table.title)}</h2>\n"
    if not table.rows:
        yield f"<p>{_text(table.empty)}</p>\n</section>\n"
        return
    head = "".join(f'<th scope="col">{_text(title)}</th>' for title in table.head)
    yield f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    for row in table.rows:
        cells = "".join(f"<td>{_text(cell)}</td>" for cell in row[1:])
        yield f'<tr><th scope="row">{_text(row[0])}</th>{cells}</tr>\n'
    yield "</tbody>\n</table>\n</section>\n"


def _notes(report: Report) -> Iterator[str]:
    if not report.not_covered and not report.notes:
        return
    yield '<section class="notes">\n'
    yield from _list("Not covered by this report", report.not_covered)
    yield from _list("Notes", report.notes)
    yield "</section>\n"


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if not items:
        return
    yield f"<h2>{title}</h2>\n<ul>\n"
    yield from (f"<li>{_text(item)}</li>\n" for item in items)
    yield "</ul>\n"


@lru_cache(maxsize=65_536)
def _text(text: str) -> str:
    return escape(printable(text))
