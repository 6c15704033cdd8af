"""The portal of the options `puhuri-*`: the same document is applied to it as to the cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import ops

from profiles_charm.config import Config
from profiles_charm.portal_run import PortalRun, for_portal, is_in_doubt
from profiles_management import Plan, ProfilesError, Report, Settings, SettingsError
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile import loop
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.sources import Gathered, applied_report

if TYPE_CHECKING:  # what talks to a portal takes long to load, and most deployments have none
    from profiles_management.puhuri.client.client import Client
    from profiles_management.puhuri.client.credentials import Token
    from profiles_management.puhuri.portal_settings import PuhuriSettings
    from profiles_management.puhuri.portal_target import PuhuriTarget

_PATIENCE = 10.0  # seconds for one request; a hook waits for it


@dataclass(frozen=True, slots=True)
class ConfiguredPortal:
    """The portal that the options describe.

    Attributes:
        settings: of the engine; the brake and the name of the installation hold for a portal too.
    """

    options: Config
    settings: Settings
    clock: Clock

    @property
    def is_target(self) -> bool:
        """Whether the portal gets the document."""
        return self.options.puhuri_mode == "target"

    def run(self, gathered: Gathered, outcome: Report | ProfilesError) -> PortalRun | None:
        """Apply the document, unless the run on the cluster puts it in doubt; raise no error.

        Args:
            outcome: of the run on the cluster.
        """
        if not self.is_target or is_in_doubt(outcome):
            return None
        report = applied_report(outcome)
        kept = None if report is None else report.plan.frozen
        try:
            return PortalRun(self.apply(for_portal(gathered, kept)))
        except ProfilesError as error:
            return PortalRun(error)

    def apply(self, pmr: ProfilesManagementRepresentation) -> Report:
        """Make the portal match a document.

        Raises:
            SettingsError: an option or the secret is missing or not valid.
            StoppedError: the brake held changes back; the others were applied.
            TargetError: the portal cannot be read.
        """
        with self._target(pmr) as target:
            return loop.reconcile(target, self.limits, self.clock)

    def plan(self, pmr: ProfilesManagementRepresentation, at: datetime | None = None) -> Plan:
        """Return what would be changed; change nothing.

        Args:
            at: the moment for which to plan; None for now.

        Raises:
            SettingsError, TargetError: see apply.
        """
        with self._target(pmr) as target:
            return loop.planned(target, self.clock.now if at is None else lambda: at)

    @property
    def limits(self) -> RunLimits:
        """What one run may take away; a portal serves one token no faster with more at a time."""
        from profiles_management.puhuri.client.portal_connection import AT_A_TIME  # noqa: PLC0415 - see above

        return replace(self.settings.limits, writers=AT_A_TIME)

    @contextmanager
    def _target(self, pmr: ProfilesManagementRepresentation) -> "Iterator[PuhuriTarget]":
        """Yield the portal with a document.

        Raises:
            SettingsError: an option or the secret is missing or not valid.
            TargetError: the address is not that of a portal.
        """
        from profiles_management.puhuri.portal_target import PuhuriTarget  # noqa: PLC0415 - see above

        with _naming_options():
            settings = portal_settings(self.options, self.settings.instance)
            with self._client() as client:
                deadline = self.clock.monotonic() + self.settings.request_timeout
                yield PuhuriTarget(client.before(deadline), pmr, settings, clock=self.clock)

    def _client(self) -> "Client":
        from profiles_management.puhuri.client.client import Client  # noqa: PLC0415 - see above

        if not self.options.puhuri_url:
            raise SettingsError("is empty. Set it, or set puhuri-mode=off.", setting="url")
        token = _token(self.options.puhuri_token)
        return Client(self.options.puhuri_url, token, timeout=_PATIENCE, clock=self.clock)


@contextmanager
def _naming_options() -> Iterator[None]:
    """Name the option in an error about a setting of a portal."""
    try:
        yield
    except SettingsError as error:
        if not error.setting:
            raise
        name = error.setting if error.setting == "instance" else f"puhuri-{error.setting}"
        option = name.replace("_", "-")
        raise SettingsError(error.what, setting=f"option {option}") from None


def portal_settings(options: Config, instance: str) -> "PuhuriSettings":
    """Return the settings of a portal.

    Raises:
        SettingsError: an option is not valid; it is named as the setting.
    """
    from profiles_management.puhuri.portal_settings import (  # noqa: PLC0415 - see above
        PersonName,
        PuhuriSettings,
        project_roles,
    )

    try:
        roles = project_roles(options.puhuri_roles)
    except ValueError as error:
        raise SettingsError(f"is not valid: {error}", setting="roles") from None
    return PuhuriSettings(
        instance=instance,
        customer=options.puhuri_customer,
        people=PersonName(options.puhuri_people),
        roles=roles,
        allow_terminations=options.puhuri_allow_terminations,
    )


def _token(secret: ops.Secret | None) -> "Token":
    """Return the token that a secret holds; its content is in no message."""
    from profiles_management.puhuri.client.credentials import Token  # noqa: PLC0415 - see above

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
