"""The WSGI application."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

_WITH_PARAMETERS = ("CONTENT_TYPE", "HTTP_ACCEPT")


def without_unreadable_headers(application: WSGIApplication) -> WSGIApplication:
    """Return an application for which media types that cannot be read are as if not sent.

    Django fails on a parameter in an encoding that does not exist (`charset*=x''%41`, RFC 2231),
    for Content-Type before any middleware runs.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in _WITH_PARAMETERS:
            if not all(map(_is_readable, environ.get(name, "").split(","))):
                del environ[name]
        return application(environ, start_response)

    return answer


def _is_readable(media_type: str) -> bool:
    try:
        parse_header_parameters(media_type)
    except (LookupError, ValueError):
        return False
    return True


application = without_unreadable_headers(get_wsgi_application())
