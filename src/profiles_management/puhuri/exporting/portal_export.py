"""A document of what a portal has: a profile for each project of a customer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from profiles_management.pmr import writing
from profiles_management.pmr.classes import (
    Owner,
    Profile,
    ProfilesManagementRepresentation,
    ResourceQuotaSpecModel,
    UserKind,
)
from profiles_management.pmr.exported_document import Export, reason
from profiles_management.pmr.model import Finding
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.puhuri_section import Puhuri
from profiles_management.pmr.rules import Rules, rule_findings
from profiles_management.puhuri.client.models import Allocation, Project
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.exported_members import ExportedMembers
from profiles_management.puhuri.exporting.exported_notes import (
    Note,
    left_out,
    unfit_names,
    without_manager,
)
from profiles_management.puhuri.exporting.exported_project import ExportedProject
from profiles_management.puhuri.exporting.exported_quota import hard_limits, known_resources
from profiles_management.puhuri.exporting.profile_names import ProfileNames
from profiles_management.puhuri.portal_settings import backend_prefix
from profiles_management.puhuri.portal_state import Observed

# A placeholder in drafts; no document can have this name.
_NO_OWNER: Final = Owner.model_construct(kind=UserKind.USER, name="<owner>")


def export(observed: Observed, settings: ExportSettings, rules: Rules, *, now: datetime) -> Export:
    """Return a document of everything that a customer has in a portal.

    Args:
        observed: managers have the moment since when they are, where there are several.
        rules: what the document may hold; a profile that breaks them is left out.
        now: with a zone; a role that is over by then is left out.
    """
    quota, unknown = known_resources(observed.components, settings.quota)
    settings = replace(settings, quota=quota)
    exporting = _Exporting(observed, settings, rules, now)
    names = ProfileNames(settings)
    for name, project in names.of(observed.projects):
        exporting.add(name, project)
    section = _customer_section(observed, settings) if settings.instance else None
    return Export(
        ProfilesManagementRepresentation(exporting.profiles, puhuri=section),
        (
            *unknown,
            *names.problems,
            *unfit_names(exporting.unfit, rules),
            *without_manager(exporting.ownerless, is_source=not settings.instance),
            *exporting.problems,
        ),
        exporting.comments,
        exporting.drafts,
    )


def _customer_section(observed: Observed, settings: ExportSettings) -> Puhuri:
    """Return the section with the name that the settings have, if a document can have it."""
    try:
        return Puhuri(customer=settings.customer or observed.customer.uuid)
    except ValidationError:
        return Puhuri(customer=observed.customer.uuid)


@dataclass(slots=True)
class _Exporting:
    """A document while it is made.

    Attributes:
        unfit: the projects whose profiles would have no name that the rules allow. They are one
            warning, because patterns may be meant to choose few projects of many.
        ownerless: the projects whose profiles would have no owner, one warning too.
    """

    observed: Observed
    settings: ExportSettings
    rules: Rules
    now: datetime
    profiles: list[Profile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unfit: list[Project] = field(default_factory=list)
    ownerless: list[Project] = field(default_factory=list)
    comments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, project: Project) -> None:
        """Add the profile of a project; as a draft if it has no owner."""
        grants = self.observed.grants.get(project.uuid, ())
        allocations = self.observed.allocations.get(project.uuid, ())
        members = ExportedMembers(project, grants, self.settings, self.now)
        owner, contributors = members.people()
        profile = Profile.model_construct(
            name=name,
            owner=owner or _NO_OWNER,
            contributors=contributors,
        )
        refusals = rule_findings(profile, self.rules, {})
        if refusals:
            self._leave_out(project, refusals)
            return
        self._note(name, *members.notes)
        self._quota(profile, allocations)
        self._section(profile, project, allocations)
        if owner is None:
            self.ownerless.append(project)
            self.drafts[name] = writing.entry(profile)
        else:
            self.profiles.append(profile)

    def _leave_out(self, project: Project, refusals: Sequence[Finding]) -> None:
        if {finding.code for finding in refusals} == {"name-not-allowed"}:
            self.unfit.append(project)
            return
        why = "; ".join(finding.what for finding in refusals)
        remedy = "Rename the project, or allow the name"
        self.problems.append(left_out(project, "not-allowed", why, remedy))

    def _quota(self, profile: Profile, allocations: tuple[Allocation, ...]) -> None:
        if not self.settings.quota:
            return
        hard = hard_limits(allocations, self.settings.quota)
        try:
            profile.resources = ResourceQuotaSpecModel(hard=hard)
        except ValidationError as error:
            # nothing of it is usable, which is safer than all of the cluster
            none = dict.fromkeys(hard, "0")
            profile.resources = ResourceQuotaSpecModel(hard=none)
            what = f"the quota is 0, because no quota can have the limits: {reason(error)}"
            self._note(profile.name, Note("cannot-say", what, "Correct the limits in the portal"))

    def _section(
        self, profile: Profile, project: Project, allocations: tuple[Allocation, ...]
    ) -> None:
        if not self.settings.instance:
            return
        backend_id = f"{backend_prefix(self.settings.instance)}{profile.name}"
        exported = ExportedProject(profile.name, backend_id, project, allocations)
        profile.puhuri = exported.section()
        if exported.comments:
            self.comments[profile.name] = tuple(exported.comments)
        self._note(profile.name, *exported.notes)

    def _note(self, profile: str, *notes: Note) -> None:
        self.problems += [note.about(profile) for note in notes]
