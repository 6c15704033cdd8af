"""The plan of a portal: project by project, then what the document does not name any more. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Final

from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.gc_pause import collector_paused
from profiles_management.pmr.problems import Problem, Where
from profiles_management.puhuri.client.models import Grant, Project
from profiles_management.puhuri.mapping.wanted import Wanted, WantedProject, wanted
from profiles_management.puhuri.planning.allocation_changes import AllocationChanges
from profiles_management.puhuri.planning.frozen_access import FrozenAccess
from profiles_management.puhuri.planning.held_roles import users_by_key
from profiles_management.puhuri.planning.member_changes import MemberChanges
from profiles_management.puhuri.planning.project_changes import (
    corrections,
    creation,
    deletion,
    is_ours,
)
from profiles_management.puhuri.planning.terms import PlanItem
from profiles_management.puhuri.portal_settings import PuhuriSettings
from profiles_management.puhuri.portal_state import Observed
from profiles_management.reconcile.plan import (
    AccessGroup,
    Change,
    Condition,
    Pending,
    Plan,
    Reason,
    ordered,
)

_REFUSED: Final = frozenset(
    {
        "unknown-offering",
        "ambiguous-offering",
        "no-plan",
        "unknown-limit",
        "fractional-limit",
        "doubled-allocation",
        "renamed-allocation",
        "stuck-role",
    }
)
"""The codes of what a document asks for and the portal cannot have, one person or allocation."""


def plan(
    pmr: ProfilesManagementRepresentation,
    observed: Observed,
    settings: PuhuriSettings,
    *,
    now: datetime,
) -> Plan:
    """Return every change that leads from a portal as it is to what a document wants, in order.

    Args:
        now: with a zone; contributors whose `until` has come by then are as if they were not there.
    """
    with collector_paused():
        return _Planner(pmr, observed, settings, now).plan()


@dataclass(slots=True)
class _Planner:
    """A plan while it is made."""

    pmr: ProfilesManagementRepresentation
    observed: Observed
    settings: PuhuriSettings
    now: datetime
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    frozen: FrozenAccess = field(init=False)

    def __post_init__(self) -> None:
        self.frozen = FrozenAccess(self.pmr, self.settings)

    def plan(self) -> Plan:
        wants = wanted(self.pmr, self.settings, now=self.now)
        grants = chain.from_iterable(self.observed.grants.values())
        users = users_by_key(grants, self.observed.users, self.settings.people)
        ours = self._ours()
        rivals = _adopting_the_same(wants.projects)
        for project in wants.projects:
            if project.profile in rivals:
                self.problems.append(_repeated_adopt(project, rivals[project.profile]))
            else:
                self._of_project(project, ours.get(project.profile, []), users)
        self._of_stale(wants, ours)
        origins = self.pmr.origins
        conflicts = [problem for _, problem in sorted(origins.conflicts.items())]
        return Plan(
            changes=ordered(self.changes),
            refused=(*conflicts, *origins.refused, *self.problems),
            warnings=(*wants.warnings, *self.warnings),
            pending=tuple(self.pending),
            profiles=len(wants.projects) + len(conflicts),
            stale=tuple(self.stale),
            frozen=tuple(self.frozen.report()),
            existing={AccessGroup(""): self._existing(ours)},
        )

    def _ours(self) -> dict[str, list[Project]]:
        """Return the projects of this installation, by the name of the profile."""
        prefix = self.settings.prefix
        ours: dict[str, list[Project]] = defaultdict(list)
        for project in self.observed.projects:
            if project.backend_id.startswith(prefix):
                ours[project.backend_id.removeprefix(prefix)].append(project)
        return ours

    def _existing(self, ours: Mapping[str, list[Project]]) -> int:
        """Return how many pairs of a person and a project have access now."""
        projects = chain.from_iterable(ours.values())
        return sum(len(self._people(project)) for project in projects)

    def _people(self, project: Project) -> set[str]:
        """Return the uuids of everybody who has a role in a project now."""
        return {
            grant.user_uuid
            for grant in self.observed.grants.get(project.uuid, ())
            if not grant.is_over(self.now)
        }

    # the projects of the document

    def _of_project(
        self, project: WantedProject, present: list[Project], users: Mapping[str, Collection[str]]
    ) -> None:
        projects = self._adopted(project, present) if project.adopt else present
        if len(projects) > 1:
            self.problems.append(_doubled(project, projects))
        elif projects:
            self._of_present(project, projects[0], users)
        elif project.adopt:
            self.problems.append(_not_found(project))
        else:
            self.changes.append(creation(project, self.observed.customer))
            after = is_ours(project.profile)
            self._add(self._members(project, (), users, after).changes())
            self._add(self._allocations(project, "").changes())

    def _adopted(self, project: WantedProject, present: list[Project]) -> list[Project]:
        """Return the projects that are, or are to be, the profile's."""
        adopted = [other for other in self.observed.projects if other.uuid == project.adopt]
        return [*present, *(other for other in adopted if other not in present)]

    def _of_present(
        self, project: WantedProject, present: Project, users: Mapping[str, Collection[str]]
    ) -> None:
        foreign = present.backend_id not in ("", project.backend_id)
        if foreign:
            self.problems.append(_somebody_elses(project, present, self.settings.prefix))
            return
        grants = self.observed.grants.get(present.uuid, ())
        self.changes += corrections(project, present)
        is_adopted = present.backend_id != project.backend_id
        after = is_ours(project.profile) if is_adopted else None
        members = self._members(project, grants, users, after)
        self._add(members.changes())
        self.frozen.staying.update(members.staying)
        self._add(self._allocations(project, present.uuid).changes())

    def _members(
        self,
        project: WantedProject,
        grants: tuple[Grant, ...],
        users: Mapping[str, Collection[str]],
        after: Condition | None,
    ) -> MemberChanges:
        return MemberChanges(
            project,
            grants,
            users,
            self.settings.people,
            self.now,
            staying_roles=self.frozen.roles(project.profile),
            disputed=self.frozen.disputed(project.profile),
            after=after,
        )

    def _allocations(self, project: WantedProject, uuid: str) -> AllocationChanges:
        present = self.observed.allocations.get(uuid, ())
        month = self.now.date().replace(day=1)
        return AllocationChanges(
            project, self.observed, present, self.settings.allow_terminations, month
        )

    # what left the document

    def _of_stale(self, wants: Wanted, ours: Mapping[str, list[Project]]) -> None:
        known = {project.profile for project in wants.projects}
        adopted = {project.adopt for project in wants.projects}
        for profile in sorted(set(ours) - known):
            if self.frozen.has_project(profile):
                people = chain.from_iterable(map(self._people, ours[profile]))
                self.frozen.keep_project(profile, people)
                continue
            self.stale.append(profile)
            self._of_left(profile, ours[profile], adopted)

    def _of_left(
        self, profile: str, projects: list[Project], adopted: Collection[str | None]
    ) -> None:
        """End the access to a project that the document does not name any more.

        Args:
            adopted: the uuids of projects that other profiles adopt: those are not deleted.
        """
        present = projects[0]
        left = WantedProject(profile, present.backend_id, present.name)
        if len(projects) > 1:
            self.problems.append(_doubled(left, projects))
            return
        grants = self.observed.grants.get(present.uuid, ())
        members = MemberChanges(
            left, grants, {}, self.settings.people, self.now, reason=Reason.LEFT_DOCUMENT
        )
        self._add(members.changes())
        if not self.settings.allow_terminations or present.uuid in adopted:
            return
        allocations = self._allocations(left, present.uuid)
        for allocation in allocations.present:
            self._add(allocations.unlisted(allocation))
        if not allocations.present:
            self.changes.append(deletion(profile, present))
        else:
            what = "the project is deleted when its allocations are terminated"
            self.pending.append(Pending(profile, what))

    def _add(self, findings: Iterator[PlanItem]) -> None:
        for finding in findings:
            if isinstance(finding, Change):
                self.changes.append(finding)
            elif isinstance(finding, Pending):
                self.pending.append(finding)
            elif finding.code in _REFUSED:
                self.problems.append(finding)
            else:
                self.warnings.append(finding)


