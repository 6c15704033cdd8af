"""What a document wants in a portal: projects with members and allocations. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

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
        adopt: the uuid of the project that is to become this one; None for none.
        members: those whose time is not up.
        expired: the keys of those whose time is up.
        allocations: None leaves those of the project alone.
    """

    profile: str
    backend_id: str
    name: str
    description: str = ""
    end_date: date | None = None
    adopt: str | None = None
    members: tuple[WantedMember, ...] = ()
    expired: frozenset[str] = frozenset()
    allocations: Sequence[PuhuriAllocation] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that a document wants, and what of it a portal cannot have."""

    projects: tuple[WantedProject, ...]
    warnings: tuple[Problem, ...] = ()


def key_of(name: str, people: PersonName) -> str:
    """Return what tells people apart: a CUID as it is, an e-mail address in small letters."""
    if people is PersonName.CUID:
        return name
    return name.casefold()


def wanted(
    pmr: ProfilesManagementRepresentation, settings: PuhuriSettings, *, now: datetime
) -> Wanted:
    """Return what a document wants.

    Args:
        now: with a zone; contributors whose `until` has come by then are as if they were not there.
    """
    sections = _sections(pmr)
    projects = [_project(profile, section, settings, now) for profile, section in sections]
    warnings = chain.from_iterable(_not_people(profile) for profile, _ in sections)
    return Wanted(tuple(projects), tuple(warnings))


def wanted_allocations(
    pmr: ProfilesManagementRepresentation, settings: PuhuriSettings
) -> Mapping[str, Sequence[PuhuriAllocation]]:
    """Return the allocations of each project whose allocations are not left alone.

    Returns:
        By backend_id.
    """
    return {
        settings.backend_id(profile.name): section.allocations
        for profile, section in _sections(pmr)
        if section.allocations is not None
    }


def _sections(pmr: ProfilesManagementRepresentation) -> list[tuple[Profile, PuhuriProject]]:
    """Return the profiles that have a project, with what they want of it."""
    return [
        (profile, pmr.project_of(profile) or PuhuriProject())
        for profile in pmr.in_order()
        if profile.puhuri is not False
    ]


def _project(
    profile: Profile, section: PuhuriProject, settings: PuhuriSettings, now: datetime
) -> WantedProject:
    people = [person for person in profile.contributors if person.kind is UserKind.USER]
    expired = [person for person in people if _is_over(person, now)]
    active = [person for person in people if not _is_over(person, now)]
    return WantedProject(
        profile=profile.name,
        backend_id=settings.backend_id(profile.name),
        name=(section.name or profile.name).strip(),
        description=section.description or "",
        end_date=section.end_date,
        adopt=section.adopt,
        members=(
            *_owner(profile, settings),
            *(_member(person, section, settings) for person in active),
        ),
        expired=frozenset(key_of(person.name, settings.people) for person in expired),
        allocations=section.allocations,
    )


def _owner(profile: Profile, settings: PuhuriSettings) -> tuple[WantedMember, ...]:
    if profile.owner.kind is not UserKind.USER:
        return ()
    name = profile.owner.name
    role = settings.roles[ContributorRole.ADMIN]
    return (WantedMember(name, key_of(name, settings.people), role, is_owner=True),)


def _member(person: Contributor, section: PuhuriProject, settings: PuhuriSettings) -> WantedMember:
    """Return a contributor as a member; a role that ends with the project has no end.

    A document for a cluster gives everybody the end of the project; the portal needs it once.
    """
    return WantedMember(
        person.name,
        key_of(person.name, settings.people),
        settings.roles[person.role],
        end_within(person.until, section.end_date),
    )


def _is_over(person: Contributor, now: datetime) -> bool:
    return person.until is not None and person.until <= now


def _not_people(profile: Profile) -> Iterator[Problem]:
    """Yield a warning about everybody who is no person: a portal has only those."""
    subjects: tuple[Owner | Contributor, ...] = (profile.owner, *profile.contributors)
    for subject in subjects:
        if subject.kind is not UserKind.USER:
            yield Problem(
                "not-a-person",
                f"{subject.kind} {subject.name} cannot be a member of a project",
                Where.of_profile(profile.name),
                "list the people themselves, or leave it: it has no access in the portal",
            )
