"""Who sends an HTTP request. REST and the pages read it the same way."""

from django.conf import settings
from django.http import HttpRequest

from user_manager.identity import clock
from user_manager.identity.authentication import Identity, authenticate
from user_manager.identity.credentials import Credentials


def identity_of(request: HttpRequest) -> Identity:
    """Return the verified caller of a request, now.

    Raises:
        Unauthenticated: there is no valid identity.
        Forbidden: the person is deactivated, or the token may not act for somebody.
        Unavailable: the keys of JWTs cannot be read.
    """
    identity = authenticate(_credentials(request), settings.USER_MANAGER, clock.now())
    request.actor = identity.call.caller.actor  # type: ignore[attr-defined]  # for the log
    return identity


def _credentials(request: HttpRequest) -> Credentials:
    """Return the peer and the headers of a request. WSGI has their bytes as Latin-1."""
    headers = {
        name.lower(): value.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
        for name, value in request.headers.items()
    }
    return Credentials(request.META.get("REMOTE_ADDR", ""), headers)
