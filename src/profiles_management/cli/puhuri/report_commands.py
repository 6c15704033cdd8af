"""The command `puhuri report`: what the projects of a portal used of their allocations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

import typer

from profiles_management.cli.options import ReportOutput
from profiles_management.cli.program import about
from profiles_management.cli.puhuri.listing_filters import CustomerName
from profiles_management.cli.puhuri.portal_group import portal_command
from profiles_management.cli.puhuri.portal_options import PortalOptions, PortalReportOptions
from profiles_management.cli.puhuri.portal_variables import READING_PORTAL
from profiles_management.cli.puhuri.quota_reading import QuotaOptions, read_quotas
from profiles_management.cli.puhuri.usage_reading import read_usage
from profiles_management.cli.session import Session
from profiles_management.puhuri.mapping.usage_months import Period, month_text
from profiles_management.puhuri.portal_description import PortalDescription
from profiles_management.reconcile.lines import printable
from profiles_management.report.usage.usage_counting import usage_report
from profiles_management.report.usage.usage_page import usage_page
from profiles_management.report.usage.usage_period import month_of, trend_until
from profiles_management.report.usage.usage_tables import usage_csv, usage_data
from profiles_management.report.usage.usage_text import usage_lines
from profiles_management.report.usage.usage_words import notes

_PANEL: Final = "Period"


def _month(name: str, text: str) -> Any:  # noqa: ANN401 - as typer.Option has it
    return typer.Option(
        name, help=text, metavar="MONTH", rich_help_panel=_PANEL, show_default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOptions:
    """Which months the report is about."""

    month: Annotated[
        str | None, _month("--month", "Month, such as 2027-01 (default: the current one).")
    ] = None
    first: Annotated[str | None, _month("--from", "First month, in place of --month.")] = None
    last: Annotated[
        str | None,
        _month("--to", "Last month, included (default: the current one, and no later one)."),
    ] = None

    def period(self, today: date, note: Callable[[str], None]) -> Period:
        """Return the months, of which none is after the current one: nothing is used in these.

        Args:
            today: in the current month.
            note: prints a message if --to is later than the report ends.

        Raises:
            typer.BadParameter: a value is not a month, is after the current one, or options cannot
                be combined.
        """
        if self.month is not None and (self.first is not None or self.last is not None):
            raise typer.BadParameter(
                "it cannot be combined with --from or --to.", param_hint="--month"
            )
        if self.first is None and self.last is not None:
            raise typer.BadParameter("it needs --from.", param_hint="--to")
        current = today.replace(day=1)
        if self.first is None:
            month = _begun("--month", self.month, current)
            return Period(month, month)
        first, last = _begun("--from", self.first, current), _value("--to", self.last, current)
        if last > current:
            note(f"The report ends with {month_text(current)}, the current month.")
        return _from_to(first, min(last, current))


def _begun(name: str, text: str | None, current: date) -> date:
    month = _value(name, text, current)
    if month > current:
        what = f"{month_text(month)} is after the current month, {month_text(current)}."
        raise typer.BadParameter(what, param_hint=name)
    return month


def _value(name: str, text: str | None, current: date) -> date:
    if text is None:
        return current
    try:
        return month_of(text)
    except ValueError:
        raise typer.BadParameter(
            f'"{printable(text)}" is not a month such as 2027-01.', param_hint=name
        ) from None


def _from_to(first: date, last: date) -> Period:
    if last < first:
        raise typer.BadParameter("the first month is after the last one.", param_hint="--from")
    return Period(first, last)


@portal_command
def report(
    ctx: typer.Context,
    portal: PortalOptions,
    period: PeriodOptions,
    cluster: QuotaOptions,
    options: PortalReportOptions,
    customer: CustomerName = "",
    output: ReportOutput = "text",
) -> int:
    """Report what projects use of their allocations, and of their quotas in a cluster."""
    session: Session = ctx.obj
    now = session.clock.now()
    months = period.period(now.date(), session.note)
    with (
        portal.client(session.clock, session.note) as client,
        session.terminal.waiting(READING_PORTAL),
    ):
        quotas = read_quotas(session, cluster, options.settings().instance)
        described = PortalDescription(client.connection.url, customer)
        session.opened = described
        customers = [client.customers.named(customer)] if customer else client.customers.find()
        facts = read_usage(client, customers)
    result = usage_report(facts, months, trend_until(months.last), at=now, cluster=quotas)
    if output == "csv":
        session.show_file(usage_csv(result))
        for note in notes(result):
            session.note(note)
    elif output == "html":
        session.show_file(usage_page(result, described, about()))
    else:
        session.show(output, usage_lines(result), usage_data(result))
    return 0
