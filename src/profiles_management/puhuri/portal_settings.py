"""What an administrator decides about a portal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from profiles_management.pmr.people import ContributorRole
from profiles_management.pmr.problems import SettingsError
from profiles_management.puhuri.client.models import ProjectRole

ROLES: Final[Mapping[ContributorRole, str]] = {
    ContributorRole.ADMIN: ProjectRole.MANAGER,
    ContributorRole.EDIT: ProjectRole.ADMIN,
    ContributorRole.VIEW: ProjectRole.MEMBER,
}
"""The role in a project for each role of a contributor. An owner has that of an admin."""

_DEFAULT_INSTANCE: Final = "default"


class PersonName(StrEnum):
    """What the names of people in a document are in the portal."""

    CUID = "cuid"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class PuhuriSettings:
    """The settings of a portal as a target.

    Attributes:
        instance: the name of this installation; it begins the backend_id of every project, so that
            two installations never take each other's projects for their own.
        customer: the uuid or the exact name of the customer; '' for the one of the document.
        people: what a name in the document is.
        roles: the role in a project, for each role of a contributor.
        allow_terminations: whether allocations are terminated and projects deleted.

    Raises:
        SettingsError: the instance has no name of its own, or two roles of contributors are one
            role in a project.
    """

    instance: str
    customer: str = ""
    people: PersonName = PersonName.CUID
    roles: Mapping[ContributorRole, str] = field(default_factory=lambda: ROLES)
    allow_terminations: bool = False

    def __post_init__(self) -> None:
        if self.instance in ("", _DEFAULT_INSTANCE):
            what = (
                f"is {self.instance!r}: give each installation a name of its own, because the "
                "portal is shared with others"
            )
            raise SettingsError(what, setting="instance")
        if len(set(self.roles.values())) < len(ContributorRole):
            raise SettingsError("gives two roles the same role in a project", setting="roles")

    def backend_id(self, profile: str) -> str:
        """Return the backend_id of a profile's project."""
        return f"{self.prefix}{profile}"

    @property
    def prefix(self) -> str:
        """What the backend_id of every project of this installation begins with."""
        return f"{self.instance}/"
