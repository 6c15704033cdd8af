"""People: who a CUID is, and who the owner of the token is."""

import re
from http import HTTPStatus
from typing import Final

import msgspec

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.errors import NotAllowed, UnknownCuid
from profiles_management.puhuri.client.models import User
from profiles_management.puhuri.client.portal_request import Request
from profiles_management.puhuri.client.service import (
    Row,
    Service,
    field_params,
    set_fields,
    to_model,
)

_REMOTE = "/api/remote-eduteams/"
_ME = "/api/users/me/"

# a failed look-up is 404 (unknown) or 400 (the registry failed), in the first generation 401
_FAILED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
_FIRST_GENERATION: Final = "Eduteams error"  # another 401 is about the token

_LONGEST_CUID: Final = 256
_CUID: Final = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")


class _UserRow(Row[User], frozen=True, kw_only=True):
    username: str | None = None
    full_name: str | None = None
    email: str | None = None

    def model(self) -> User:
        return User(**set_fields(self))


class _Role(msgspec.Struct, frozen=True):
    scope_type: str | None = None
    scope_uuid: str | None = None


class _Caller(msgspec.Struct, frozen=True):
    """The owner of the token; the server says only of staff that it is staff."""

    is_staff: bool | None = None
    is_support: bool | None = None
    permissions: list[_Role] | None = None

    def sees(self, customer: str) -> bool:
        """Return whether every project of a customer is there for the owner of the token."""
        if self.permissions is None or self.is_staff or self.is_support:
            return True
        return any(
            role.scope_type == "customer" and role.scope_uuid == customer
            for role in self.permissions
        )


class Users(Service):
    """Operations on people."""

    def by_cuid(self, cuid: str) -> str:
        """Return the uuid of the user with a CUID; the server makes the user if it is new here.

        The server asks the identity registry. Where a person has left it, the first answer is the
        uuid and the user is deactivated; only the next one is an error.

        Raises:
            UnknownCuid: nobody has it, the registry cannot be asked, or it cannot be a CUID.
            NotAllowed: the owner of the token is no identity manager.
        """
        if not _is_cuid(cuid):
            raise UnknownCuid(
                f"{cuid!r} cannot be a CUID, which is written NAME@HOST.", status=0, fields={}
            )
        request = Request("POST", _REMOTE, body={"cuid": cuid}, what="look up a CUID")
        connection, deadline = self.session.connection, self.session.deadline
        answer = connection.ask(request, deadline=deadline)
        if _is_failed(answer):
            raise UnknownCuid(str(answer.error()), status=answer.status, fields={})
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise answer.error()
        return answer.read(_UserRow).uuid

    def me(self) -> User:
        """Return the owner of the token.

        Raises:
            NotAllowed: the token is not accepted.
        """
        answer = self.get_answer(_ME, field_params(_UserRow), what="show the user")
        return to_model(answer, answer.read(_UserRow))

    def check_sees_all(self, customer: str) -> None:
        """Check that the owner of the token sees all projects of a customer, and not only its own.

        A member of one project sees the customer too, and its other projects are not there. Before
        7.x, the server does not tell the roles of the owner of a token: then nothing is checked.

        Args:
            customer: a uuid.

        Raises:
            NotAllowed: it does not see all.
        """
        answer = self.get_answer(_ME, field_params(_Caller), what="show the user")
        if not answer.read(_Caller).sees(customer):
            what = "The owner of the token has no role in the customer, so projects are missing."
            raise NotAllowed(what, remedy="Make it an owner of the customer in the portal.")


def _is_cuid(text: str) -> bool:
    """Return whether a text can be a CUID, which becomes a part of a URL of the registry."""
    return len(text) <= _LONGEST_CUID and _CUID.fullmatch(text) is not None


def _is_failed(answer: Answer) -> bool:
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return _FIRST_GENERATION.encode() in answer.content
    return answer.status in _FAILED
