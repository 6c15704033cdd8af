"""Errors as `application/problem+json` (RFC 9457)."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja.errors import ValidationError

from profiles_management.pmr.model import path_text
from user_manager.api.encoded_paths import API_PREFIX
from user_manager.domain.errors import (
    Exists,
    FieldError,
    Invalid,
    Unauthenticated,
    Unavailable,
    UserManagerError,
)
from user_manager.domain.field_errors import MOST_ERRORS, invalid_fields

MEDIA_TYPE: Final = "application/problem+json"
_DOCUMENTS: Final = (API_PREFIX, "/openapi.json")

_OF_STATUS: Final = {
    400: ("malformed", "The request is not valid"),
    403: ("forbidden", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("method", "The method is not allowed here"),
    413: ("too-large", "The body is too large"),
    500: ("internal", "An error of the service"),
}
"""What Django answers by itself: code and title."""


def answer_error(_: HttpRequest, error: UserManagerError | type[UserManagerError]) -> HttpResponse:
    """Return the answer for an error, which is never a class, though ninja's types say so."""
    assert isinstance(error, UserManagerError)  # noqa: S101
    return problem_response(error)


def answer_invalid(_: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """Return the answer for parameters and bodies that do not fit."""
    assert isinstance(error, ValidationError)  # noqa: S101
    errors = [
        FieldError(_place(details["loc"]), details["msg"]) for details in error.errors[:MOST_ERRORS]
    ]
    return problem_response(invalid_fields(errors))


def answer_unavailable(_: HttpRequest, __: Exception | type[Exception]) -> HttpResponse:
    """Return the answer for a database that cannot be reached. Its message may have secrets."""
    return problem_response(Unavailable("The database cannot be reached. Try again."))


def problem_response(error: UserManagerError) -> HttpResponse:
    """Return the answer for an error of the service."""
    members: dict[str, object] = {}
    if isinstance(error, Invalid):
        members["errors"] = [{"path": row.path, "what": row.what} for row in error.errors]
    if isinstance(error, Exists):
        members["id"] = error.existing_id
    response = _problem(error.status, error.code, error.title, error.detail, members)
    if isinstance(error, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def _problem(
    status: int, code: str, title: str, detail: str, members: Mapping[str, object] | None = None
) -> HttpResponse:
    content = {
        "type": f"urn:user-manager:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **(members or {}),
    }
    return HttpResponse(json.dumps(content), status=status, content_type=MEDIA_TYPE)


def turn_errors_into_problems(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return the middleware that gives the errors of Django itself the form of a problem."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        response = get_response(request)
        if not path.startswith(_DOCUMENTS) or response.get("Content-Type") == MEDIA_TYPE:
            return response
        known = _OF_STATUS.get(response.status_code)
        return response if known is None else _converted(response, *known)

    return middleware


def _converted(response: HttpResponseBase, code: str, title: str) -> HttpResponse:
    problem = _problem(response.status_code, code, title, f"{title}.")
    if "Allow" in response.headers:
        problem["Allow"] = response["Allow"]
    return problem


def _place(location: tuple[int | str, ...]) -> str:
    """Return where a value is, such as `items[0].until`.

    The location begins with the part of the request, and in a body with the argument's name.
    """
    return path_text(location[2:] if location[0] == "body" else location[1:])
