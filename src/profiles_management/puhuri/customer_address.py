"""Which customer of which portal a source is: `puhuri:CUSTOMER@URL`. Pure."""

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, quote, unquote, urlsplit

from profiles_management.pmr.origins import PORTAL
from profiles_management.puhuri.client.wire import is_uuid, uuid

_FORM: Final = "Write puhuri:CUSTOMER@https://HOST, with %20 for a space in the name of CUSTOMER."
_PLAIN: Final = re.compile(r"[!-~]+")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class CustomerAddress:
    """One customer of a portal. Its text is the same however somebody wrote it.

    Attributes:
        customer: its uuid, or its exact name.
        url: of the portal, without credentials.
    """

    customer: str
    url: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Return what `puhuri:CUSTOMER@URL` means.

        Raises:
            ValueError: it has another form; says what to write. The message has no credentials.
        """
        customer, at, url = text.removeprefix(PORTAL).partition("@")
        if not at:
            raise ValueError(f"it names no portal. {_FORM}")
        return cls(_customer(customer), portal_url(url))

    def __str__(self) -> str:
        return f"{PORTAL}{quote(self.customer, safe='')}@{self.url}"


def _customer(text: str) -> str:
    """Return the uuid or the name of a customer.

    Raises:
        ValueError: it is neither.
    """
    if ":" in text:
        raise ValueError(f"it may have a password, or write %3A for the : in the name. {_FORM}")
    try:
        name = unquote(text, errors="strict").strip()
        name.encode()
    except UnicodeError:
        raise ValueError(f"the name of the customer is not UTF-8 text. {_FORM}") from None
    if not name:
        raise ValueError(f"it names no customer. {_FORM}")
    if not name.isprintable():
        raise ValueError("the name of the customer has characters that cannot be printed.")
    return uuid(name) if is_uuid(name) else name


def portal_url(text: str) -> str:
    """Return the URL of a portal in one spelling.

    Raises:
        ValueError: it is not that of a portal, or has credentials.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"its URL cannot be read. {_FORM}") from None
    if "@" in parts.netloc:
        raise ValueError("its URL has a user or a password, which no portal needs. Remove them.")
    if not _is_safe(parts) or parts.query or parts.fragment or not _PLAIN.fullmatch(text):
        raise ValueError(f"its URL is not https://HOST. {_FORM}")
    host = parts.hostname or ""
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/').removesuffix('/api')}"


def _is_safe(parts: SplitResult) -> bool:
    """Return whether nobody between here and the portal can read the token."""
    if not parts.hostname:
        return False
    is_loopback = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return parts.scheme == "https" or is_loopback
