"""Pages for errors outside of views: unknown paths, forged forms, faults of the program."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN

from user_manager.domain.errors import Forbidden, Malformed, NotFound, UserManagerError
from user_manager.web.pages import error_page


class Fault(UserManagerError):
    """A fault of this program. The log has the details."""

    code = "internal"
    status = 500
    grpc_status = "INTERNAL"
    title = "A fault of the service"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer what Django cannot read."""
    return error_page(request, Malformed(""))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer what Django does not allow."""
    return error_page(request, Forbidden(""))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an unknown path."""
    return error_page(request, NotFound(""))


def fault(request: HttpRequest) -> HttpResponse:
    """Answer a fault. No query is sent: the database may be its reason."""
    return error_page(request, Fault(""))


def forged(request: HttpRequest, reason: str) -> HttpResponse:
    """Answer a form without a valid CSRF token, such as one of another site."""
    origin = request.headers.get("Origin", "")
    if reason == REASON_BAD_ORIGIN % origin:
        error = Forbidden(
            "The form comes from {origin}, which is not the setting USER_MANAGER_PUBLIC_URL.",
            origin=origin,
        )
    else:
        error = Forbidden(
            "The form is too old, or it is not from this service. Open the page again."
        )
    return error_page(request, error)
