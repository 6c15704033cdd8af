"""A usage report as lines for a terminal, with bars. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Final

from profiles_management.reconcile.lines import (
    Columns,
    Line,
    Segment,
    TableRow,
    Tone,
    cells,
    labelled,
    line,
    measured,
    padded,
    printable,
)
from profiles_management.report.usage.usage_amounts import (
    bar_text,
    grouped_text,
    is_nearly_used,
    is_over,
    percent_text,
    trend_text,
)
from profiles_management.report.usage.usage_rows import (
    AllocationRow,
    ComponentRow,
    CustomerRow,
    ProjectRow,
    TotalRow,
    UsageReport,
)
from profiles_management.report.usage.usage_words import (
    allocation_facts,
    notes,
    project_facts,
    title,
    trend_title,
    unit_text,
)

_INDENT: Final = "  "
_HEADINGS: Final = ("component", "used", "in all", "limit", "unit", "of the limit")
_NUMBERS: Final = (1, 2, 3)  # columns that end at their right side
_SHARE: Final = 5


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of the tables of a whole report."""

    columns: Columns
    numbers: tuple[int, ...]

    def line(self, texts: Sequence[str], tones: Sequence[Tone]) -> Line:
        """Return a row of a table."""
        aligned = list(texts)
        for column, width in zip(_NUMBERS, self.numbers, strict=True):
            aligned[column] = " " * (width - cells(texts[column])) + texts[column]
        parts = tuple(map(Segment, aligned, tones))
        whole = [Segment(_INDENT)]
        for segment, width in zip(parts, self.columns.widths, strict=True):
            whole += [segment._replace(text=padded(segment.text, width)), Segment(_INDENT)]
        return Line(tuple(whole), row=TableRow(Segment(_INDENT), parts, self.columns))


def usage_lines(report: UsageReport) -> list[Line]:
    """Return a report as lines."""
    return [*_lines(report)]


def _lines(report: UsageReport) -> Iterator[Line]:
    if not report.customers:
        yield line("No customers found.")
        return
    headings = (*_HEADINGS, trend_title(report))
    layout = _layout(headings, report)
    yield line(Segment(title(report), Tone.HEADING))
    for customer in report.customers:
        yield line()
        yield from _customer(customer, headings, layout)
    for note in notes(report):
        yield line()
        yield labelled("note: ", note, Tone.FAINT)


def _layout(headings: Sequence[str], report: UsageReport) -> _Layout:
    rows = [headings, *(_texts(component) for component in _components(report))]
    numbers = tuple(max(cells(row[column]) for row in rows) for column in _NUMBERS)
    return _Layout(measured(rows), numbers)


def _components(report: UsageReport) -> Iterator[ComponentRow]:
    for customer in report.customers:
        yield from chain.from_iterable(row.components for row in customer.allocations)
        yield from (total.component for total in customer.totals)


def _customer(row: CustomerRow, headings: Sequence[str], layout: _Layout) -> Iterator[Line]:
    yield line(Segment(printable(row.customer.name), Tone.HEADING))
    if not row.projects:
        yield line(_INDENT, "No projects.")
        return
    if row.totals:
        yield layout.line(headings, [Tone.FAINT] * len(headings))
    for project in row.projects:
        yield line()
        yield from _project(project, layout)
    if row.totals:
        yield line()
        yield from _totals(row.totals, layout)


def _project(row: ProjectRow, layout: _Layout) -> Iterator[Line]:
    yield _named("Project ", row.project.name, project_facts(row))
    if not row.allocations:
        yield line(_INDENT, "No allocations.")
    for allocation in row.allocations:
        yield from _allocation(allocation, layout)


def _allocation(row: AllocationRow, layout: _Layout) -> Iterator[Line]:
    yield _named("Allocation ", row.allocation.name, allocation_facts(row))
    yield from (_component(component, layout) for component in row.components)


def _totals(totals: Iterable[TotalRow], layout: _Layout) -> Iterator[Line]:
    shown = ""
    for total in totals:
        if total.offering_uuid != shown:
            shown = total.offering_uuid
            yield _named("Total of ", total.offering_name, "")
        yield _component(total.component, layout)


def _named(label: str, name: str, facts: str) -> Line:
    text = printable(name)
    rest = f", {printable(facts)}" if facts else ""
    return line(Segment(label, Tone.FAINT), Segment(text, Tone.HEADING), rest, hang=len(_INDENT))


def _component(row: ComponentRow, layout: _Layout) -> Line:
    texts = _texts(row)
    tones = [Tone.PLAIN] * len(texts)
    tones[_SHARE] = _tone(row.share)
    return layout.line(texts, tones)


def _texts(row: ComponentRow) -> tuple[str, ...]:
    return (
        printable(row.name),
        grouped_text(row.used),
        grouped_text(row.used_in_all),
        grouped_text(row.limit),
        printable(unit_text(row)),
        f"{bar_text(row.share)} {percent_text(row.share)}".strip(),
        trend_text(row.trend),
    )


def _tone(share: Decimal | None) -> Tone:
    if is_over(share):
        return Tone.ERROR
    if is_nearly_used(share):
        return Tone.WAIT
    return Tone.PLAIN
