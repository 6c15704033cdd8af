"""A usage report as one HTML page. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final

from profiles_management.puhuri.mapping.usage_months import month_text
from profiles_management.puhuri.portal_description import PortalDescription
from profiles_management.reconcile.lines import count
from profiles_management.report.html_page import Figure, Frame, figure, html_page, html_text
from profiles_management.report.usage.usage_amounts import (
    grouped_text,
    is_nearly_used,
    is_over,
    percent_text,
    plain_text,
    portion,
)
from profiles_management.report.usage.usage_page_style import STYLE
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
    limit_period_text,
    no_quota,
    notes,
    project_facts,
    quota_facts,
    title,
    trend_title,
)

_COLUMNS: Final = 6
_SOON_DAYS: Final = 30
_WIDTH: Final = 100  # of a bar, and of a trend
_HEIGHT: Final = 20  # of a trend
_GAP: Final = 2  # between the months of a trend


def usage_page(report: UsageReport, portal: PortalDescription, made_by: str) -> str:
    """Return a report as an HTML page.

    Args:
        made_by: the program and its version.
    """
    frame = Frame(
        title=title(report),
        place=portal.url,
        at=report.at,
        facts=[*_facts(report, portal)],
        figures=[*_figures(report)],
        notes=[*notes(report)],
        made_by=made_by,
        style=STYLE,
    )
    return html_page(frame, _content(report))


def _facts(report: UsageReport, portal: PortalDescription) -> Iterator[tuple[str, str]]:
    yield portal.label, portal.url
    if portal.customer:
        yield "Customer", portal.customer
    if report.cluster.target is not None:
        yield report.cluster.target.label, report.cluster.target.details


def _figures(report: UsageReport) -> Iterator[Figure]:
    projects = [project for customer in report.customers for project in customer.projects]
    allocations = [
        row for customer in report.customers for row in customer.allocations if not row.has_ended
    ]
    shares = [*_shares(report)]
    today = report.at.date()
    ends = [row.project.end_date for row in projects]
    ends += [row.allocation.end_date for row in allocations]
    yield figure(len(projects), "project", "projects")
    yield figure(len(allocations), "allocation", "allocations")
    yield Figure(sum(map(is_over, shares)), "over the limit", is_alarming=True)
    yield Figure(sum(map(is_nearly_used, shares)), "at 90% of the limit or more")
    soon = sum(_is_soon(end, today) for end in ends)
    yield Figure(soon, f"ending within {_SOON_DAYS} days")


def _shares(report: UsageReport) -> Iterator[Decimal | None]:
    for customer in report.customers:
        for allocation in customer.allocations:
            if not allocation.has_ended:
                yield from (component.share for component in allocation.components)
        yield from (resource.share for resource in customer.resources)


def _is_soon(end: date | None, today: date) -> bool:
    return end is not None and today <= end <= today + timedelta(_SOON_DAYS)


# the tables


def _content(report: UsageReport) -> Iterator[str]:
    if not report.customers:
        yield "<p>No customers found.</p>\n"
    for customer in report.customers:
        yield f"<section>\n<h2>{html_text(customer.customer.name)}</h2>\n"
        yield from _customer(customer, report)
        yield "</section>\n"


def _customer(customer: CustomerRow, report: UsageReport) -> Iterator[str]:
    if not customer.projects:
        yield "<p>No projects.</p>\n"
        return
    months = [month_text(month) for month in report.trend.months()]
    yield f'<table class="usage">\n<thead><tr>{_head(report)}</tr></thead>\n'
    if customer.totals:
        yield _group("All projects", count(len(customer.projects), "project"))
        yield from _totals(customer.totals, months)
    for project in customer.projects:
        yield from _project(project, months)
    yield "</table>\n"


def _head(report: UsageReport) -> str:
    columns = (
        ("Component", ""),
        ("Used", "n"),
        ("In all", "n"),
        ("Limit", "n"),
        ("Of the limit", "share"),
        (trend_title(report), "trend"),
    )
    return "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in columns)


def _totals(totals: Iterable[TotalRow], months: Sequence[str]) -> Iterator[str]:
    for _, rows in groupby(totals, key=lambda total: total.offering_uuid):
        offering = [*rows]
        yield _heading(offering[0].offering_name, "")
        yield from (_component(row.component, months) for row in offering)
    yield "</tbody>\n"


def _project(row: ProjectRow, months: Sequence[str]) -> Iterator[str]:
    yield _group(row.project.name, project_facts(row))
    if not row.allocations:
        yield _remark("No allocations.")
    for allocation in row.allocations:
        yield from _allocation(allocation, months)
    if row.profile is not None:
        yield from _quotas(row.profile)
    yield "</tbody>\n"


def _allocation(row: AllocationRow, months: Sequence[str]) -> Iterator[str]:
    yield _heading(row.allocation.name, allocation_facts(row))
    yield from (_component(component, months) for component in row.components)


def _quotas(profile: ProfileRow) -> Iterator[str]:
    if not profile.quotas:
        yield _remark(no_quota(profile))
    for quota in profile.quotas:
        yield _heading(quota.name, f"quota of the {quota_facts(profile)}")
        yield from map(_resource, quota.resources)


def _group(name: str, facts: str) -> str:
    """Return the beginning of a body of a table, with its heading."""
    heading = f"{html_text(name)} <span>{html_text(facts)}</span>"
    return f'<tbody>\n<tr class="g"><th scope="rowgroup" colspan="{_COLUMNS}">{heading}</th></tr>\n'


def _heading(name: str, facts: str) -> str:
    note = f" <span>{html_text(facts)}</span>" if facts else ""
    return f'<tr class="a"><th colspan="{_COLUMNS}">{html_text(name)}{note}</th></tr>\n'


def _remark(text: str) -> str:
    return f'<tr class="a"><td colspan="{_COLUMNS}"><i>{html_text(text)}</i></td></tr>\n'


def _component(row: ComponentRow, months: Sequence[str]) -> str:
    period = html_text(limit_period_text(row))
    return _row(
        f'{html_text(row.name)} <span class="kind">{html_text(row.unit)}</span>',
        used=grouped_text(row.used),
        in_all=grouped_text(row.used_in_all),
        limit=f"{grouped_text(row.limit)}<i>{period}</i>",
        share=row.share,
        trend=_trend(row.trend, months),
    )


def _resource(row: ResourceRow) -> str:
    return _row(
        html_text(row.name),
        used=html_text(row.used or "-"),
        in_all="",
        limit=html_text(row.hard or "-"),
        share=row.share,
        trend="",
    )


def _row(
    name: str, *, used: str, in_all: str, limit: str, share: Decimal | None, trend: str
) -> str:
    """Return a row; every text but the share is HTML."""
    return (
        f'<tr><th scope="row">{name}</th><td class="n used">{used}</td>'
        f'<td class="n all">{in_all}</td><td class="n limit">{limit}</td>'
        f'<td class="share">{_share(share)}</td><td class="trend">{trend}</td></tr>\n'
    )


# bars


def _share(share: Decimal | None) -> str:
    if share is None:
        return ""
    kind = _alarm(share)
    width = portion(share, _WIDTH)
    bar = (
        f'<svg class="{kind}" viewBox="0 0 {_WIDTH} 1" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="{_WIDTH}" height="1"/><rect width="{width}" '
        'height="1"/></svg>'
    )
    percent = html_text(percent_text(share))
    return f'{bar} <span class="{kind}">{percent}</span>'


def _alarm(share: Decimal) -> str:
    """Return the class of a share, which marks one that a reader must look at."""
    if is_over(share):
        return "m bad"
    if is_nearly_used(share):
        return "m"
    return "calm"


def _trend(amounts: Sequence[Decimal], months: Sequence[str]) -> str:
    """Return a bar for each month, the largest one having the full height."""
    largest = max(amounts, default=Decimal(0))
    step = _WIDTH // len(amounts)
    bars = []
    for number, amount in enumerate(amounts):
        height = portion(amount / largest, _HEIGHT) if amount > 0 else 0
        kind = "" if height else ' class="none"'
        shown = max(height, 1)
        bars.append(
            f'<rect{kind} x="{number * step}" y="{_HEIGHT - shown}" width="{step - _GAP}" '
            f'height="{shown}"/>'
        )
    values = ", ".join(
        f"{month}: {plain_text(amount)}" for month, amount in zip(months, amounts, strict=True)
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img">'
        f"<title>{values}</title>{''.join(bars)}</svg>"
    )
