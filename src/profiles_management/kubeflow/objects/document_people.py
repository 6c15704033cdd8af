"""The people of a document: owners, and contributors with their roles. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from profiles_management.pmr.classes import Addition, Owner, Profile
from profiles_management.pmr.origins import NO_ORIGINS, Origins
from profiles_management.reconcile.plan import Person


class Grant(NamedTuple):
    """A contributor as the document states it.

    Attributes:
        until: the timestamp of the end of the access, '' for no end.
        source: the source of the entry.
    """

    person: Person
    role: str
    until: str
    source: str = ""


def grants(profile: Profile, now: datetime, origins: Origins = NO_ORIGINS) -> Iterator[Grant]:
    """Yield the contributors of a profile whose access has not expired at `now`."""
    source, added = origins.profiles.get(profile.name, ""), origins.contributors
    for contributor in profile.contributors:
        kind, name, until = contributor.kind, contributor.name, contributor.until
        if until is not None and until <= now:
            continue
        yield Grant(
            Person(kind.value, name),
            contributor.role.value,
            timestamp(until),
            added.get((profile.name, kind, name), source) if added else source,
        )


def contributors(profile: Profile | Addition) -> set[Person]:
    """Return all contributors of a profile, or of an addition to one, expired or not."""
    return {Person(entry.kind.value, entry.name) for entry in profile.contributors}


def expired(profile: Profile, now: datetime) -> frozenset[Person]:
    """Return the contributors of a profile whose access has expired at `now`."""
    return frozenset(contributors(profile) - {grant.person for grant in grants(profile, now)})


def people_of(profile: Profile) -> set[Person]:
    """Return the owner and all contributors of a profile."""
    return {owner_of(profile), *contributors(profile)}


def timestamp(moment: datetime | None) -> str:
    """Return a moment as annotations have it: `2027-01-01T00:00:00Z`; '' for None."""
    if moment is None:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def owner_of(profile: Profile) -> Person:
    """Return a profile's owner as a person; the name of a ServiceAccount has its namespace."""
    return person_of(profile.owner)


def person_of(owner: Owner) -> Person:
    """Return an owner as a person."""
    return Person(owner.kind.value, owner.name)
