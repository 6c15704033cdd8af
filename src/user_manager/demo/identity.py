"""The identity that a reader of the demonstration chooses. Nothing here proves who somebody is.

It works only in the process that `python -m user_manager.demo` started, and only for requests from
the same machine. No environment variable switches it on.
"""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.views.decorators.http import require_POST

from user_manager.models import User

COOKIE: Final = "development_identity"
FIRST: Final = "ann@example.com"
_allowed: Final[list[bool]] = []


def allow_development_identity() -> None:
    """Let this process believe the chosen identity."""
    _allowed.append(True)


class DevelopmentIdentity:
    """Middleware that names the chosen person in the identity header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not _allowed:
            raise MiddlewareNotUsed("Only `make portal` has a development identity.")
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the person, or refuse a request from another machine."""
        if not ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            return HttpResponseForbidden("The demonstration answers on this machine only.")
        name = settings.USER_MANAGER.identity_header.upper().replace("-", "_")
        person = request.COOKIES.get(COOKIE, FIRST)
        request.META[f"HTTP_{name}"] = person.encode().decode("latin-1")
        return self.get_response(request)


@require_POST
def change_identity(request: HttpRequest) -> HttpResponse:
    """Become somebody else."""
    response = HttpResponseRedirect("/")
    response.set_cookie(COOKIE, request.POST.get("person", FIRST), httponly=True, samesite="Lax")
    return response


def identities(request: HttpRequest) -> dict[str, Any]:
    """Give the people to choose from to the bar: a context processor."""
    if not _allowed:
        return {}
    return {
        "development_people": User.objects.filter(active=True).order_by("id"),
        "development_person": request.COOKIES.get(COOKIE, FIRST),
    }
