"""What an HTTP request says about its caller. REST and the pages read it the same way."""

from django.http import HttpRequest

from user_manager.identity.credentials import Credentials


def credentials_of(request: HttpRequest) -> Credentials:
    """Return the peer and the headers of a request.

    WSGI carries the bytes of headers as Latin-1.
    """
    headers = {
        name.lower(): value.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
        for name, value in request.headers.items()
    }
    return Credentials(request.META.get("REMOTE_ADDR", ""), headers)
