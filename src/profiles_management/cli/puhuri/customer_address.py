"""Which customer of which portal a source is: `puhuri:CUSTOMER@URL`. Pure."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, unquote

from profiles_management.pmr.origins import RESEARCH_PORTAL
from profiles_management.pmr.portal_values import is_uuid, uuid
from profiles_management.puhuri.client.portal_url import portal_url

_FORM: Final = "Write puhuri:CUSTOMER@https://HOST, with %20 for a space in the name of CUSTOMER."


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
        customer, at, url = text.removeprefix(RESEARCH_PORTAL).partition("@")
        if not at:
            raise ValueError(f"it names no portal. {_FORM}")
        return cls(_customer(customer), _url(url))

    def __str__(self) -> str:
        return f"{RESEARCH_PORTAL}{quote(self.customer, safe='')}@{self.url}"


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


def _url(text: str) -> str:
    try:
        return portal_url(text)
    except ValueError as error:
        raise ValueError(f"its URL {error}. {_FORM}") from None
