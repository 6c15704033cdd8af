"""Members: who has which role in which project, and until when."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any, TypeVar

from profiles_management.pmr.portal_values import uuid as checked_uuid
from profiles_management.puhuri.client.errors import DoubledGrant, NotFound, PuhuriAway
from profiles_management.puhuri.client.filters import (
    Filter,
    filter_uuid,
    filtered,
    part,
    same,
)
from profiles_management.puhuri.client.generations import PERMISSIONS
from profiles_management.puhuri.client.member_rows import (
    SHORT_ROLES,
    CustomerUserRow,
    MemberRow,
    OnlyUuid,
    PermissionRow,
    PersonRow,
)
from profiles_management.puhuri.client.models import CustomerPeople, Grant
from profiles_management.puhuri.client.portal_request import flat
from profiles_management.puhuri.client.service import Service, look_up_again
from profiles_management.puhuri.client.wire import moment, uuid_of_url

P = TypeVar("P", bound=PersonRow)


class Members(Service):
    """Operations on memberships."""

    def find(  # noqa: PLR0913 - the filters of the API
        self,
        *,
        project: str | None = None,
        project_url: str | None = None,
        user: str | None = None,
        user_url: str | None = None,
        username: str | None = None,
        full_name: str | None = None,
        customer: str | None = None,
        role: str | None = None,
    ) -> Iterator[Grant]:
        """Yield the grants that the token may see, until the daily clean-up also ended ones.

        Args:
            project, user, customer: a uuid. Without a project, the grants of all projects of the
                customer, or of all customers, are asked for.
            project_url, user_url: the same as a URL.
            username: the CUID, whole.
            full_name: a part of it, small and capital letters alike.
            role: as in Grant.

        Raises:
            PuhuriError: see Service.
            ValueError: something is neither a uuid nor a URL with one.
        """
        project = _uuid(project, project_url)
        user = _uuid(user, user_url)
        filters = (
            Filter("project", project, same("project_uuid")),
            Filter("user", user, same("user_uuid")),
            Filter("username", username, same("username")),
            Filter("full_name", full_name, part("full_name")),
            Filter("role", role, same("role")),
        )
        if project is not None and customer is None:
            yield from filtered(self._of_project(project, user), filters)
        else:  # the grants of a project do not say whose the project is
            yield from filtered(self._of_customers(customer), filters)

    def of_customer(self, customer: str) -> Iterator[Grant]:
        """Yield the grants in all projects of a customer, in bulk: a page has a hundred people.

        A deactivated person is not among them.

        Raises:
            PuhuriError: see Service.
        """
        customer = checked_uuid(customer)
        if self.session.generation.lists_permissions:
            yield from self._permissions(customer=customer)
            return
        for row in self._people(customer, CustomerUserRow):
            yield from row.grants()

    def people_of_customer(self, customer: str) -> CustomerPeople:
        """Return everybody who has a role in a customer or in one of its projects.

        This takes as many requests as `of_customer`; until February 2024 one more for each hundred
        people. A deactivated person is not among them.

        Raises:
            PuhuriError: see Service.
        """
        customer = checked_uuid(customer)
        if self.session.generation.lists_permissions:
            users = tuple(row.user() for row in self._people(customer, PersonRow))
            return CustomerPeople(users=users, grants=(*self._permissions(customer=customer),))
        rows = [*self._people(customer, CustomerUserRow)]
        grants = chain.from_iterable(row.grants() for row in rows)
        return CustomerPeople(users=tuple(row.user() for row in rows), grants=tuple(grants))

    def add(self, project: str, user: str, role: str, until: datetime | None = None) -> None:
        """Give a person a role in a project.

        Where the person has the role already, the server either refuses it or gives it a second
        time, which nobody but its support can undo: use set_expiry then.

        Args:
            until: when it ends, in the future, with a zone.

        Raises:
            PuhuriAway: it is not known whether it was given.
            PuhuriError: see Service.
        """
        project, user = checked_uuid(project), checked_uuid(user)
        try:
            if self.session.generation.has_grants:
                self._act(project, user, role, "add_user", "add a member", until)
            else:
                self._permit(project, user, role, until)
        except PuhuriAway as away:
            look_up_again(away, lambda: self._has_until(project, user, role, until) or None)

    def remove(self, project: str, user: str, role: str) -> None:
        """Take a role in a project from a person; one that is not there is no error.

        Raises:
            DoubledGrant: the person has the role twice.
            Refused: the person is deactivated, among others.
            PuhuriAway: it is not known whether it was taken.
            PuhuriError: see Service.
        """
        project, user = checked_uuid(project), checked_uuid(user)
        if not self.session.generation.has_grants:
            for grant in self._grants(project, user, role):
                self._end_permission(grant.key)
            return
        try:
            self._act(project, user, role, "delete_user", "remove a member")
        except PuhuriAway as away:
            look_up_again(away, lambda: not self._grants(project, user, role) or None)

    def set_expiry(self, project: str, user: str, role: str, until: datetime | None) -> None:
        """Change when a role of a person in a project ends.

        Args:
            until: in the future, with a zone; None for never.

        Raises:
            NotFound: the person does not have the role.
            DoubledGrant: the person has it twice.
            PuhuriAway: it is not known whether it was changed.
            PuhuriError: see Service.
        """
        project, user = checked_uuid(project), checked_uuid(user)
        if not self.session.generation.has_grants:
            key = self._only_grant(project, user, role).key
            body = {"expiration_time": moment(until)}
            what = "change how long a member stays"
            self.write("PATCH", f"{PERMISSIONS}{key}/", body, what=what, is_repeatable=True)
            return
        try:
            self._act(project, user, role, "update_user", "change how long a member stays", until)
        except PuhuriAway as away:
            # a grant that is not there is a 500, too
            look_up_again(
                away, lambda: self._only_grant(project, user, role).expiration_time == until or None
            )

    # since September 2023

    def _of_project(self, project: str, user: str | None) -> Iterator[Grant]:
        if not self.session.generation.has_grants:
            yield from self._permissions(project=project, user=user)
            return
        path = f"/api/projects/{project}/list_users/"
        params = [*flat({"user": user}), ("o", "created")]
        for row in self.rows(path, params, MemberRow, what="list the members of a project"):
            yield row.grant(project)

    def _act(
        self,
        project: str,
        user: str,
        role: str,
        action: str,
        what: str,
        until: datetime | None = None,
    ) -> None:
        """Change one grant. A 500 is no reason to try again: it is what a doubled grant gives."""
        body: dict[str, Any] = {"user": user, "role": role}
        if action != "delete_user":
            body["expiration_time"] = moment(until)
        path = f"/api/projects/{project}/{action}/"
        self.write("POST", path, body, what=what, is_repeatable=False)

    def _of_customers(self, customer: str | None) -> Iterator[Grant]:
        if self.session.generation.lists_permissions:
            yield from self._permissions(customer=filter_uuid(customer))
            return
        customers = self._customers() if customer is None else [customer]
        for uuid in customers:
            yield from self.of_customer(uuid)

    def _people(self, customer: str, kind: type[P]) -> Iterator[P]:
        path = f"/api/customers/{customer}/users/"
        return self.rows(path, (), kind, what="list the members of a customer")

    def _customers(self) -> list[str]:
        rows = self.rows("/api/customers/", [("o", "name")], OnlyUuid, what="list the customers")
        return [row.uuid for row in rows]

    # until then

    def _permissions(self, **filters: str | None) -> Iterator[Grant]:
        params = [*flat(filters), ("o", "created")]
        rows = self.rows(PERMISSIONS, params, PermissionRow, what="list the members")
        return (row.grant() for row in rows)

    def _permit(self, project: str, user: str, role: str, until: datetime | None) -> None:
        body = {
            "project": self.url("projects", project),
            "user": self.url("users", user),
            "role": SHORT_ROLES.get(role, role),
            "expiration_time": moment(until),
        }
        self.write("POST", PERMISSIONS, body, what="add a member", is_repeatable=False)

    def _end_permission(self, key: str) -> None:
        path = f"{PERMISSIONS}{key}/"
        with suppress(NotFound):  # somebody else was faster
            self.write("DELETE", path, what="remove a member", is_repeatable=True)

    # both

    def _grants(self, project: str, user: str, role: str) -> list[Grant]:
        """Return how often a person has a role in a project: at most once.

        Raises:
            DoubledGrant: more than once.
        """
        grants = [*self.find(project=project, user=user, role=role)]
        if len(grants) > 1:
            raise DoubledGrant(project, user, role, len(grants))
        return grants

    def _has_until(self, project: str, user: str, role: str, until: datetime | None) -> bool:
        grants = self._grants(project, user, role)
        return [grant.expiration_time for grant in grants] == [until]

    def _only_grant(self, project: str, user: str, role: str) -> Grant:
        grants = self._grants(project, user, role)
        if not grants:
            raise NotFound(f"User {user} does not have the role {role} in project {project}.")
        return grants[0]


def _uuid(uuid: str | None, url: str | None) -> str | None:
    """Return the uuid that is given as it is or in a URL; None where neither is given."""
    if uuid is not None:
        return checked_uuid(uuid)
    return None if url is None else uuid_of_url(url)
