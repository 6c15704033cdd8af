"""Contributors whom sources add to a profile of another source: who may be added, who is alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from profiles_management.pmr import merge_conflicts
from profiles_management.pmr.classes import (
    Addition,
    Contributor,
    ContributorRole,
    Owner,
    Profile,
    UserKind,
)
from profiles_management.pmr.names import quoted
from profiles_management.pmr.origins import label
from profiles_management.pmr.problems import Problem
from profiles_management.pmr.user_names import same_user

Offer = tuple[str, Contributor]
"""A source, and a contributor whom it adds."""


def identity(person: Contributor | Owner) -> tuple[UserKind, str]:
    """Return a key for a person, the same for all spellings of a name."""
    return person.kind, same_user(person.name)


def offered(additions: Iterable[tuple[str, Addition]]) -> Iterator[Offer]:
    """Yield each contributor that sources add, with the source."""
    for source, addition in additions:
        for person in addition.contributors:
            yield source, person


def is_alike(person: Contributor, other: Contributor) -> bool:
    """Return whether two sources give one person the same role, in the same spelling."""
    return (person.name, person.role) == (other.name, other.role)


class Defined:
    """The people of a profile in the source that defines it, which alone sets their roles."""

    def __init__(self, profile: Profile, definer: str) -> None:
        self.profile = profile
        self.definer = label(definer)
        self.listed = {identity(person): person for person in profile.contributors}

    def refusal(self, person: Contributor, source: str) -> Problem | None:
        """Return why a source may not add a contributor, None if it may."""
        profile, who, definer = self.profile.name, quoted(person.name), self.definer
        listed = self.listed.get(identity(person))
        remedy = f"Remove {who} from what {source} adds."
        if identity(person) == identity(self.profile.owner):
            what = f"{source} adds {who} to {profile}, but {definer} names the same person as owner"
            return merge_conflicts.refused("owner-contributes", what, profile, source, remedy)
        if person.role == ContributorRole.ADMIN:
            what = f"{source} adds {who} to {profile} as admin, which only {definer} may do"
            return merge_conflicts.refused("admin-added", what, profile, source, remedy)
        if listed is None or is_alike(listed, person):
            return None
        if listed.name != person.name:
            what = (
                f"{source} adds {who} to {profile}, but {definer} lists the same name "
                "in another spelling"
            )
            return merge_conflicts.refused("case-clash", what, profile, source, remedy)
        what = (
            f"{source} adds {who} to {profile} as {person.role}, "
            f"but {definer} sets the role {listed.role}"
        )
        remedy = f"{remedy} Until then, the role stays {listed.role}."
        return merge_conflicts.refused("two-roles", what, profile, source, remedy)


def last_end_first(offer: Offer) -> tuple[bool, float, str]:
    """Return a key that sorts offers by the end of access, the last first."""
    source, person = offer
    if person.until is None:
        return False, 0.0, source
    return True, -person.until.timestamp(), source
