"""What a User Manager answers: its document, or why it refuses a request. Pure."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec

from profiles_management.portal.user_manager_errors import UserManagerError
from profiles_management.web_services.server_words import short_words, without_secret
from profiles_management.web_services.token import Token

_ETAG: Final = re.compile(r'(?:W/)?"([0-9a-f]{16})"')  # W/ is from a proxy that compresses
_CHECK_URL: Final = "Check that the URL is the address of a User Manager, without /api."
_REFUSALS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: (
        "The User Manager does not accept the token",
        "Create a token in the User Manager, with the scope cluster.",
    ),
    HTTPStatus.FORBIDDEN: (
        "The User Manager does not allow this to the owner of the token",
        "Create a token in the User Manager, with the scope cluster.",
    ),
    HTTPStatus.NOT_FOUND: ("There is no User Manager at the URL", _CHECK_URL),
}


@dataclass(frozen=True, slots=True)
class Published:
    """The document of a User Manager as it was received.

    Attributes:
        revision: what the User Manager calls this version: sixteen hexadecimal digits of the
            SHA-256 of the bytes, which are canonical JSON.
    """

    content: bytes = field(repr=False)
    revision: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        kind: the header Content-Type.
        tag: the header ETag.
    """

    status: int
    content: bytes = field(repr=False)
    kind: str = ""
    tag: str = ""

    def check(self, what: str, token: Token) -> None:
        """Accept an answer that is a success.

        Args:
            what: what the User Manager should do, for messages.
            token: of the request; no message repeats it.

        Raises:
            UserManagerError: it is a refusal, or a redirect.
        """
        if self.status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if self.status < HTTPStatus.BAD_REQUEST:
            raise _not_one("a redirect to another address, perhaps to a page to log in")
        message = f"The User Manager did not {what}: it answered with status {self.status}"
        brief, remedy = _REFUSALS.get(self.status, (message, ""))
        reason = _reason(without_secret(self.content, token.value))
        text = f"{brief}: {reason}." if reason else f"{brief}."
        raise UserManagerError(text, remedy=remedy, brief=brief)

    def document(self) -> Published:
        """Return the document.

        Raises:
            UserManagerError: it is not that of a User Manager, or not as it was sent.
        """
        if self.kind.partition(";")[0].strip().lower() != "application/json":
            raise _not_one(f"an answer of the type {short_words(self.kind) or 'unknown'}, not JSON")
        try:
            msgspec.json.decode(self.content, type=dict[str, Any])
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise _not_one("an answer that is not a mapping in JSON") from None
        revision = hashlib.sha256(self.content).hexdigest()[:16]
        tag = _ETAG.fullmatch(self.tag)
        if tag is None or tag[1] != revision:
            raise _not_one("a document that does not match its ETag")
        return Published(self.content, revision)


class _Refusal(msgspec.Struct):
    """The parts of application/problem+json that a message repeats."""

    code: str = ""
    detail: str = ""


def _reason(content: bytes) -> str:
    """Return why a request is refused, in the words of the server; '' where there are none.

    Nothing that a server can send raises here.
    """
    try:
        refusal = msgspec.json.decode(content, type=_Refusal)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return ""
    return short_words(": ".join(filter(None, (refusal.code, refusal.detail)))).rstrip(".")


def _not_one(what: str) -> UserManagerError:
    """Return the error that says that this is not what a User Manager answers."""
    return UserManagerError(
        f"The server at the URL of the User Manager sent {what}.", remedy=_CHECK_URL
    )
