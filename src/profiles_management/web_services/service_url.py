"""The URL of a web service, in one spelling. Pure."""

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST: Final = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_PATH: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]*")
_PORTS: Final = {"https": 443, "http": 80}

_NOT_SAFE: Final = "begins with http://, which is for this machine only: write https://"


def service_url(text: str, *, example: str) -> str:
    """Return the URL of a web service without a slash at its end.

    Args:
        example: such a URL, for messages.

    Raises:
        ValueError: it is not https, or http on loopback, or has a user, a query or a fragment; says
            what it is or has. The message does not repeat it.
    """
    not_one = f"is not https://HOST, as in {example}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(not_one) from None
    if "@" in parts.netloc:
        raise ValueError("has a user or a password in it")
    if parts.scheme == "http" and parts.hostname and parts.hostname not in _LOOPBACK:
        raise ValueError(_NOT_SAFE)
    if not text.isprintable() or {"?", "#"} & {*text} or not _is_safe(parts):
        raise ValueError(not_one)
    host = parts.hostname or ""
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def is_loopback(url: str) -> bool:
    """Return whether a URL is of a server on this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def _is_safe(parts: SplitResult) -> bool:
    """Return whether nobody between here and the service can read the token."""
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