def _doubled(wanted_project: WantedProject, projects: list[Project]) -> Problem:
    uuids = ", ".join(project.uuid for project in projects)
    return Problem(
        "doubled-project",
        f"{len(projects)} projects have the backend_id {wanted_project.backend_id}: {uuids}",
        Where.of_profile(wanted_project.profile),
        "give all but one of them another backend_id in the portal",
    )


def _not_found(project: WantedProject) -> Problem:
    return Problem(
        "adopted-project-missing",
        f"there is no project {project.adopt} to adopt",
        Where.of_profile(project.profile),
        "check its uuid and its customer, or remove adopt: a new project is made then",
    )


def _somebody_elses(project: WantedProject, present: Project, prefix: str) -> Problem:
    backend_id = present.backend_id
    is_ours = backend_id.startswith(prefix)
    profile = f"the profile {backend_id.removeprefix(prefix)} of this installation"
    marked_by = profile if is_ours else "somebody else"
    return Problem(
        "foreign-project",
        f"project {present.uuid} has the backend_id {backend_id} of {marked_by}",
        Where.of_profile(project.profile),
        "remove adopt, or clear its backend_id in the portal first",
    )


def _adopting_the_same(projects: Iterable[WantedProject]) -> dict[str, str]:
    """Return, by profile, the names of all that adopt the same project: two sources may do this."""
    adopting: dict[str, list[str]] = defaultdict(list)
    for project in projects:
        if project.adopt:
            adopting[project.adopt].append(project.profile)
    repeated = (profiles for profiles in adopting.values() if len(profiles) > 1)
    return {profile: " and ".join(profiles) for profiles in repeated for profile in profiles}


def _repeated_adopt(project: WantedProject, profiles: str) -> Problem:
    return Problem(
        "repeated-adopt",
        f"the profiles {profiles} adopt the same project {project.adopt}",
        Where.of_profile(project.profile),
        "remove adopt from all but one of them",
    )
