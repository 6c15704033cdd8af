"""The token with which a client shows who it is. Pure."""

import re
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that somebody copied from a web service. It is never shown.

    Raises:
        ValueError: it has blanks, line ends or characters beyond ASCII, which no token has.
    """

    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_token(self.value):
            raise ValueError(
                "the token is empty, or has blanks or characters beyond ASCII, which no token has"
            )


def is_token(text: str) -> bool:
    """Return whether a text can be a token, which fits in a header as it is."""
    return _TOKEN.fullmatch(text) is not None
