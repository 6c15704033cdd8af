"""The sources `puhuri:CUSTOMER@URL`: the projects of a customer, which the portal decides."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.document_limits import Limits
from profiles_management.pmr.problems import DocumentError, Problem, Where
from profiles_management.pmr.rules import Rules
from profiles_management.pmr.warnings import document_warnings
from profiles_management.puhuri.client.models import Project
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.exported_notes import left_out
from profiles_management.puhuri.exporting.portal_export import export
from profiles_management.puhuri.portal_settings import backend_prefix
from profiles_management.puhuri.portal_state import Observed
from profiles_management.reconcile.clock import Clock
from profiles_management.sources.source import Document
from profiles_management.sources.trust import Trust

if TYPE_CHECKING:
    from profiles_management.puhuri.client.client import Client

_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class PortalSource:
    """What a customer has in a portal, as a document for clusters.

    Attributes:
        name: what identifies the source in every run, such as `puhuri:hpc`.
        label: what people call it, such as `puhuri:Physics@https://puhuri.example.org`.
        customer: its uuid, or its exact name.
        connect: returns a client of the portal, which is closed after the reading.
        settings: how projects become profiles.
        trust: what the document may do. A profile that breaks its rules is left out, because
            somebody else gives projects their names.
        instance: the installation. Its own projects are left out: they are made of profiles, and
            would come back as further profiles. '' leaves out none.
        seconds: for all requests together: a slow portal delays other sources.
    """

    name: str
    label: str
    customer: str
    connect: Callable[[], "AbstractContextManager[Client]"]
    settings: ExportSettings
    trust: Trust
    clock: Clock
    instance: str
    is_configured: bool = True
    seconds: float = _SECONDS

    @property
    def is_trusted(self) -> bool:
        """Whether it may define profiles that exist already."""
        return self.trust.is_full

    def read(self, rules: Rules) -> Document:
        """Return the projects of the customer as profiles.

        Raises:
            TargetError: the portal cannot be read, or only a part of the customer.
            DocumentError: it has more projects or members than the source may have.
        """
        from profiles_management.puhuri.export_reading import read_customer  # noqa: PLC0415 - not for other sources

        restricted = self.trust.restrict(rules)
        with self.connect() as client:
            limited = client.reading_until(self.clock.monotonic() + self.seconds)
            observed = read_customer(limited, self.customer, self.settings)
            limited.users.check_sees_all(observed.customer.uuid)
        observed, own = _without_own(observed, self.instance)
        exported = export(observed, self.settings, restricted, now=self.clock.now())
        pmr = exported.pmr
        warnings = [*own, *exported.notes, *document_warnings(pmr)]
        pmr.warnings = tuple(map(self._placed, warnings))
        problems = [*map(self._placed, _too_many(pmr, restricted.limits))]
        if problems:
            raise DocumentError(problems, pmr.warnings)
        return Document(pmr)

    def _placed(self, problem: Problem) -> Problem:
        return replace(problem, where=replace(problem.where, file=self.name))


def _without_own(observed: Observed, instance: str) -> tuple[Observed, list[Problem]]:
    """Return what is there without the projects of an installation, and a warning about each."""
    if not instance:
        return observed, []
    prefix = backend_prefix(instance)
    own, others = list[Project](), list[Project]()
    for project in observed.projects:
        (own if project.backend_id.startswith(prefix) else others).append(project)
    why = "it is the project of a profile of this installation"
    remedy = "Clear its backend_id in the portal if it is no longer managed from a document"
    warnings = [left_out(project, "own-project", why, remedy) for project in own]
    return replace(observed, projects=tuple(others)), warnings


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
            where = Where(path="profiles")
            yield Problem(f"too-many-{name}", what, where, remedy, names_nobody=True)
