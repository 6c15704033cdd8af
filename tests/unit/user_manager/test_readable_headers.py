"""Media types that Django cannot read are as if they were not sent."""

import io

import pytest
from django.core.handlers.wsgi import WSGIRequest

from user_manager.wsgi import without_unreadable_headers


def _media_types(**headers: str) -> tuple[str, str | None]:
    """Return what Django reads of a request with these headers."""
    seen = []

    def application(environ, _):
        request = WSGIRequest(environ)
        seen.append((request.content_type, request.get_preferred_type(["application/json"])))
        return []

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.input": io.BytesIO(), **headers}
    without_unreadable_headers(application)(environ, lambda *_: lambda _: None)
    return seen[0]


@pytest.mark.parametrize("parameter", ["charset*=x''%41", "q*=nothing'en'%41"])
def test_an_encoding_that_does_not_exist_is_no_fault(parameter):
    text = f"application/json; {parameter}"
    assert _media_types(CONTENT_TYPE=text) == ("", "application/json")
    assert _media_types(HTTP_ACCEPT=f"text/html, {text}") == ("", "application/json")


def test_what_can_be_read_stays():
    kept = _media_types(CONTENT_TYPE="text/csv; charset=utf-8", HTTP_ACCEPT="text/csv, text/html")
    assert kept == ("text/csv", None)
