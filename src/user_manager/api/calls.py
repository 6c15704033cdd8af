"""The call of an HTTP request: who it is, now, and the rules of the installation."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest

from user_manager.domain.call import Call
from user_manager.identity.authentication import authenticate
from user_manager.identity.credentials import Credentials

Clock = Callable[[], datetime]


def clock() -> datetime:
    """Return the time of now."""
    return datetime.now(UTC)


def credentials_of(request: HttpRequest) -> Credentials:
    """Return the peer and the headers of a request.

    The server hands headers over as Latin-1, which is how WSGI carries bytes.
    """
    headers = {
        name.lower(): value.encode("latin-1", "replace").decode("utf-8", "replace")
        for name, value in request.headers.items()
    }
    return Credentials(request.META.get("REMOTE_ADDR", ""), headers)


def call_of(request: HttpRequest) -> Call:
    """Return the call of a request.

    Raises:
        Unauthenticated: there is no valid identity.
        Forbidden: the person is deactivated, or the token may not act for somebody.
    """
    return authenticate(credentials_of(request), settings.USER_MANAGER, clock())
