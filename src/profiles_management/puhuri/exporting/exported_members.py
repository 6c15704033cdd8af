"""The owner and the contributors of an exported profile, each with the strongest role. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from profiles_management.pmr.exported_document import reason
from profiles_management.pmr.people import (
    Contributor,
    ContributorRole,
    Owner,
    UserKind,
    clashes,
    people_findings,
)
from profiles_management.puhuri.client.models import Grant, Project
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.exported_notes import Note
from profiles_management.puhuri.mapping.project_end import end_of_project, end_within
from profiles_management.puhuri.portal_settings import PersonName

_STRONGEST_FIRST: Final = (*ContributorRole,)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Member:
    """A person with the strongest role in a project.

    Attributes:
        end: when the role ends before the project does; None for never.
        since: when it was given; the latest moment where the portal does not tell it.
    """

    name: str
    user: str
    role: ContributorRole
    end: datetime | None
    since: datetime

    @property
    def seniority(self) -> tuple[bool, datetime, str]:
        """What sorts managers: those whose role does not end first, then the oldest first."""
        return self.end is not None, self.since, self.user


@dataclass(slots=True)
class ExportedMembers:
    """The people of one project.

    Attributes:
        grants: those of the project.
        notes: what a document cannot say about them; complete once all else is read.
    """

    project: Project
    grants: Sequence[Grant]
    settings: ExportSettings
    now: datetime
    notes: list[Note] = field(default_factory=list)

    def people(self) -> tuple[Owner | None, list[Contributor]]:
        """Return the owner, None where nobody can be it, and everybody else by name."""
        members = [*self._members()]
        managers = [member for member in members if member.role is ContributorRole.ADMIN]
        first = min(managers, key=lambda manager: manager.seniority, default=None)
        owner = self._owner(first)
        others = [member for member in members if member is not first]
        return owner, self._contributors(owner, others)

    def _owner(self, manager: _Member | None) -> Owner | None:
        if manager is None:
            name = self.settings.owner
            return Owner(kind=UserKind.USER, name=name) if name else None
        if manager.end is not None:
            day = manager.end.date()
            what = f"{manager.name} is the owner, and the role of a manager ends on {day}"
            self._note("owner-ends", what, "Make somebody else a manager: an owner has no end")
        return Owner(kind=UserKind.USER, name=manager.name)

    # members

    def _members(self) -> Iterator[_Member]:
        """Yield everybody with a role and a name that a document can have."""
        by_user: dict[str, list[Grant]] = defaultdict(list)
        for grant in self.grants:
            if not grant.is_over(self.now):
                by_user[grant.user_uuid].append(grant)
        for user, grants in by_user.items():
            roles = self._roles(user, grants)
            if roles and self._has_usable_name(user, grants[0]):
                yield self._member(user, grants[0], roles)

    def _roles(self, user: str, grants: Iterable[Grant]) -> Mapping[ContributorRole, list[Grant]]:
        """Return somebody's grants by role of a contributor."""
        known = {project_role: role for role, project_role in self.settings.roles.items()}
        roles: dict[ContributorRole, list[Grant]] = defaultdict(list)
        for grant in grants:
            role = known.get(grant.role)
            if role is None:
                what = f"{self._name(grant) or user} has the role {grant.role}"
                remedy = self._remedy("The next apply ends this role", "It gives no access")
                self._note("unknown-role", f"{what}, which no document can give", remedy)
            else:
                roles[role].append(grant)
        return roles

    def _has_usable_name(self, user: str, grant: Grant) -> bool:
        name = self._name(grant)
        try:
            Owner(kind=UserKind.USER, name=name)
        except ValidationError as error:
            what = f"the user {user} is left out: no document can have the name: {reason(error)}"
            self._note("unusable-name", what, "Have the name corrected in the portal")
            return False
        return True

    def _name(self, grant: Grant) -> str:
        return grant.username if self.settings.people is PersonName.CUID else grant.email

    def _member(
        self, user: str, grant: Grant, roles: Mapping[ContributorRole, list[Grant]]
    ) -> _Member:
        name = self._name(grant)
        if len(roles) > 1 and self.settings.instance:
            what = f"{name} has {len(roles)} roles, and the strongest is exported"
            self._note("several-roles", what, "The next apply ends the others")
        role = min(roles, key=_STRONGEST_FIRST.index)
        ends = [end_within(grant.expiration_time, self.project.end_date) for grant in roles[role]]
        end = max(ends, key=lambda end: end or _LATEST)
        since = min(grant.created or _LATEST for grant in roles[role])
        return _Member(name, user, role, end, since)

    # contributors

    def _contributors(self, owner: Owner | None, members: Iterable[_Member]) -> list[Contributor]:
        """Return the contributors, those with a stronger role where names are too alike."""
        ordered = sorted(
            members, key=lambda member: (_STRONGEST_FIRST.index(member.role), member.name)
        )
        last = end_of_project(self.project.end_date)
        people = [
            Contributor(
                kind=UserKind.USER, name=member.name, role=member.role, until=member.end or last
            )
            for member in ordered
        ]
        if people_findings(owner, people):
            people = [*self._without_clashes(owner, people)]
        return sorted(people, key=lambda person: person.name)

    def _without_clashes(
        self, owner: Owner | None, people: Sequence[Contributor]
    ) -> Iterator[Contributor]:
        findings = {finding.path[1]: finding for finding in clashes(owner, enumerate(people))}
        for index, person in enumerate(people):
            finding = findings.get(index)
            if finding is None:
                yield person
            elif owner is None or person.name != owner.name:  # the owner keeps more than that
                remedy = self._remedy("The next apply ends this role", "Correct one of the names")
                self._note(finding.code, f"a member is left out: {finding.what}", remedy)

    def _remedy(self, in_portal: str, in_cluster: str) -> str:
        """Return what follows: for a document that goes back to the portal, or for clusters."""
        return in_portal if self.settings.instance else in_cluster

    def _note(self, code: str, what: str, remedy: str) -> None:
        self.notes.append(Note(code, what, remedy))
