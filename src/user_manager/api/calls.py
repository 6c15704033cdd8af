"""The call of an HTTP request: who it is, now, and the rules of the installation."""

from django.http import HttpRequest
from ninja.utils import check_csrf

from user_manager.domain.call import Call
from user_manager.domain.errors import Forbidden
from user_manager.identity.http_requests import identity_of

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}


def call_of(request: HttpRequest) -> Call:
    """Return the call of a request.

    Raises:
        Unauthenticated: there is no valid identity.
        Forbidden: the person is deactivated, the token may not act for somebody, or the request
            may come from a page of another site.
    """
    identity = identity_of(request)
    if identity.is_from_header:
        _refuse_forgery(request)
    return identity.call


def _refuse_forgery(request: HttpRequest) -> None:
    """Refuse an unsafe request that a page of another site could send.

    A form of another site can send neither JSON nor a header of its own.
    """
    if request.method in _SAFE_METHODS:
        return
    is_json = request.content_type == "application/json"
    if is_json and "X-Requested-With" in request.headers:
        return
    if check_csrf(request) is not None:
        raise Forbidden(
            "The request needs the CSRF token, or Content-Type application/json together with "
            "X-Requested-With."
        )
