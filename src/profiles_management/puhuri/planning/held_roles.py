"""The roles that people hold in one project, and what a document calls these people. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from profiles_management.puhuri.client.models import Grant, User
from profiles_management.puhuri.portal_settings import PersonName


@dataclass(frozen=True, slots=True)
class Roles:
    """The grants of one person in one project.

    Attributes:
        name: how the document, or the portal, calls the person.
        grants: by role; more than one of a role is doubled.
    """

    name: str
    user: str
    grants: Mapping[str, Sequence[Grant]]

    def singles(self) -> dict[str, Grant]:
        """Return the grants that can be changed."""
        return {role: grants[0] for role, grants in self.grants.items() if len(grants) == 1}

    def doubled(self) -> list[str]:
        """Return the roles that the person has more than once."""
        return sorted(role for role, grants in self.grants.items() if len(grants) > 1)


def roles_of_people(
    grants: Iterable[Grant], people: PersonName
) -> Mapping[str, Mapping[str, Roles]]:
    """Return who holds which roles in a project.

    Returns:
        By what a document would call the person, then by uuid: an address may have several users.
    """
    by_user: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        by_user[grant.user_uuid].append(grant)
    present: dict[str, dict[str, Roles]] = defaultdict(dict)
    for user, held in by_user.items():
        key = key_of_grant(held[0], people)
        present[key][user] = Roles(name_of(held[0]), user, _by_role(held))
    return present


def _by_role(grants: Iterable[Grant]) -> Mapping[str, Sequence[Grant]]:
    by_role: dict[str, list[Grant]] = defaultdict(list)
    for grant in grants:
        by_role[grant.role].append(grant)
    return by_role


def users_by_key(
    grants: Iterable[Grant], users: Iterable[User], people: PersonName
) -> Mapping[str, Collection[str]]:
    """Return the uuids of people by what a document would call them.

    Args:
        grants: those of some of the people.
        users: the others; they may have grants too.
    """
    uuids: dict[str, set[str]] = defaultdict(set)
    for grant in grants:
        uuids[key_of_grant(grant, people)].add(grant.user_uuid)
    for user in users:
        uuids[_key(user.username, user.email, user.uuid, people)].add(user.uuid)
    return uuids


def key_of_grant(grant: Grant, people: PersonName) -> str:
    """Return what a document would call the person with a grant, else the uuid."""
    return _key(grant.username, grant.email, grant.user_uuid, people)


def _key(username: str, email: str, uuid: str, people: PersonName) -> str:
    name = username if people is PersonName.CUID else email.casefold()
    return name or uuid


def name_of(grant: Grant) -> str:
    """Return how to call the person with a grant."""
    return grant.username or grant.email or grant.user_uuid
