"""The token that requests carry: the one that was given, or those that a password gets."""

import json
import re
import threading
from collections.abc import Callable
from typing import Final

from profiles_management.puhuri.client.credentials import Credentials, Password, Token
from profiles_management.puhuri.client.errors import NotAllowed

_HIDDEN: Final = b"***"


class TokenKeeper:
    """The token in use. Threads share it: those that ask at once get the same.

    A refused password is not sent again, because the server locks a name for ten minutes after four
    wrong ones.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._password = credentials if isinstance(credentials, Password) else None
        self._token = credentials.value if isinstance(credentials, Token) else ""
        self._refusal: NotAllowed | None = None
        self._lock = threading.Lock()

    @property
    def can_renew(self) -> bool:
        """Whether a token that expired is replaced by another."""
        return self._password is not None

    def token(self, log_in: Callable[[Password], str]) -> str:
        """Return the token in use.

        Args:
            log_in: sends a password and returns a token.

        Raises:
            NotAllowed: the password is refused, now or before.
        """
        return self._token or self.token_after("", log_in)

    def token_after(self, old: str, log_in: Callable[[Password], str]) -> str:
        """Return a token other than one that expired; see `token`."""
        with self._lock:
            if self._token == old and self._password is not None:
                self._token = self._new_token(self._password, log_in)
            return self._token

    def _new_token(self, password: Password, log_in: Callable[[Password], str]) -> str:
        if self._refusal is not None:
            raise NotAllowed(str(self._refusal), status=self._refusal.status)
        try:
            return log_in(password)
        except NotAllowed as refusal:
            self._refusal = refusal
            raise

    def without_secrets(self, content: bytes) -> bytes:
        """Return a text of a server without the token and the password, should it repeat them."""
        password = self._password.password if self._password is not None else ""
        for secret in filter(None, (self._token, password)):
            content = _as_written(secret).sub(_HIDDEN, content)
        return content


def _as_written(secret: str) -> re.Pattern[bytes]:
    """Return what finds a secret in a text as it is, or as JSON may write its characters."""
    return re.compile(b"".join(map(_forms, secret)))


def _forms(character: str) -> bytes:
    """Return the pattern of the ways to write a character: itself, or one of its escapes."""
    units = character.encode("utf-16-be").hex()
    hexadecimal = "".join(rf"\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    short = json.dumps(character, ensure_ascii=False)[1:-1]
    plain = b"|".join(re.escape(form.encode()) for form in (character, short, f"\\{character}"))
    return b"(?:" + plain + b"|(?i:" + re.escape(hexadecimal.encode()) + b"))"
