"""What a response says about a request, and what it means if there is none. Pure."""

from http import HTTPStatus

import httpx2

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.errors import PuhuriAway
from profiles_management.puhuri.client.portal_request import Request
from profiles_management.reconcile.retry import Passing
from profiles_management.web_services.service_responses import (
    NEVER_SENT,
    no_answer_reason,
    number,
    requested_wait,
)


def check_answered(request: Request, response: httpx2.Response) -> None:
    """Accept an answer that says what became of a request.

    Raises:
        Passing: it does not, or the server asks to come again.
        PuhuriAway: it does not, and the request must not be sent again.
    """
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Passing("it gets too many requests", seconds=requested_wait(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        why = f"it answered with status {status}"
        raise unknown(request, why, status=status, seconds=requested_wait(response))


def answer_of(request: Request, response: httpx2.Response, content: bytes) -> Answer:
    """Return an answer.

    Raises:
        UnreadableAnswer: it is a redirect.
    """
    answer = Answer(
        response.status_code,
        content,
        request.path,
        total=number(response.headers.get("X-Result-Count", "")),
        allowed=frozenset(response.headers.get("Allow", "").replace(",", " ").split()),
    )
    if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
        raise answer.unreadable("a redirect to another address")
    return answer


def unknown(request: Request, why: str, *, status: int = 0, seconds: float = 0.0) -> Exception:
    """Return what is raised where a request may have been carried out."""
    if request.is_repeatable:
        return Passing(why, seconds=seconds, sent=request.method != "GET")
    message = f"The portal did not say whether it could {request.what}: {why}."
    return PuhuriAway(message, status=status, unanswered=True)


def no_answer(request: Request, error: httpx2.RequestError) -> Exception:
    """Return what is raised where there was no answer."""
    if isinstance(error, NEVER_SENT):
        remedy = "Check the URL of the portal and the network."
        return Passing(no_answer_reason(error), remedy=remedy)
    return unknown(request, no_answer_reason(error))
