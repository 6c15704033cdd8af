"""The options `puhuri-*` as the library takes them: a client, and settings of both directions.

What talks to a portal takes long to load, and most deployments have none: it is imported where it
is used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import ops

from profiles_charm.config import Config
from profiles_management import SettingsError
from profiles_management.reconcile.clock import Clock

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client
    from profiles_management.puhuri.client.credentials import Token
    from profiles_management.puhuri.exporting.export_settings import ExportSettings
    from profiles_management.puhuri.portal_settings import PuhuriSettings

_PATIENCE = 10.0  # seconds for one request; a hook waits for it
_SLOWEST = 0.1  # requests a second


@contextmanager
def naming_options() -> Iterator[None]:
    """Name the option in an error about a setting of a portal.

    Raises:
        SettingsError: such an error.
    """
    try:
        yield
    except SettingsError as error:
        if not error.setting:
            raise
        name = error.setting if error.setting == "instance" else f"puhuri-{error.setting}"
        raise SettingsError(error.what, setting=f"option {name}") from None


def connected(options: Config, clock: Clock) -> "Client":
    """Return a client of the portal, which the caller closes.

    Raises:
        SettingsError: the address is missing, or the secret or the rate is not valid.
        PuhuriError: the address or the CA cannot be used.
    """
    from profiles_management.puhuri.client.client import Client  # noqa: PLC0415

    if not options.puhuri_url:
        raise SettingsError("is empty. Set it, or set puhuri-mode=off.", setting="url")
    if options.puhuri_rate and not options.puhuri_rate >= _SLOWEST:
        what = f"is {options.puhuri_rate:g}. Give 0, or a number of requests a second from 0.1."
        raise SettingsError(what, setting="rate")
    return Client(
        options.puhuri_url,
        _token(options.puhuri_token),
        ca=options.puhuri_ca or None,
        rate=options.puhuri_rate,
        timeout=_PATIENCE,
        clock=clock,
    )


def portal_settings(options: Config, instance: str) -> "PuhuriSettings":
    """Return the settings of a portal that gets the document.

    Raises:
        SettingsError: an option is not valid; it is named as the setting.
    """
    from profiles_management.puhuri.portal_settings import (  # noqa: PLC0415
        PersonName,
        PuhuriSettings,
        project_roles,
    )

    with _naming_setting("roles"):
        roles = project_roles(options.puhuri_roles)
    return PuhuriSettings(
        instance=instance,
        customer=options.puhuri_customer,
        people=PersonName(options.puhuri_people),
        roles=roles,
        allow_terminations=options.puhuri_allow_terminations,
    )


def export_settings(options: Config) -> "ExportSettings":
    """Return how the projects of a portal become profiles.

    Raises:
        SettingsError: an option is not valid; it is named as the setting.
    """
    from profiles_management.puhuri.exporting.export_settings import (  # noqa: PLC0415
        ExportSettings,
        quota_resources,
    )
    from profiles_management.puhuri.portal_settings import PersonName, project_roles  # noqa: PLC0415

    with _naming_setting("roles"):
        roles = project_roles(options.puhuri_roles)
    with _naming_setting("quota"):
        quota = quota_resources(options.puhuri_quota)
    return ExportSettings(
        people=PersonName(options.puhuri_people),
        roles=roles,
        prefix=options.puhuri_prefix,
        owner=options.puhuri_owner,
        quota=quota,
    )


@contextmanager
def _naming_setting(name: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise SettingsError(f"is not valid: {error}", setting=name) from None


def _token(secret: ops.Secret | None) -> "Token":
    """Return the token that a secret holds; its content is in no message."""
    from profiles_management.puhuri.client.credentials import Token  # noqa: PLC0415

    if secret is None:
        raise SettingsError("puhuri-token is missing. Set it to a secret with the key token.")
    try:
        content = secret.get_content(refresh=True)
    except (ops.SecretNotFoundError, ops.ModelError):
        raise SettingsError("puhuri-token cannot be read; grant the secret") from None
    if content.keys() != {"token"}:
        raise SettingsError("puhuri-token needs token, and no other key")
    try:
        return Token(content["token"].strip())
    except ValueError as error:
        raise SettingsError(f"puhuri-token: {error}") from None
