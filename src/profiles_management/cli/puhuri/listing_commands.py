"""The commands that list what a portal has: `puhuri customers`, `puhuri projects` and so on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer
from msgspec.structs import replace

from profiles_management.cli.options import ListOutput
from profiles_management.cli.puhuri import portal_listings as listings
from profiles_management.cli.puhuri.listing_filters import (
    AllocationFilters,
    CustomerFilters,
    Filters,
    MemberFilters,
    OfferingFilters,
    OrderFilters,
    ProjectFilters,
    UsageFilters,
)
from profiles_management.cli.puhuri.portal_group import portal_command
from profiles_management.cli.puhuri.portal_options import PortalOptions
from profiles_management.cli.puhuri.portal_variables import READING_PORTAL
from profiles_management.cli.session import Session
from profiles_management.puhuri.client.models import Grant
from profiles_management.puhuri.portal_description import PortalDescription

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client


@portal_command
def customers(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: CustomerFilters,
    output: ListOutput = "text",
) -> int:
    """List the customers that the token may see."""
    return _show(ctx.obj, portal, filters, output, listings.CUSTOMERS)


@portal_command
def projects(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: ProjectFilters,
    output: ListOutput = "text",
) -> int:
    """List projects, the oldest first."""
    return _show(ctx.obj, portal, filters, output, listings.PROJECTS)


@portal_command
def members(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: MemberFilters,
    output: ListOutput = "text",
) -> int:
    """List who has which role in which project, and until when."""
    listing = listings.members(ctx.obj.clock.now())
    return _show(ctx.obj, portal, filters, output, listing)


@portal_command
def offerings(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: OfferingFilters,
    output: ListOutput = "text",
) -> int:
    """List offerings, with the plans and components that an allocation can name."""
    return _show(ctx.obj, portal, filters, output, listings.OFFERINGS)


@portal_command
def allocations(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: AllocationFilters,
    output: ListOutput = "text",
) -> int:
    """List allocations with their limits, terminated ones too."""
    return _show(ctx.obj, portal, filters, output, listings.ALLOCATIONS)


@portal_command
def orders(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: OrderFilters,
    output: ListOutput = "text",
) -> int:
    """List orders, and what they wait for."""
    return _show(ctx.obj, portal, filters, output, listings.ORDERS)


@portal_command
def usage(
    ctx: typer.Context,
    portal: PortalOptions,
    filters: UsageFilters,
    output: ListOutput = "text",
) -> int:
    """List how much allocations used, by component and month."""
    return _show(ctx.obj, portal, filters, output, listings.USAGE)


def _show(
    session: Session,
    portal: PortalOptions,
    filters: Filters,
    output: str,
    listing: listings.Listing,
) -> int:
    """Show the objects that a portal has."""
    given = filters.arguments()
    with (
        portal.client(session.clock, session.note) as client,
        session.terminal.waiting(READING_PORTAL),
    ):
        session.opened = PortalDescription(client.connection.url)
        if "customer" in given and not isinstance(filters, OfferingFilters):
            given["customer"] = client.customers.named(given["customer"]).uuid
        rows = [*getattr(client, listing.name).find(**given)]
        if isinstance(filters, MemberFilters):
            rows = _with_projects(client, rows)
    if output == "csv":
        session.show_file(listing.csv(rows))
    else:
        session.show(output, listing.lines(rows), listing.data(rows), listing=True)
    return 0


def _with_projects(client: "Client", grants: Sequence[Grant]) -> list[Grant]:
    """Return grants with the names of their projects, which the list of one project leaves out."""
    unnamed = {grant.project_uuid for grant in grants if not grant.project_name}
    names = {uuid: client.projects.get(uuid).name for uuid in unnamed}
    return [
        replace(grant, project_name=names.get(grant.project_uuid, grant.project_name))
        for grant in grants
    ]
