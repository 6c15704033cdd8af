"""The source `puhuri:CUSTOMER@URL`: the projects of a customer, as the options describe it."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from profiles_charm.config import Config
from profiles_charm.portal_config import connected, export_settings, naming_options
from profiles_charm.portal_run import PORTAL
from profiles_management import SettingsError
from profiles_management.kubeflow import setting_checks
from profiles_management.pmr import origins
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.clock import Clock
from profiles_management.sources import Document, Trust

if TYPE_CHECKING:  # what talks to a portal takes long to load, and most deployments have none
    from profiles_management.puhuri.customer_address import CustomerAddress

_PATTERNS = setting_checks.entries(
    setting_checks.name_pattern, "Name the profiles that the portal may define, such as hpc-*."
)


@dataclass(frozen=True, slots=True)
class PortalAsSource:
    """The customer of the options `puhuri-*`, whose projects are profiles. It is not trusted."""

    options: Config
    clock: Clock
    label: str = PORTAL
    is_configured: bool = True
    is_trusted: bool = False

    @property
    def name(self) -> str:
        """The source's name, such as `puhuri:Physics@https://puhuri.example.org`."""
        address = self._address()
        return origins.PORTAL if address is None else str(address)

    def read(self, rules: Rules) -> Document:
        """Return the projects of the customer as profiles.

        Raises:
            SettingsError: an option or the secret is missing or not valid.
            TargetError: the portal cannot be read.
            DocumentError: it has more projects or members than the source may have.
        """
        from profiles_management.puhuri.portal_source import PortalSource  # noqa: PLC0415 - see above

        options = self.options
        with naming_options():
            if what := _PATTERNS(options.puhuri_profiles):
                raise SettingsError(what, setting="profiles")
            if not options.puhuri_customer:
                raise SettingsError("is empty. Name a customer.", setting="customer")
            connect = partial(connected, options, self.clock)
            address = self._address()
            if address is None:
                connect().close()  # says what is wrong with the URL
                raise SettingsError("is not https://HOST.", setting="url")
            settings = options.settings()
            trust = Trust(
                names=options.puhuri_profiles,
                profiles=settings.untrusted_max_profiles,
                contributors=settings.untrusted_max_contributors,
            )
            source = PortalSource(
                str(address),
                address,
                connect,
                export_settings(options),
                trust,
                self.clock,
                settings.instance,
                seconds=settings.request_timeout,
            )
            return source.read(rules)

    def _address(self) -> "CustomerAddress | None":
        from profiles_management.puhuri.customer_address import CustomerAddress  # noqa: PLC0415 - see above

        customer = quote(self.options.puhuri_customer, safe="")
        try:
            return CustomerAddress.of(f"{origins.PORTAL}{customer}@{self.options.puhuri_url}")
        except ValueError:
            return None
