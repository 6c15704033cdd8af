"""Errors as `application/problem+json`."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from user_manager.domain.errors import (
    Exists,
    Invalid,
    TooMany,
    Unauthenticated,
    Unavailable,
    UserManagerError,
)


def answer_problem(
    _: HttpRequest, error: UserManagerError | type[UserManagerError]
) -> HttpResponse:
    """Return the answer for an error, which is never a class, though ninja's types say so."""
    assert isinstance(error, UserManagerError)  # noqa: S101
    return problem_response(error)


def problem_response(error: UserManagerError) -> HttpResponse:
    """Return the answer for an error of the service."""
    content: dict[str, Any] = {
        "type": f"urn:user-manager:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if isinstance(error, Invalid):
        content["errors"] = [{"path": row.path, "what": row.what} for row in error.errors]
    if isinstance(error, Exists):
        content["id"] = error.existing_id
    response = JsonResponse(content, status=error.status, content_type="application/problem+json")
    if isinstance(error, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooMany | Unavailable):
        response["Retry-After"] = str(error.retry_after)
    return response
