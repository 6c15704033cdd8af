"""The source `puhuri`: the projects of a customer in a portal, as the options describe it."""

from dataclasses import dataclass
from functools import partial

from profiles_charm.config import Config
from profiles_charm.portal_config import connected, export_settings, naming_options
from profiles_charm.portal_run import PORTAL
from profiles_management import SettingsError
from profiles_management.kubeflow import setting_checks
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import Clock
from profiles_management.sources import Document, Trust

PUHURI = "puhuri"

_PATTERNS = setting_checks.entries(
    setting_checks.name_pattern, "Name the profiles that the portal may define, such as hpc-*."
)


@dataclass(frozen=True, slots=True)
class PortalAsSource:
    """The customer of the options `puhuri-*`, whose projects are profiles. It is not trusted."""

    options: Config
    clock: Clock
    name: str = PUHURI
    label: str = PORTAL
    is_configured: bool = True
    is_trusted: bool = False

    def read(self, rules: Rules) -> Document:
        """Return the projects of the customer as profiles.

        Raises:
            SettingsError: an option or the secret is missing or not valid.
            TargetError: the portal cannot be read.
            DocumentError: it has more projects or members than the source may have.
        """
        # what talks to a portal takes long to load, and most deployments have none
        from profiles_management.puhuri.portal_source import PortalSource  # noqa: PLC0415

        options = self.options
        with naming_options():
            if what := _PATTERNS(options.puhuri_profiles):
                raise SettingsError(what, setting="profiles")
            if not options.puhuri_customer:
                raise SettingsError("is empty. Name a customer.", setting="customer")
            settings = options.settings()
            trust = Trust(
                names=options.puhuri_profiles,
                profiles=settings.untrusted_max_profiles,
                contributors=settings.untrusted_max_contributors,
            )
            source = PortalSource(
                self.name,
                self.label,
                options.puhuri_customer,
                partial(connected, options, self.clock),
                export_settings(options),
                trust,
                self.clock,
                settings.instance,
                seconds=settings.request_timeout,
            )
            return source.read(rules)
