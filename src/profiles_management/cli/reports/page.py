"""A report as one HTML page that needs nothing else: no script, no request, no font. It can be sent by e-mail."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from html import escape

from profiles_management.cli.reports.report import SOON_DAYS, Assignment, Mark, Report, Table
from profiles_management.cli.reports.style import STYLE
from profiles_management.cli.reports.views import Group, View, views
from profiles_management.reconcile.lines import printable
from profiles_management.reconcile.plan import Person

_KINDS = {"Group": "group", "ServiceAccount": "service account"}


def page(report: Report) -> str:
    """Return a report as an HTML page.

    Views switch by radio buttons and style alone. Whatever names contain is escaped, and what is
    not printable is shown as on a terminal; the page's policy lets the browser load and run
    nothing.
    """
    return "".join(_page(report))


def _page(report: Report) -> Iterator[str]:
    shown = views(report)
    style = STYLE + "".join(_switch_rules(len(shown)))
    title = _text(report.title)
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
    window = f"{title}: {_text(report.place)}" if report.place else title
    yield f"<title>{window}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
    yield from _header(title, report)
    if report.assignments:
        yield from _switch(shown, report.first_view)
        sources = _sources(report)
        for index, view in enumerate(shown):
            yield from _view(index, view, sources)
    else:
        yield "<p>No role assignments.</p>\n"
    for table in report.tables:
        yield from _table(table)
    yield from _notes(report)
    yield f"<footer>{_text(report.made_by)}</footer>\n</main>\n</body>\n</html>\n"


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _switch_rules(number: int) -> Iterator[str]:
    for index in range(number):
        yield f"body:has(#by{index}:checked) #view{index}{{display:block}}\n"


# what stands above the tables


def _header(title: str, report: Report) -> Iterator[str]:
    moment = report.at.strftime("%Y-%m-%d %H:%M UTC")
    iso = report.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    yield f'<header>\n<h1>{title}</h1>\n<p class="when"><time datetime="{iso}">{moment}</time></p>\n'
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
    found = report.assignments
    profiles, people = {one.profile for one in found}, {one.person for one in found}
    yield len(profiles), "profile" if len(profiles) == 1 else "profiles", False
    yield len(people), "person or group" if len(people) == 1 else "people and groups", False
    yield len(found), "role assignment" if len(found) == 1 else "role assignments", False
    yield sum(one.ends_soon for one in found), f"ending within {SOON_DAYS} days", False
    for mark in Mark:
        number = sum(mark in one.marks for one in found)
        if number or mark in report.counted:
            yield number, mark.value, True


def _switch(shown: Iterable[View], first: str) -> Iterator[str]:
    yield '<fieldset class="switch">\n<legend>View by</legend>\n'
    for index, view in enumerate(shown):
        checked = " checked" if view.title == first else ""
        yield f'<input type="radio" name="by" id="by{index}"{checked}><label for="by{index}">{view.title}</label>\n'
    yield "</fieldset>\n"


# the tables


def _sources(report: Report) -> Mapping[str, int]:
    """Return the number that stands for each source: a URL in every row would be all that one sees."""
    found = sorted({one.source for one in report.assignments if one.source})
    return {source: number for number, source in enumerate(found, start=1)}


def _view(number: int, view: View, sources: Mapping[str, int]) -> Iterator[str]:
    columns = [
        *(["Profile"] if view.has_profile else []),
        *(["Person or group"] if view.has_person else []),
        "Role",
        "Until",
        *(["Source"] if sources else []),
    ]
    yield f'<section class="view" id="view{number}">\n<table>\n'
    yield f"<caption>Role assignments {view.order}</caption>\n"
    yield (
        "<thead><tr>"
        + "".join(f'<th scope="col">{title}</th>' for title in columns)
        + "</tr></thead>\n"
    )
    for group in view.groups:
        yield from _group(group, view, len(columns), sources)
    yield "</table>\n</section>\n"


def _group(group: Group, view: View, width: int, sources: Mapping[str, int]) -> Iterator[str]:
    heading = _text(group.heading) if group.person is None else _person(group.person)
    note = f"<span>{_text(group.note)}</span>"
    yield f'<tbody>\n<tr class="g"><th scope="rowgroup" colspan="{width}">{heading} {note}</th></tr>\n'
    for assignment in group.assignments:
        yield _row(assignment, view, sources)
    yield "</tbody>\n"


def _row(one: Assignment, view: View, sources: Mapping[str, int]) -> str:
    names = [_text(one.profile)] if view.has_profile else []
    names += [_person(one.person)] if view.has_person else []
    cells = [
        f"<th scope=row>{names[0]}</th>",
        *(f"<td class=who>{name}</td>" for name in names[1:]),
    ]
    cells += [f"<td class=role>{_role(one)}</td>", f"<td class=end>{_end(one)}</td>"]
    cells += [f"<td class=source>{sources.get(one.source, '')}</td>"] if sources else []
    return f"<tr>{''.join(cells)}</tr>\n"


def _person(person: Person) -> str:
    kind = _KINDS.get(person.kind, "")
    name = _text(person.name).replace("@", "<wbr>@")  # a long address is broken there first
    return name + (f' <span class="kind">{kind}</span>' if kind else "")


def _role(one: Assignment) -> str:
    marks = (mark for mark in one.marks if mark not in (Mark.EXPIRED, Mark.MESH_ONLY))
    role = _mark(one.role) if Mark.MESH_ONLY in one.marks else _text(one.role)
    return " ".join([role, *map(_mark, marks)])


def _mark(text: str, kind: str = "m") -> str:
    return f'<span class="{kind}">{_text(text)}</span>'


def _end(one: Assignment) -> str:
    if not one.until:
        return "<i>no end</i>"
    date = f"<span class=date>{_text(one.until)}</span>"
    if Mark.EXPIRED in one.marks:
        return f"{date} {_mark(Mark.EXPIRED, 'm bad')}"
    return f"{date} {_mark('soon', 'm soon')}" if one.ends_soon else date


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
    parts = (("Not covered by this report", report.not_covered), ("Notes", report.notes))
    if not any(items for _, items in parts):
        return
    yield '<section class="notes">\n'
    for title, items in parts:
        if items:
            yield (
                f"<h2>{title}</h2>\n<ul>\n"
                + "".join(f"<li>{_text(item)}</li>\n" for item in items)
                + "</ul>\n"
            )
    yield "</section>\n"


@lru_cache(maxsize=65_536)
def _text(text: str) -> str:
    return escape(printable(text))
