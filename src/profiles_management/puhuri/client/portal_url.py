"""The URL of a portal, in one spelling. Pure."""

from typing import Final

from profiles_management.web_services.service_url import service_url

_EXAMPLE: Final = "https://puhuri.example.org"


def portal_url(text: str) -> str:
    """Return the URL of a portal without `/api` and without a slash at its end.

    Raises:
        ValueError: see `service_url`.
    """
    return service_url(text, example=_EXAMPLE).removesuffix("/api")
