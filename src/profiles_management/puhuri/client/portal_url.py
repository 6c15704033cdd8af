"""The URL of a portal, in one spelling. Pure."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_PATH: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")
_PORTS: Final = {"https": 443, "http": 80}
_NOT_ONE: Final = "is not https://HOST, as in https://puhuri.example.org"

_NOT_SAFE: Final = "begins with http://, which is for this machine only: write https://"


def portal_url(text: str) -> str:
    """Return the URL of a portal without `/api` and without a slash at its end.

    Raises:
        ValueError: it is not https, or http on loopback, or has a user, a query or a fragment; says
            what it is or has. The message does not repeat it.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(_NOT_ONE) from None
    if "@" in parts.netloc:
        raise ValueError("has a user or a password in it")
    if parts.scheme == "http" and parts.hostname and parts.hostname not in _LOOPBACK:
        raise ValueError(_NOT_SAFE)
    if not text.isprintable() or {"?", "#"} & {*text} or not _is_safe(parts):
        raise ValueError(_NOT_ONE)
    host = parts.hostname or ""
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/').removesuffix('/api')}"


def is_loopback(url: str) -> bool:
    """Return whether a URL is of a server on this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def _is_safe(parts: SplitResult) -> bool:
    """Return whether nobody between here and the portal can read the token."""
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
