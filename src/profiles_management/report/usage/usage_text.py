"""A usage report as lines for a terminal, with bars. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    ProfileRow,
    ProjectRow,
    ResourceRow,
    TotalRow,
    UsageReport,
)
from profiles_management.report.usage.usage_words import (
    allocation_facts,
    no_quota,
    notes,
    project_facts,
    quota_facts,
    title,
    trend_title,
    unit_text,
)

_INDENT: Final = "  "
_HEADINGS: Final = ("component", "used", "in all", "limit", "unit", "of the limit")
_NUMBERS: Final = (1, 2, 3)  # columns that end at their right side
_SHARE: Final = 5
_QUOTA_NUMBERS: Final = (1,)
_QUOTA_SHARE: Final = 3


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of the tables of a whole report.

    Attributes:
        numbers: the width of each column that ends at its right side.
        share: the column that is marked where a limit is nearly used, or exceeded.
    """

    columns: Columns
    numbers: Mapping[int, int]
    share: int

    def measured(self, texts: Sequence[str], share: Decimal | None) -> Line:
        """Return a row with a share of a limit."""
        tones = [Tone.PLAIN] * len(texts)
        tones[self.share] = _tone(share)
        return self.line(texts, tones)

    def line(self, texts: Sequence[str], tones: Sequence[Tone]) -> Line:
        """Return a row."""
        aligned = list(texts)
        for column, width in self.numbers.items():
            aligned[column] = " " * (width - cells(texts[column])) + texts[column]
        parts = tuple(map(Segment, aligned, tones))
        whole = [Segment(_INDENT)]
        for segment, width in zip(parts, self.columns.widths, strict=True):
            whole += [segment._replace(text=padded(segment.text, width)), Segment(_INDENT)]
        return Line(tuple(whole), row=TableRow(Segment(_INDENT), parts, self.columns))


@dataclass(frozen=True, slots=True)
class _Layouts:
    """The layout of the components of allocations, and that of the resources of quotas."""

    components: _Layout
    resources: _Layout


def usage_lines(report: UsageReport) -> list[Line]:
    """Return a report as lines."""
    return [*_lines(report)]


def _lines(report: UsageReport) -> Iterator[Line]:
    if not report.customers:
        yield line("No customers found.")
        return
    headings = (*_HEADINGS, trend_title(report))
    layouts = _layouts(headings, report)
    yield line(Segment(title(report), Tone.HEADING))
    if report.cluster.target is not None:
        yield labelled("Quotas of the cluster: ", report.cluster.target.details, Tone.FAINT)
    for customer in report.customers:
        yield line()
        yield from _customer(customer, headings, layouts)
    for note in notes(report):
        yield line()
        yield labelled("note: ", note, Tone.FAINT)


def _layouts(headings: Sequence[str], report: UsageReport) -> _Layouts:
    components = [headings, *map(_texts, _components(report))]
    resources = [("",) * (_QUOTA_SHARE + 1), *map(_quota_texts, _resources(report))]
    return _Layouts(
        _layout(components, _NUMBERS, _SHARE), _layout(resources, _QUOTA_NUMBERS, _QUOTA_SHARE)
    )


def _layout(rows: Sequence[Sequence[str]], numbers: Iterable[int], share: int) -> _Layout:
    widths = {column: max(cells(row[column]) for row in rows) for column in numbers}
    return _Layout(measured(rows), widths, share)


def _components(report: UsageReport) -> Iterator[ComponentRow]:
    for customer in report.customers:
        yield from chain.from_iterable(row.components for row in customer.allocations)
        yield from (total.component for total in customer.totals)


def _resources(report: UsageReport) -> Iterator[ResourceRow]:
    for customer in report.customers:
        yield from customer.resources


def _customer(row: CustomerRow, headings: Sequence[str], layouts: _Layouts) -> Iterator[Line]:
    yield line(Segment(printable(row.customer.name), Tone.HEADING))
    if not row.projects:
        yield line(_INDENT, "No projects.")
        return
    if row.totals:
        yield layouts.components.line(headings, [Tone.FAINT] * len(headings))
    for project in row.projects:
        yield line()
        yield from _project(project, layouts)
    if row.totals:
        yield line()
        yield from _totals(row.totals, layouts.components)


def _project(row: ProjectRow, layouts: _Layouts) -> Iterator[Line]:
    yield _named("Project ", row.project.name, project_facts(row))
    if not row.allocations:
        yield line(_INDENT, "No allocations.")
    for allocation in row.allocations:
        yield from _allocation(allocation, layouts.components)
    if row.profile is not None:
        yield from _quotas(row.profile, layouts.resources)


def _allocation(row: AllocationRow, layout: _Layout) -> Iterator[Line]:
    yield _named("Allocation ", row.allocation.name, allocation_facts(row))
    yield from (_component(component, layout) for component in row.components)


def _quotas(profile: ProfileRow, layout: _Layout) -> Iterator[Line]:
    if not profile.quotas:
        yield line(_INDENT, printable(no_quota(profile)))
    for quota in profile.quotas:
        yield _named("Quota ", quota.name, quota_facts(profile))
        yield from (layout.measured(_quota_texts(row), row.share) for row in quota.resources)


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
    return layout.measured(_texts(row), row.share)


def _texts(row: ComponentRow) -> tuple[str, ...]:
    return (
        printable(row.name),
        grouped_text(row.used),
        grouped_text(row.used_in_all),
        grouped_text(row.limit),
        printable(unit_text(row)),
        _share_text(row.share),
        trend_text(row.trend),
    )


def _quota_texts(row: ResourceRow) -> tuple[str, ...]:
    used, hard = printable(row.used) or "-", printable(row.hard) or "-"
    return printable(row.name), used, f"of {hard}", _share_text(row.share)


def _share_text(share: Decimal | None) -> str:
    return f"{bar_text(share)} {percent_text(share)}".strip()


def _tone(share: Decimal | None) -> Tone:
    if is_over(share):
        return Tone.ERROR
    if is_nearly_used(share):
        return Tone.WAIT
    return Tone.PLAIN
