"""What stays in a portal while a source cannot be read. Pure.

A portal does not record which source gave what. So while any source cannot be read, everything that
it may have given stays: projects that no other source defines, and the roles that a source can add
to an open profile of another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.people import ContributorRole, UserKind
from profiles_management.puhuri.mapping.wanted import key_of
from profiles_management.puhuri.portal_settings import PuhuriSettings
from profiles_management.reconcile.plan import Frozen


@dataclass(slots=True)
class FrozenAccess:
    """Decides what stays, and remembers it for the report.

    Attributes:
        staying: the uuids of the people who keep a role.
        profiles: the frozen profiles, which no readable source defines.
    """

    pmr: ProfilesManagementRepresentation
    settings: PuhuriSettings
    staying: set[str] = field(default_factory=set)
    profiles: list[str] = field(default_factory=list)

    def has_project(self, profile: str) -> bool:
        """Return whether the project of a profile that the document does not define stays."""
        return profile in self.pmr.origins.conflicts or bool(self.pmr.origins.frozen)

    def keep_project(self, profile: str, people: Iterable[str]) -> None:
        """Remember that a project stays with the roles of some people.

        Args:
            people: their uuids.
        """
        self.profiles.append(profile)
        self.staying.update(people)

    def roles(self, profile: str) -> frozenset[str]:
        """Return the roles that somebody keeps in a profile without being listed.

        Only additions to open profiles can be missing, and these never give the role of an admin.
        """
        defined = self.pmr.profiles.get(profile)
        if defined is None or not defined.open or not self.pmr.origins.frozen:
            return frozenset()
        added = (ContributorRole.EDIT, ContributorRole.VIEW)
        return frozenset(self.settings.roles[role] for role in added)

    def disputed(self, profile: str) -> frozenset[str]:
        """Return the keys of the people about whom sources disagree: their roles stay."""
        return frozenset(
            key_of(name, self.settings.people)
            for disputed_profile, kind, name in self.pmr.origins.disputed
            if disputed_profile == profile and kind is UserKind.USER
        )

    def report(self) -> Iterator[Frozen]:
        """Yield every source that cannot be read, and what stays without a known source."""
        unreadable: Mapping[str, str] = self.pmr.origins.frozen
        for source, why in sorted(unreadable.items()):
            yield Frozen(source, why)
        people = len(self.staying)
        if self.profiles or people:
            yield Frozen("", "", profiles=tuple(sorted(self.profiles)), people=people)
