"""What a document wants in a portal: projects with members and allocations. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from profiles_management.pmr.classes import Profile, ProfilesManagementRepresentation
from profiles_management.pmr.people import Contributor, ContributorRole, Owner, UserKind
from profiles_management.pmr.problems import Problem, Where
from profiles_management.pmr.puhuri_section import (
    PuhuriAllocation,
    PuhuriProject,
)
from profiles_management.puhuri.mapping.project_end import end_within
from profiles_management.puhuri.portal_settings import PersonName, PuhuriSettings


@dataclass(frozen=True, slots=True)
class WantedMember:
    """A person who should have a role in a project.

    Attributes:
        name: as the document has it.
        key: what tells people apart: the name, an e-mail address in small letters.
        until: when it ends, with a zone; None for never, or with the project.
        is_owner: whether it is the owner of the profile.
    """

    name: str
    key: str
    role: str
    until: datetime | None = None
    is_owner: bool = False


@dataclass(frozen=True, slots=True)
class WantedProject:
    """A project that should exist.

    Attributes:
        profile: the name of the profile.
        description: as the document has it.
        adopt: the uuid of the project that is to become this one, '' for none.
        members: those whose time is not up.
        expired: the keys of those whose time is up.
        allocations: None leaves those of the project alone.
    """

    profile: str
    backend_id: str
    name: str
    description: str = ""
    end_date: date | None = None
    adopt: str = ""
    members: tuple[WantedMember, ...] = ()
    expired: frozenset[str] = frozenset()
    allocations: tuple[PuhuriAllocation, ...] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a document wants, and what of it a portal cannot have."""

    projects: tuple[WantedProject, ...]
    warnings: tuple[Problem, ...] = ()


def key_of(name: str, people: PersonName) -> str:
    """Return what tells people apart: a CUID as it is, an e-mail address in small letters."""
    return name if people is PersonName.CUID else name.casefold()


def wanted(
    pmr: ProfilesManagementRepresentation, settings: PuhuriSettings, *, now: datetime
) -> Wanted:
    """Return what a document wants.

    Args:
        now: with a zone; contributors whose `until` has come by then are as if they were not there.
    """
    profiles = [profile for profile in pmr.in_order() if profile.puhuri is not False]
    projects = tuple(
        _project(profile, pmr.project_of(profile) or PuhuriProject(), settings, now)
        for profile in profiles
    )
    warnings = tuple(problem for profile in profiles for problem in _not_people(profile))
    return Wanted(projects, warnings)


def _project(
    profile: Profile, section: PuhuriProject, settings: PuhuriSettings, now: datetime
) -> WantedProject:
    users = [person for person in profile.contributors if person.kind is UserKind.USER]
    people = [_within(person, section) for person in users]
    members = [_member(person, settings) for person in people if not _is_over(person, now)]
    owner = _owner(profile, settings)
    project = WantedProject(
        profile=profile.name,
        backend_id=settings.backend_id(profile.name),
        name=(section.name or profile.name).strip(),
        description=section.description or "",
        end_date=section.end_date,
        adopt=section.adopt or "",
        members=(*owner, *members),
        expired=frozenset(
            key_of(one.name, settings.people) for one in people if _is_over(one, now)
        ),
    )
    if section.allocations is None:
        return project
    return replace(project, allocations=tuple(section.allocations))


def _owner(profile: Profile, settings: PuhuriSettings) -> tuple[WantedMember, ...]:
    if profile.owner.kind is not UserKind.USER:
        return ()
    name = profile.owner.name
    role = settings.roles[ContributorRole.ADMIN]
    return (WantedMember(name, key_of(name, settings.people), role, is_owner=True),)


def _member(person: Contributor, settings: PuhuriSettings) -> WantedMember:
    key = key_of(person.name, settings.people)
    return WantedMember(person.name, key, settings.roles[person.role], person.until)


def _within(person: Contributor, section: PuhuriProject) -> Contributor:
    """Return a contributor whose role ends with the project as one whose role has no end.

    A document for a cluster gives everybody the end of the project; the portal needs it once.
    """
    until = end_within(person.until, section.end_date)
    return person if until == person.until else person.model_copy(update={"until": until})


def _is_over(person: Contributor, now: datetime) -> bool:
    return person.until is not None and person.until <= now


def _not_people(profile: Profile) -> Iterator[Problem]:
    """Yield a warning about everybody who is no person: a portal has only those."""
    people: tuple[Owner | Contributor, ...] = (profile.owner, *profile.contributors)
    for one in people:
        if one.kind is not UserKind.USER:
            yield Problem(
                "not-a-person",
                f"{one.kind} {one.name} cannot be a member of a project",
                Where.of_profile(profile.name),
                "list the people themselves, or leave it: it has no access in the portal",
            )
