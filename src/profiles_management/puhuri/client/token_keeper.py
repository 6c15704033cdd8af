"""The token that requests carry: the one that was given, or those that a password gets."""

import threading
from collections.abc import Callable

from profiles_management.puhuri.client.credentials import Credentials, Password, Token
from profiles_management.puhuri.client.errors import NotAllowed
from profiles_management.web_services.server_words import without_secret


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
            content = without_secret(content, secret)
        return content
