"""How a client shows who it is: a token, or a name and a password to get tokens with."""

from dataclasses import dataclass, field

from profiles_management.web_services.token import Token

__all__ = ["Credentials", "Password", "Token"]


@dataclass(frozen=True, slots=True)
class Password:
    """A name and a password of the portal itself, which get a token whenever one is over.

    The server locks a name for ten minutes after four wrong passwords: a refused one is not tried
    again.
    """

    username: str
    password: str = field(repr=False)


Credentials = Token | Password
