"""One log line and one count for each HTTP request."""

import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from user_manager.observability.metrics import REQUEST_SECONDS, REQUESTS

REQUEST_ID = "X-Request-Id"
_LONGEST_ID = 64

_log = logging.getLogger("user_manager.requests")


class RequestLog:
    """Middleware: gives each request an id, and logs who asked what, and the answer.

    The line holds the route, not the URL, so that ids of people and search texts stay out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        start = time.perf_counter()
        request_id = clean_request_id(request.headers.get(REQUEST_ID, ""))
        response = self._get_response(request)
        seconds = time.perf_counter() - start
        response[REQUEST_ID] = request_id
        route = _route(request)
        api = "rest" if route.startswith("api/") else "pages"
        REQUESTS.labels(api, route, response.status_code).inc()
        REQUEST_SECONDS.labels(api).observe(seconds)
        _log.info(
            "answered",
            extra={
                "request_id": request_id,
                "actor": getattr(request, "actor", None),
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
            },
        )
        return response


def clean_request_id(given: str) -> str:
    """Return the id that a proxy gave, if a log can contain it; else a new one."""
    if 0 < len(given) <= _LONGEST_ID and given.isascii() and given.replace("-", "").isalnum():
        return given
    return str(uuid.uuid4())


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return "unknown" if match is None else match.route
