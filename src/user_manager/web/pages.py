"""What all pages share: who calls, the frame around the page, and errors as pages."""

from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from user_manager.domain.call import Call
from user_manager.domain.errors import NotFound, Unavailable, UserManagerError
from user_manager.identity.http_requests import identity_of
from user_manager.models import Access
from user_manager.selectors.accesses import to_decide
from user_manager.selectors.ownership import owned_modules
from user_manager.selectors.users import may_register
from user_manager.web.error_text import error_text
from user_manager.web.words import ERRORS

View = Callable[..., HttpResponse]
Context = Mapping[str, Any]

READ: Final = ("GET", "HEAD")
SEND: Final = ("POST",)
READ_AND_SEND: Final = ("GET", "HEAD", "POST")


class Frame:
    """What stands around a page: who is signed in, and the numbers of the navigation."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.person = call.caller.require_person()
        self.is_administrator = call.caller.is_administrator
        self.now = call.now
        self.longest_duration = call.policy.longest_duration

    @cached_property
    def to_decide(self) -> int:
        """How many requests wait for the person."""
        return Access.objects.filter(to_decide(self._call)).count()

    @cached_property
    def has_modules(self) -> bool:
        """Whether the person decides in a module, or may register one."""
        owns_modules = owned_modules(self.person, self.now).exists()
        return owns_modules or may_register(self._call)


def page(*methods: str) -> Callable[[View], View]:
    """Make a view of a function that is given the request, the call and the parts of the path.

    Errors of the service become pages.
    """

    def decorate(function: View) -> View:
        @wraps(function)
        def answer(request: HttpRequest, **parts: str) -> HttpResponse:
            frame = None
            try:
                call = identity_of(request).call
                frame = Frame(call)
                return function(request, call, **parts)
            except UserManagerError as error:
                return error_page(request, error, frame)
            except (OperationalError, InterfaceError):
                return error_page(request, Unavailable("The database cannot be reached."), None)

        return require_http_methods(methods)(answer)

    return decorate


def show(
    request: HttpRequest, call: Call, template: str, context: Context, status: int = 200
) -> HttpResponse:
    """Return a page, or a part of one, that a template makes."""
    content = {"frame": Frame(call), "now": call.now, **context}
    return render(request, f"user_manager/{template}", content, status=status)


def error_page(
    request: HttpRequest, error: UserManagerError, frame: Frame | None = None
) -> HttpResponse:
    """Return the page for an error of the service; only a message where htmx asked for a part."""
    is_part = request.headers.get("HX-Request") == "true"
    template = "error_message.html" if is_part else "error.html"
    content = {
        "title": ERRORS.get(error.code, error.title),
        "detail": error_text(error),
        "frame": frame,
        "leads_home": frame is not None or error.status == NotFound.status,
    }
    response = render(request, f"user_manager/{template}", content, status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response
