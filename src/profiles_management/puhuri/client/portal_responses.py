"""What a response says about a request, and what it means if there is none. Pure."""

from http import HTTPStatus
from typing import Final

import httpx2

from profiles_management.puhuri.client.answers import Answer
from profiles_management.puhuri.client.errors import PuhuriAway
from profiles_management.puhuri.client.portal_request import Request
from profiles_management.reconcile.retry import Passing

_NEVER_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
)
_MOST_WAIT: Final = 60.0  # seconds that a server may ask for


def check_answered(request: Request, response: httpx2.Response) -> None:
    """Accept an answer that says what became of a request.

    Raises:
        Passing: it does not, or the server asks to come again.
        PuhuriAway: it does not, and the request must not be sent again.
    """
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Passing("it gets too many requests", seconds=_requested_wait(response))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        why = f"it answered with status {status}"
        raise unknown(request, why, status=status, seconds=_requested_wait(response))


def answer_of(request: Request, response: httpx2.Response, content: bytes) -> Answer:
    """Return an answer.

    Raises:
        UnreadableAnswer: it is a redirect.
    """
    answer = Answer(
        response.status_code,
        content,
        request.path,
        total=_number(response.headers.get("X-Result-Count", "")),
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
    if isinstance(error, _NEVER_SENT):
        return Passing(_reason(error), remedy="Check the URL of the portal and the network.")
    return unknown(request, _reason(error))


def _reason(error: httpx2.RequestError) -> str:
    """Return why there was no answer, in words of this program or of the system.

    Those of the HTTP library may have the address, or what the server sent: it can be the token.
    """
    if isinstance(error, httpx2.TimeoutException):
        return "it did not answer in time"
    if isinstance(error, httpx2.ProxyError):
        return _of_proxy(error)
    if isinstance(error, httpx2.DecodingError):
        return "its answer cannot be unpacked"
    return _of_system(error) or "it did not send a whole answer in HTTP"


def _of_proxy(error: httpx2.ProxyError) -> str:
    status = str(error).partition(" ")[0]
    if status.isascii() and status.isdigit():
        return f"the proxy answered with status {status}"
    return "the proxy did not connect to it"


def _of_system(error: BaseException) -> str:
    """Return what the system says of a connection, '' where it says nothing."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return (cause.strerror or "").rstrip(".")
        cause = cause.__cause__ or cause.__context__
    return ""


def _requested_wait(response: httpx2.Response) -> float:
    seconds = _number(response.headers.get("Retry-After", ""))
    return 0.0 if seconds is None else min(float(seconds), _MOST_WAIT)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004
