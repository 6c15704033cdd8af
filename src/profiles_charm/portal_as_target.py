"""The portal of the options `puhuri-*`: the same document is applied to it as to the cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from profiles_charm.config import Config
from profiles_charm.portal_config import connected, naming_options, portal_settings
from profiles_charm.portal_run import for_portal, is_in_doubt
from profiles_charm.target_result import TargetResult
from profiles_management import Plan, ProfilesError, Report, Settings
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.reconcile import loop
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.sources import Gathered, applied_report

if TYPE_CHECKING:  # what talks to a portal takes long to load, and most deployments have none
    from profiles_management.puhuri.portal_target import PuhuriTarget


@dataclass(frozen=True, slots=True)
class PortalAsTarget:
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

    def run(self, gathered: Gathered, outcome: Report | ProfilesError) -> TargetResult | None:
        """Apply the document, unless the run on the cluster puts it in doubt; raise no error.

        Args:
            outcome: of the run on the cluster.
        """
        if not self.is_target or is_in_doubt(outcome):
            return None
        report = applied_report(outcome)
        plan = None if report is None else report.plan
        try:
            return TargetResult(self.apply(for_portal(gathered, plan)))
        except ProfilesError as error:
            return TargetResult(error)

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

        return replace(self.settings.limits, writers=AT_A_TIME, ends_at_timeout=True)

    @contextmanager
    def _target(self, pmr: ProfilesManagementRepresentation) -> "Iterator[PuhuriTarget]":
        """Yield the portal with a document.

        Raises:
            SettingsError: an option or the secret is missing or not valid.
            TargetError: the address is not that of a portal.
        """
        from profiles_management.puhuri.portal_target import PuhuriTarget  # noqa: PLC0415 - see above

        with naming_options():
            settings = portal_settings(self.options, self.settings.instance)
            with connected(self.options, self.clock) as client:
                end = self.clock.monotonic() + self.settings.request_timeout
                yield PuhuriTarget(client.reading_until(end), pmr, settings, clock=self.clock)
