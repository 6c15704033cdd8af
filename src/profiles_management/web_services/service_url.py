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
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _not_one(example) from None
    if "@" in parts.netloc:
        raise ValueError("has a user or a password in it")
    if _is_http_elsewhere(parts):
        raise ValueError(_NOT_SAFE)
    if not _is_plain(text, parts):
        raise _not_one(example)
    place = _host(parts)
    if port not in {None, _PORTS[parts.scheme]}:
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def _not_one(example: str) -> ValueError:
    return ValueError(f"is not https://HOST, as in {example}")


def is_loopback(url: str) -> bool:
    """Return whether a URL is of a server on this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def _is_http_elsewhere(parts: SplitResult) -> bool:
    """Return whether others can read the token on its way to the service."""
    return parts.scheme == "http" and parts.hostname not in {None, *_LOOPBACK}


def _is_plain(text: str, parts: SplitResult) -> bool:
    """Return whether a URL has a known scheme, a host and a path, and nothing odd."""
    if not text.isprintable() or {"?", "#"} & {*text}:
        return False
    is_known = parts.scheme in _PORTS and _HOST.fullmatch(parts.hostname or "")
    return bool(is_known and _PATH.fullmatch(parts.path))


def _host(parts: SplitResult) -> str:
    """Return the host as a URL has it."""
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host
