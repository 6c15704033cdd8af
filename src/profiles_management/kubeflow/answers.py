"""What an API server's answers mean: what can pass by itself, what is refused, what is missing, what is forbidden."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx2
import msgspec
from lightkube.core.exceptions import ApiError, ConfigError

from profiles_management.kubeflow.target import WriteError
from profiles_management.pmr.problems import ClusterError, Forbidden, MissingKind
from profiles_management.reconcile.plan import Verb, Write
from profiles_management.reconcile.retry import Passing

_LONGEST_MESSAGE = 300
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class Refused(Exception):
    """A write was answered with a refusal that will not pass by itself; `reason` is Kubernetes' own word."""

    def __init__(self, message: str, status: int, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


@contextmanager
def answers(doing: str, *, writing: bool = False) -> Iterator[None]:
    """Turn what can go wrong in a request into what the engine knows.

    Args:
        doing: verb and resource, such as `list profiles`.
        writing: a refusal is then for `judge` to weigh, and raised as Refused.

    Raises:
        Passing: it can pass by itself.
        MissingKind, Forbidden, ClusterError, Refused: it cannot.
    """
    try:
        yield
    except httpx2.HTTPStatusError as error:
        raise _meaning(error, doing, writing=writing) from error
    except httpx2.HTTPError as error:
        sent = not isinstance(error, _NEVER_SENT)
        raise Passing(f"{doing}: {str(error) or type(error).__name__}", sent=sent) from error
    except ConfigError as error:
        raise ClusterError(f"The credentials cannot be used: {error}") from error
    except msgspec.DecodeError as error:
        raise Passing(f"{doing}: the answer cannot be read: {error}", sent=True) from error


def judge(refused: Refused, write: Write, *, maybe_done: bool) -> None:
    """Say whether a refusal means that nothing is left to do, and raise WriteError where it does not.

    Args:
        maybe_done: whether the write may have been carried out before, its answer lost.
    """
    status = refused.status
    if write.verb is Verb.DELETE and status == HTTPStatus.NOT_FOUND:
        return
    if write.verb is Verb.CREATE and maybe_done and refused.reason == "AlreadyExists":
        return
    if status == HTTPStatus.CONFLICT or (write.verb is Verb.PATCH and status == HTTPStatus.NOT_FOUND):
        message = f"{write.target} was changed by somebody else meanwhile; the next run settles it"
        raise WriteError(message, conflict=True) from refused
    raise WriteError(str(refused)) from refused


def _meaning(error: httpx2.HTTPStatusError, doing: str, *, writing: bool) -> Exception:
    code, message, reason = error.response.status_code, _message(error), _reason(error)
    said = f"{doing}: {code} {message}"
    if code in _PASSING or (code == HTTPStatus.GONE and not writing):
        return Passing(said, seconds=_asked(error), sent=code != HTTPStatus.TOO_MANY_REQUESTS)
    if writing:
        return Refused(said, code, reason)
    if code == HTTPStatus.NOT_FOUND:
        return MissingKind(_missing(doing))
    if code == HTTPStatus.UNAUTHORIZED:
        return Forbidden(f"The cluster does not accept the credentials ({said}). Log in again, or renew the token.")
    if code == HTTPStatus.FORBIDDEN:
        return Forbidden(f"Not allowed to {said}. Grant that verb with a ClusterRole and try again.")
    return ClusterError(said)


def _missing(doing: str) -> str:
    resource = doing.partition(" ")[2]
    return f"The cluster does not know {resource}. Install Kubeflow with Istio first, or use the standalone mode."


def _message(error: httpx2.HTTPStatusError) -> str:
    text = error.status.message if isinstance(error, ApiError) and error.status.message else error.response.text
    text = " ".join((text or error.response.reason_phrase).split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _reason(error: httpx2.HTTPStatusError) -> str:
    return (error.status.reason or "") if isinstance(error, ApiError) else ""


def _asked(error: httpx2.HTTPStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
