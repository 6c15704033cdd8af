"""Who is calling, and whose rights are judged."""

from dataclasses import dataclass
from typing import Final

from user_manager.domain.errors import Forbidden
from user_manager.domain.vocabulary import Scope

TOKEN_PREFIX: Final = "token:"  # noqa: S105 - a prefix, no secret
SYSTEM_ACTOR: Final = "system:user-manager"
"""The actor of sweeps and of the command line. The id of a user never begins with `system:`."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, a service account, or this program itself.

    Attributes:
        user_id: the id of the person who calls; None for a service account and this program.
        is_administrator: whether this person, or this program, is an administrator.
        token: the name of the service account's token; None for a person and this program.
        scopes: what the service account may do.
        acting_for: the id of the person for whom the service account acts; None for nobody.
        deputy_of: the id of the absent OWNER for whom the person decides; None for nobody.

    Raises:
        ValueError: the attributes contradict each other.
    """

    user_id: str | None = None
    is_administrator: bool = False
    token: str | None = None
    scopes: frozenset[Scope] = frozenset()
    acting_for: str | None = None
    deputy_of: str | None = None

    def __post_init__(self) -> None:
        if self.scopes and self.token is None:
            raise ValueError("only a service account has scopes")
        if self.token is not None and (self.user_id is not None or self.is_administrator):
            raise ValueError("a service account is neither a person nor an administrator")
        if self.acting_for is not None and Scope.ACT_FOR not in self.scopes:
            raise ValueError("acting for somebody needs the scope act-for")
        if self.deputy_of is not None and (self.user_id is None or self.is_administrator):
            raise ValueError("a deputy is a person, neither a service account nor an administrator")

    @property
    def actor(self) -> str:
        """Who did it, as events record it: the id of the person, or `token:` and a name."""
        if self.token is not None:
            return f"{TOKEN_PREFIX}{self.token}"
        return SYSTEM_ACTOR if self.user_id is None else self.user_id

    @property
    def person(self) -> str | None:
        """The id of the person whose rights are judged; None if nobody's are."""
        return self.acting_for if self.user_id is None else self.user_id

    @property
    def on_behalf_of(self) -> str | None:
        """For whom it was done, as events record it; None if the caller did it for nobody else."""
        return self.deputy_of if self.acting_for is None else self.acting_for

    def has(self, scope: Scope) -> bool:
        """Return whether the rights of a scope are the caller's.

        Acting for somebody gives the rights of that person, and no others.
        """
        return self.acting_for is None and scope in self.scopes

    def is_privileged(self, *scopes: Scope, owns_module: bool = False) -> bool:
        """Return whether the caller is an administrator or an OWNER, or has one of the scopes."""
        return any((self.is_administrator, owns_module, *map(self.has, scopes)))

    def require_person(self) -> str:
        """Return the id of the person whose rights are judged.

        Raises:
            Forbidden: there is none.
        """
        if self.person is None:
            raise Forbidden("A service account needs x-acting-for with the id of a person.")
        return self.person


SYSTEM: Final = Caller(is_administrator=True)
"""This program itself: sweeps and the command line."""
