"""What an HTTP answer means that is not Git's: a token that is not accepted, a page, nothing there. Pure.

Servers do not only answer 401 to a token that is wrong or has expired. Azure DevOps answers 203
with its sign-in page or redirects to it, GitHub Enterprise, GitLab, Gitea and Bitbucket redirect to
theirs, and a proxy for single sign-on redirects to an identity provider. None of these means that
the URL is wrong, so no message says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

SERVICE: Final = "/info/refs"
"""How the path of a repository's first request ends. A redirect leads to a repository if it keeps that."""

PAGE_SIZE: Final = 65536
"""How much of a page is looked at, in bytes."""

_OK: Final = 200
_NOT_AUTHORITATIVE: Final = 203  # Azure DevOps: the sign-in page
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_MISSING: Final = {404, 410}

_REFUSED: Final = (
    "the server does not accept the user and token. Check both, and whether the token has expired."
)
_WANTED: Final = "the server wants a user and a token, and none was given."

_SIGN_IN: Final = r"(?:_?sign_?-?in|log-?_?[io]n|oauth2?|openid[\w-]*|saml2?|sso|adfs|idp|cas|auth|authorize|accounts?)"
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
    """Return what is wrong where an answer is not Git's.

    Args:
        status: of the answer.
        schemes: how the server lets in, of its headers WWW-Authenticate, such as `Basic realm="x"`.
        page: the beginning of the answer's body.
        given: whether a user and a token were sent.
    """
    if status == _UNAUTHORIZED:
        return _other_schemes(schemes) or _credentials(given=given)
    if status == _NOT_AUTHORITATIVE or (
        status == _OK and _SIGN_IN_PAGE.search(page.decode("latin-1"))
    ):
        return _credentials(given=given)
    if status == _FORBIDDEN:
        token = (
            "with this user and token. Check that the token may read it"
            if given
            else "without user and token"
        )
        return f"the server refuses access to the repository (403) {token}."
    if status in _MISSING:
        hidden = "with these credentials" if given else "without credentials"
        return f"there is no repository here that can be seen {hidden}. Look at the URL."
    if status == _OK:
        return f"there is a web page here, not a Git repository. {_url_or_credentials(given=given)}"
    return f"the server answered {status}, which is not Git's. Look at the URL."


def of_redirect(target: str, *, given: bool) -> str:
    """Return what is wrong where a server redirects to what is no repository; nothing of the target is repeated."""
    if _signs_in(urlsplit(target)):
        return _credentials(given=given)
    return (
        f"it redirects to a web page, not to a Git repository. {_url_or_credentials(given=given)}"
    )


def leads_to_repository(target: str) -> bool:
    """Return whether a redirect leads to where the same repository may be."""
    return urlsplit(target).path.endswith(SERVICE)


def _signs_in(target: SplitResult) -> bool:
    asked = {key.lower() for key in parse_qs(target.query)}
    return bool(
        _SIGN_IN_PART.search(target.path)
        or _SIGN_IN_PART.search(target.netloc)
        or asked & _SIGN_IN_KEYS
    )


def _credentials(*, given: bool) -> str:
    return _REFUSED if given else _WANTED


def _url_or_credentials(*, given: bool) -> str:
    other = "whether the token has expired" if given else "whether it takes a user and a token"
    return f"Look at the URL, and {other}."


def _other_schemes(schemes: Collection[str]) -> str:
    """Return what is wrong where a server lets in, but not by Basic; nothing where it does, or does not say."""
    names = [found[0] for scheme in schemes if (found := _SCHEME.match(scheme.strip()))]
    if not names or "basic" in map(str.lower, names):
        return ""
    return f"the server lets in by {' or '.join(names)} only, not by a user and a token. Use ssh, or ask who runs it."
