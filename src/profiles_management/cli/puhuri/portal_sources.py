"""`--untrusted puhuri:CUSTOMER@URL`: a portal as a source, with the settings of the environment.

Its variables are those of `puhuri export`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import typer
from typer.main import get_command

from profiles_management.cli.puhuri.customer_address import CustomerAddress
from profiles_management.cli.puhuri.portal_options import PortalOptions, ProfileOptions
from profiles_management.cli.puhuri.portal_variables import PREFIX, READING_PORTAL
from profiles_management.cli.spread import spread
from profiles_management.cli.untrusted_files import UntrustedPortal
from profiles_management.cli.variables import variable_name
from profiles_management.pmr.problems import SettingsError
from profiles_management.puhuri.client.portal_url import portal_url
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.portal_source import PortalSource
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.sources import Trust

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client


def portal_source(
    given: UntrustedPortal,
    trust: Trust,
    instance: str,
    clock: Clock,
    waiting: Callable[[str], AbstractContextManager[None]],
) -> PortalSource:
    """Return a portal as a source.

    A missing token is an error of the source, as the error of any other file of it: it never stops
    a run for the other documents.

    Args:
        waiting: shows what the command waits for.

    Raises:
        typer.BadParameter: a variable has another form, or names another portal.
    """
    portal, profiles = _of_environment()
    _check_portal_of_token(portal.url or "", given.address)
    portal = replace(portal, url=given.address.url)

    @contextmanager
    def connect() -> Iterator["Client"]:
        with _client(portal, clock) as client, waiting(READING_PORTAL):
            yield client

    label, customer = str(given.address), given.address.customer
    settings = _settings(profiles)
    return PortalSource(given.name, label, customer, connect, settings, trust, clock, instance)


def _of_environment() -> tuple[PortalOptions, ProfileOptions]:
    """Return the options of `puhuri export` as a command line without any of them sets them.

    Raises:
        typer.BadParameter: a variable has another form.
    """
    program = typer.Typer(add_completion=False)
    program.command()(spread(_declared))
    command = get_command(program)
    with command.make_context("source", []) as context:
        options: tuple[PortalOptions, ProfileOptions] = command.invoke(context)
    return options


def _declared(
    portal: PortalOptions, profiles: ProfileOptions
) -> tuple[PortalOptions, ProfileOptions]:
    return portal, profiles


def _client(portal: PortalOptions, clock: Clock) -> "Client":
    try:
        return portal.connected(portal.token(), clock)
    except typer.TyperException as error:
        raise TargetError(error.message) from None


def _check_portal_of_token(known: str, address: CustomerAddress) -> None:
    """Refuse to send the token of one portal to another.

    Args:
        known: the URL of the portal of the token, '' where the environment names none.

    Raises:
        typer.BadParameter: the environment names another portal.
    """
    try:
        is_other = bool(known.strip()) and portal_url(known.strip()) != address.url
    except ValueError:
        is_other = True
    if is_other:
        raise _refused("URL", f"it names another portal than {address.url}, for the same token.")


def _settings(profiles: ProfileOptions) -> ExportSettings:
    try:
        return profiles.settings()
    except typer.BadParameter as error:
        name = variable_name(str(error.param_hint))
        raise _refused(name, error.message) from None
    except SettingsError as error:
        raise _refused(variable_name(error.setting), f"it {error.what}.") from None


def _refused(name: str, what: str) -> typer.BadParameter:
    return typer.BadParameter(what, param_hint=f"{PREFIX}{name}")
