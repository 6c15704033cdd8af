"""The sources `puhuri:CUSTOMER@URL`: the projects of a customer, which the portal decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.warnings import document_warnings
from profiles_management.puhuri.customer_address import CustomerAddress
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.portal_export import export
from profiles_management.puhuri.portal_extra import needing_nh3
from profiles_management.reconcile.clock import Clock
from profiles_management.sources.source import Document
from profiles_management.sources.trust import Trust

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client

_SECONDS: Final = 120.0  # for all requests together: a slow portal delays other sources


@dataclass(frozen=True, slots=True)
class PortalSource:
    """What a customer has in a portal, as a document for clusters.

    Attributes:
        connect: returns a client of the portal; it is closed after the reading.
        settings: how projects become profiles.
        trust: what the document may do. A profile that breaks its rules is left out, because
            somebody else gives projects their names.
    """

    address: CustomerAddress
    connect: Callable[[], "Client"]
    settings: ExportSettings
    trust: Trust
    clock: Clock
    is_configured: bool = True

    @property
    def name(self) -> str:
        """The source's name, such as `puhuri:Physics@https://puhuri.example.org`."""
        return str(self.address)

    @property
    def label(self) -> str:
        """What people call it."""
        return str(self.address)

    @property
    def is_trusted(self) -> bool:
        """Whether it may define profiles that exist already."""
        return self.trust.is_full

    def read(self, rules: Rules) -> Document:
        """Return the projects of the customer as profiles.

        Raises:
            TargetError: the portal cannot be read, or the extra `puhuri` is not installed.
            DocumentError: it has more projects or members than the source may have.
        """
        with needing_nh3("A portal as a source"):
            from profiles_management.puhuri.export_reading import read_customer  # noqa: PLC0415

        restricted = self.trust.restrict(rules)
        with self.connect() as client:
            limited = client.before(self.clock.monotonic() + _SECONDS)
            observed = read_customer(limited, self.address.customer, self.settings)
        exported = export(observed, self.settings, restricted, now=self.clock.now())
        problems = [*_too_many(exported.pmr, restricted.limits)]
        if problems:
            raise DocumentError(problems, exported.notes)
        pmr = exported.pmr
        pmr.warnings = (*exported.notes, *document_warnings(pmr))
        return Document(pmr)


def _too_many(pmr: ProfilesManagementRepresentation, limits: Limits) -> Iterator[Problem]:
    people = sum(len(profile.contributors) for profile in pmr.profiles.values())
    counts = (
        ("profiles", len(pmr.profiles), limits.profiles),
        ("contributors", people, limits.contributors),
    )
    for name, count, most in counts:
        if most is not None and count > most:
            what = f"this source has {count:,} {name}, at most {most:,} are allowed"
            remedy = f"remove some, or allow more with the setting untrusted_max_{name}"
            yield Problem(f"too-many-{name}", what, Where(path="profiles"), remedy)
