"""`--untrusted puhuri:CUSTOMER@URL`: a portal as a source, with the settings of the environment.

Its variables are those of `puhuri export`.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from profiles_management.cli.puhuri.customer_address import CustomerAddress
from profiles_management.cli.puhuri.portal_options import SLOWEST, PortalOptions, ProfileOptions
from profiles_management.cli.puhuri.portal_variables import PREFIX
from profiles_management.cli.untrusted_files import UntrustedPortal
from profiles_management.cli.variables import variable_name
from profiles_management.pmr.problems import SettingsError
from profiles_management.puhuri.client.portal_url import portal_url
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.portal_settings import PersonName
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
    _check_portal_of_token(given.address)
    portal = PortalOptions(
        url=given.address.url, token_file=_path("TOKEN_FILE"), ca=_path("CA"), rate=_rate()
    )

    @contextmanager
    def connect() -> Iterator["Client"]:
        with _client(portal, clock) as client, waiting("Reading from the portal"):
            yield client

    label, customer = str(given.address), given.address.customer
    return PortalSource(given.name, label, customer, connect, _settings(), trust, clock, instance)


def _client(portal: PortalOptions, clock: Clock) -> "Client":
    try:
        return portal.connected(portal.token(), clock)
    except typer.TyperException as error:
        raise TargetError(error.message) from None


def _check_portal_of_token(address: CustomerAddress) -> None:
    """Refuse to send the token of one portal to another.

    Raises:
        typer.BadParameter: the environment names another portal.
    """
    known = _text("URL")
    try:
        is_other = bool(known) and portal_url(known) != address.url
    except ValueError:
        is_other = True
    if is_other:
        raise _refused("URL", f"it names another portal than {address.url}, for the same token.")


def _settings() -> ExportSettings:
    profiles = ProfileOptions(people=_people(), prefix=_text("PREFIX"), owner=_text("OWNER"))
    try:
        return profiles.settings()
    except typer.BadParameter as error:
        name = variable_name(str(error.param_hint))
        raise _refused(name, error.message) from None
    except SettingsError as error:
        raise _refused(variable_name(error.setting), f"it {error.what}.") from None


def _text(name: str) -> str:
    return os.environ.get(f"{PREFIX}{name}", "").strip()


def _path(name: str) -> Path | None:
    text = _text(name)
    return Path(text) if text else None


def _people() -> PersonName:
    text = _text("PEOPLE")
    try:
        return PersonName(text or PersonName.CUID)
    except ValueError:
        raise _refused("PEOPLE", f"it is not one of {', '.join(PersonName)}.") from None


def _rate() -> float | None:
    text = _text("RATE")
    try:
        rate = float(text) if text else None
    except ValueError:
        raise _refused("RATE", "it is not a number.") from None
    if rate is not None and not rate >= SLOWEST:
        raise _refused("RATE", f"it is not {SLOWEST} or more.")
    return rate


def _refused(name: str, what: str) -> typer.BadParameter:
    return typer.BadParameter(what, param_hint=f"{PREFIX}{name}")
