"""What an administrator decides about a portal: each setting with its type, default and help."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from profiles_management.pmr.names import quoted
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
_SEPARATOR: Final = "/"


class PersonName(StrEnum):
    """What the names of people in a document are in the portal."""

    CUID = "cuid"
    EMAIL = "email"


def setting(text: str, **default: Any) -> Any:  # noqa: ANN401 - every type
    """Declare a setting.

    Args:
        text: what it is, as help texts say it.
        default: `default` or `default_factory`; none for a setting that has to be given.
    """
    return field(metadata={"text": text}, **default)


@dataclass(frozen=True, slots=True)
class PuhuriSettings:
    """The settings of a portal as a target.

    Raises:
        SettingsError: see check_instance.
    """

    instance: str = setting(
        "Name of this installation; it begins the backend_id of every project, so that two "
        "installations never take each other's projects for their own."
    )
    customer: str = setting(
        "Customer that has the projects, by uuid or exact name, in place of the document's.",
        default="",
    )
    people: PersonName = setting(  # noqa: RUF009 - it is frozen
        "What names of people in the document are: CUIDs, or e-mail addresses.",
        default=PersonName.CUID,
    )
    roles: Mapping[ContributorRole, str] = setting(
        "Roles in a project in place of PROJECT.MANAGER, PROJECT.ADMIN and PROJECT.MEMBER for "
        "admin, edit and view, such as edit=PROJECT.MEMBER",
        default_factory=lambda: ROLES,
    )
    allow_terminations: bool = setting(
        "Allow this run to terminate allocations, and to delete projects, that the document does "
        "not list.",
        default=False,
    )

    def __post_init__(self) -> None:
        check_instance(self.instance)

    def backend_id(self, profile: str) -> str:
        """Return the backend_id of a profile's project."""
        return f"{self.prefix}{profile}"

    @property
    def prefix(self) -> str:
        """What the backend_id of every project of this installation begins with."""
        return backend_prefix(self.instance)


def backend_prefix(instance: str) -> str:
    """Return what the backend_id of every project of an installation begins with."""
    return f"{instance}{_SEPARATOR}"


def check_instance(instance: str) -> None:
    """Check that the name of an installation can begin backend_ids.

    Raises:
        SettingsError: it is missing or the default, which others have too, or has a separator.
    """
    if instance in ("", _DEFAULT_INSTANCE):
        what = (
            "is missing or 'default': give each installation a name of its own, because the portal "
            "is shared with others"
        )
        raise SettingsError(what, setting="instance")
    if _SEPARATOR in instance:
        what = f"is {quoted(instance)}: leave out {_SEPARATOR}, which ends it in backend_id"
        raise SettingsError(what, setting="instance")


def project_roles(entries: Iterable[str]) -> Mapping[ContributorRole, str]:
    """Return the role in a project for each role of a contributor; the default where none is given.

    Args:
        entries: such as `edit=PROJECT.MEMBER`.

    Raises:
        ValueError: an entry has another form, a role is named twice, or two roles are the same role
            in a project; says what to write.
    """
    given: dict[ContributorRole, str] = {}
    for entry in entries:
        name, _, project_role = (part.strip() for part in entry.partition("="))
        if name not in {*ContributorRole} or not project_role:
            raise ValueError(
                f"{quoted(entry)} does not name a role and a role in a project. "
                "Write it as edit=PROJECT.ADMIN."
            )
        role = ContributorRole(name)
        if role in given:
            raise ValueError(f"{role} is named twice. Name one role in a project for it.")
        given[role] = project_role
    roles = {**ROLES, **given}
    _check_that_roles_differ(roles)
    return roles


def _check_that_roles_differ(roles: Mapping[ContributorRole, str]) -> None:
    """Check that a role in a project stands for one role of contributors, in both directions.

    Raises:
        ValueError: two roles are the same role in a project.
    """
    names: dict[str, ContributorRole] = {}
    for role, project_role in roles.items():
        other = names.setdefault(project_role, role)
        if other is not role:
            raise ValueError(
                f"{other} and {role} are the same role in a project, {quoted(project_role)}. "
                "Name a role in a project for each of them."
            )
