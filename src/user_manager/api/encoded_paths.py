"""Routing on percent-encoded paths, so that `%2F` in an id does not split it.

WSGI servers decode the path before Django sees it. gunicorn also gives the path as it was sent.
"""

from collections.abc import Callable
from urllib.parse import quote, unquote_to_bytes, urlsplit

from django.http import HttpRequest, HttpResponseBase

API_PREFIX = "/api/"
_SAFE = "/:@!$&'()*+,;=~"


class EncodedSegment:
    """A converter of Django: one segment of an encoded path, decoded.

    Bytes that are not UTF-8 become surrogates, which no id may have.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the decoded text of a segment."""
        return unquote_to_bytes(value.encode("latin-1", "replace")).decode(
            "utf-8", "surrogateescape"
        )

    def to_url(self, value: str) -> str:
        """Return a text as a segment of a path."""
        return quote(value, safe="")


def route_encoded_paths(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the middleware that lets Django route the API on encoded paths."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(API_PREFIX):
            request.path_info = _encoded_path(request)
        return get_response(request)

    return middleware


def _encoded_path(request: HttpRequest) -> str:
    """Return the path as it was sent. Without it, the decoded one is encoded again."""
    raw = request.META.get("RAW_URI", "")
    path = raw.partition("?")[0] if raw.startswith("/") else urlsplit(raw).path
    script = request.META.get("SCRIPT_NAME", "")
    return path.removeprefix(script) or quote(request.path_info, safe=_SAFE)
