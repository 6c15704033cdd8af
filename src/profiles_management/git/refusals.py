"""Messages for HTTP answers that are not Git's: a refused token, a web page, not found. Pure.

A server does not always answer 401 to a wrong or expired token. Azure DevOps answers 203 with its
sign-in page or redirects to it. GitHub Enterprise, GitLab, Gitea and Bitbucket redirect to theirs,
and a proxy for single sign-on redirects to an identity provider. In these cases the URL may be
correct, so the messages do not blame it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

SERVICE: Final = "/info/refs"
"""The end of the path of a repository's first request. A redirect to a repository keeps it."""

PAGE_SIZE: Final = 65536
"""How many bytes of a web page are searched for a sign-in form."""

_OK: Final = 200
_NOT_AUTHORITATIVE: Final = 203  # Azure DevOps: the sign-in page
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_MISSING: Final = {404, 410}

# each by whether credentials were sent
_CREDENTIALS: Final = {
    True: (
        "the server does not accept the user and token. "
        "Check both, and whether the token has expired."
    ),
    False: "the server requires a user and a token, and none was given.",
}
_FORBIDDEN_MESSAGES: Final = {
    True: (
        "the server refuses access to the repository (403) with this user and token. "
        "Check that the token may read it."
    ),
    False: "the server refuses access to the repository (403) without a user and a token.",
}
_MISSING_MESSAGES: Final = {
    True: "no repository here is visible with these credentials. Check the URL.",
    False: "no repository here is visible without credentials. Check the URL.",
}
_CHECK: Final = {
    True: "Check the URL, and whether the token has expired.",
    False: "Check the URL, and whether the server requires a user and a token.",
}

_SIGN_IN: Final = (
    r"(?:_?sign_?-?in|log-?_?[io]n|oauth2?|openid[\w-]*|saml2?|sso|adfs|idp|cas|"
    r"auth|authorize|accounts?)"
)
_SIGN_IN_PART: Final = re.compile(rf"(?:^|[/.]){_SIGN_IN}(?:$|[/.])", re.IGNORECASE)
_SIGN_IN_KEYS: Final = {
    "samlrequest",
    "relaystate",
    "return_to",
    "redirect_uri",
    "redirect_url",
    "reply_to",
    "rd",
}
_SIGN_IN_PAGE: Final = re.compile(
    r"""
    type\s*=\s*["']?password
    | name\s*=\s*["']?samlrequest
    | <title>[^<]*\b(?:sign|log)[\s-]?[io]n\b
    | http-equiv\s*=\s*["']?refresh["']?[^>]*(?:sign_?in|log[io]n|oauth|saml|/sso)
    | location(?:\.href|\.replace)?\s*[=(]\s*["'][^"']*(?:sign_?in|log[io]n|oauth|saml|/sso)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SCHEME: Final = re.compile(r"[A-Za-z][\w-]{0,30}")


def of_status(status: int, schemes: Collection[str], page: bytes, *, given: bool) -> str:
    """Return the message for an answer that is not Git's.

    Args:
        status: the status of the answer.
        schemes: the values of its headers WWW-Authenticate, such as `Basic realm="x"`.
        page: the beginning of the answer's body.
        given: whether the request had a user and a token.
    """
    if status == _UNAUTHORIZED:
        return _other_schemes(schemes) or _CREDENTIALS[given]
    if status == _NOT_AUTHORITATIVE:
        return _CREDENTIALS[given]
    if status == _FORBIDDEN:
        return _FORBIDDEN_MESSAGES[given]
    if status in _MISSING:
        return _MISSING_MESSAGES[given]
    if status == _OK:
        return _of_page(page, given=given)
    return f"the server answered {status}, which Git does not expect. Check the URL."


def _of_page(page: bytes, *, given: bool) -> str:
    if _SIGN_IN_PAGE.search(page.decode("latin-1")):
        return _CREDENTIALS[given]
    return f"this is a web page, not a Git repository. {_CHECK[given]}"


def of_redirect(target: str, *, given: bool) -> str:
    """Return the message for a redirect to another page, without any part of the target."""
    if _signs_in(urlsplit(target)):
        return _CREDENTIALS[given]
    return f"the server redirects to a web page, not to a Git repository. {_CHECK[given]}"


def leads_to_repository(target: str) -> bool:
    """Return whether the target of a redirect may be the same repository."""
    return urlsplit(target).path.endswith(SERVICE)


def _signs_in(target: SplitResult) -> bool:
    """Return whether a URL looks like that of a sign-in page."""
    if _SIGN_IN_PART.search(target.path) or _SIGN_IN_PART.search(target.netloc):
        return True
    keys = {key.lower() for key in parse_qs(target.query)}
    return not keys.isdisjoint(_SIGN_IN_KEYS)


def _other_schemes(schemes: Collection[str]) -> str:
    """Return the message for a server that accepts other schemes than Basic; else an empty text."""
    matches = [_SCHEME.match(scheme.strip()) for scheme in schemes]
    names = [match[0] for match in matches if match]
    if not names or "basic" in map(str.lower, names):
        return ""
    accepted = " or ".join(names)
    remedy = "Use ssh, or ask the administrator of the server."
    return f"the server accepts only {accepted}, not a user and a token. {remedy}"
