"""Members as each generation lists them, and the grants that they are. Pure."""

from collections.abc import Iterator
from typing import Annotated, Final

import msgspec

from profiles_management.puhuri.client.models import Grant, ProjectRole, User, Uuid
from profiles_management.puhuri.client.service import ListedRow
from profiles_management.puhuri.client.wire import Moment, Sent

SHORT_ROLES: Final[dict[str, str]] = {
    str(ProjectRole.MEMBER): "member",
    str(ProjectRole.ADMIN): "admin",
    str(ProjectRole.MANAGER): "manager",
}
_LONG_ROLES: Final = {short: role for role, short in SHORT_ROLES.items()}


Role = Annotated[str, msgspec.Meta(min_length=1)]
"""The name of a role."""


class PermissionRow(ListedRow, frozen=True, kw_only=True):
    """A membership of the first generation."""

    pk: int
    user_uuid: Uuid
    project_uuid: Uuid
    role: Role
    project_name: str | None = None
    user_username: str | None = None
    user_full_name: str | None = None
    user_email: str | None = None
    expiration_time: Moment | None = None
    created: Moment | None = None

    @property
    def key(self) -> int:
        """What tells it from the other rows of the list."""
        return self.pk

    def grant(self) -> Grant:
        """Return the grant that it is."""
        return Grant(
            project_uuid=self.project_uuid,
            project_name=self.project_name or "",
            user_uuid=self.user_uuid,
            role=_LONG_ROLES.get(self.role, self.role),
            username=self.user_username or "",
            full_name=self.user_full_name or "",
            email=self.user_email or "",
            expiration_time=self.expiration_time,
            created=self.created,
            key=str(self.pk),
        )


class MemberRow(ListedRow, frozen=True, kw_only=True):
    """A row of `list_users`: one grant."""

    user_uuid: Uuid
    role_name: Role
    user_username: str | None = None
    user_full_name: str | None = None
    user_email: str | None = None
    expiration_time: Moment | None = None
    created: Moment | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from the other rows of the list."""
        return self.user_uuid, self.role_name, self.created

    def grant(self, project: str) -> Grant:
        """Return the grant in a project that it is."""
        return Grant(
            project_uuid=project,
            user_uuid=self.user_uuid,
            role=self.role_name,
            username=self.user_username or "",
            full_name=self.user_full_name or "",
            email=self.user_email or "",
            expiration_time=self.expiration_time,
            created=self.created,
        )


class ProjectOfUser(Sent, frozen=True, kw_only=True):
    """One grant of a user of a customer."""

    uuid: Uuid
    role_name: Role
    name: str | None = None
    expiration_time: Moment | None = None


class PersonRow(ListedRow, frozen=True, kw_only=True):
    """A user of a customer."""

    uuid: Uuid
    username: str | None = None
    full_name: str | None = None
    email: str | None = None

    @property
    def key(self) -> str:
        """What tells it from the other rows of the list."""
        return self.uuid

    def user(self) -> User:
        """Return who it is."""
        return User(
            uuid=self.uuid,
            username=self.username or "",
            full_name=self.full_name or "",
            email=self.email or "",
        )


class CustomerUserRow(PersonRow, frozen=True, kw_only=True):
    """A user of a customer, with the grants in all its projects."""

    projects: tuple[ProjectOfUser, ...]

    def grants(self) -> Iterator[Grant]:
        """Yield the grants of the user."""
        for project in self.projects:
            yield Grant(
                project_uuid=project.uuid,
                project_name=project.name or "",
                user_uuid=self.uuid,
                role=project.role_name,
                username=self.username or "",
                full_name=self.full_name or "",
                email=self.email or "",
                expiration_time=project.expiration_time,
            )


class OnlyUuid(ListedRow, frozen=True, kw_only=True):
    """A row of which nothing else is read."""

    uuid: Uuid

    @property
    def key(self) -> str:
        """What tells it from the other rows of the list."""
        return self.uuid
