"""The command `puhuri export`: what a portal has as a document."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from profiles_management.cli.options import DocumentForm
from profiles_management.cli.puhuri.portal_group import portal_command
from profiles_management.cli.puhuri.portal_options import (
    PortalExportOptions,
    PortalOptions,
    ProfileOptions,
)
from profiles_management.cli.puhuri.portal_variables import READING_PORTAL
from profiles_management.cli.session import Session
from profiles_management.pmr import documents
from profiles_management.pmr.problems import Problem, Where
from profiles_management.puhuri.exporting import portal_export
from profiles_management.puhuri.portal_description import PortalDescription
from profiles_management.puhuri.portal_settings import check_instance

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client


@portal_command
def export(
    ctx: typer.Context,
    portal: PortalOptions,
    profiles: ProfileOptions,
    options: PortalExportOptions,
    form: DocumentForm = "yaml",
) -> int:
    """Print the projects of a customer as a document, for a portal and for clusters."""
    from profiles_management.puhuri.export_reading import read_customer  # noqa: PLC0415 - not for other commands

    session: Session = ctx.obj
    if not profiles.customer:
        raise typer.TyperException("Missing option '--customer': name it, or set PUHURI_CUSTOMER.")
    given = options.settings()
    check_instance(given.instance)
    settings = profiles.settings(given.instance)
    with (
        portal.client(session.clock, session.note) as client,
        session.terminal.waiting(READING_PORTAL),
    ):
        session.opened = PortalDescription(client.connection.url, profiles.customer)
        observed = read_customer(client, profiles.customer, settings)
        incomplete = [*_incomplete(client, observed.customer.uuid)]
    exported = portal_export.export(observed, settings, given.rules, now=session.clock.now())
    exported = replace(exported, notes=(*incomplete, *exported.notes))
    session.note_target()
    session.terminal.document(
        exported.to_yaml() if form == "yaml" else documents.dumps(exported.pmr, format="json")
    )
    for note in exported.notes:
        session.note(str(note))
    return 0


def _incomplete(client: "Client", customer: str) -> Iterator[Problem]:
    """Yield a warning if the owner of the token does not see every project."""
    from profiles_management.puhuri.client.errors import NotAllowed  # noqa: PLC0415 - not for other commands

    try:
        client.users.check_sees_all(customer)
    except NotAllowed as error:
        yield Problem("incomplete", str(error).rstrip("."), Where(), error.remedy)
