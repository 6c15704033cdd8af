"""The catalogue: the open profiles of all sources, for a source that adds people to them. Pure."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from profiles_management.pmr.additions import is_alike, last_end_first
from profiles_management.pmr.classes import (
    Contributor,
    Profile,
    ProfilesManagementRepresentation,
)
from profiles_management.pmr.origins import OWN
from profiles_management.sources.gathering import Gathered, Reading
from profiles_management.sources.source import CatalogueContributor, CatalogueProfile

_ADMINISTRATOR: Final = "config"
"""The source of what the administrator's document says, which has no name in a command."""


def catalogue(asking: Reading, gathered: Gathered) -> tuple[CatalogueProfile, ...]:
    """Return the open profiles of the merged document, by name.

    Args:
        asking: the source that asks; what it says itself is left out.
    """
    profiles = sorted(gathered.pmr.in_order(), key=attrgetter("name"))
    return tuple(
        CatalogueProfile(
            profile.name,
            profile.owner.kind,
            profile.owner.name,
            tuple(_contributors(profile, asking, gathered)),
        )
        for profile in profiles
        if profile.open
    )


def _contributors(
    profile: Profile, asking: Reading, gathered: Gathered
) -> Iterator[CatalogueContributor]:
    """Yield the contributors that other sources name, in the order of the profile."""
    origins = gathered.pmr.origins
    definer = origins.profiles.get(profile.name, OWN)
    for person in profile.contributors:
        key = (profile.name, person.kind, person.name)
        source = origins.contributors.get(key, definer)
        entry: Contributor | None = person
        if source == asking.name:
            source, entry = _entry_of_others(profile.name, person, asking, gathered)
        if entry is not None:
            yield CatalogueContributor(
                entry.kind, entry.name, entry.role, entry.until, source or _ADMINISTRATOR
            )


def _entry_of_others(
    profile: str, person: Contributor, asking: Reading, gathered: Gathered
) -> tuple[str, Contributor | None]:
    """Return who else adds a person that the asking source adds too, with that entry."""
    entries = [
        (reading.name, entry)
        for reading in gathered.readings
        if reading.name != asking.name and reading.pmr is not None
        for entry in _added(reading.pmr, profile)
        if entry.kind == person.kind and is_alike(entry, person)
    ]
    return min(entries, key=last_end_first, default=(OWN, None))


def _added(pmr: ProfilesManagementRepresentation, profile: str) -> Iterator[Contributor]:
    additions = pmr.additions
    if profile in additions:
        yield from additions[profile].contributors
