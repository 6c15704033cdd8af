"""Errors of requests to an API server: whether they can pass by themselves, and remedies."""

import json
import re
import socket
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple

import httpx2
import msgspec
from lightkube.core.exceptions import ConfigError

from profiles_management.kubeflow.cluster.write_refusals import Refused
from profiles_management.kubeflow.cluster_errors import ClusterError, Forbidden, MissingKind, causes
from profiles_management.pmr.redaction import of_header, redacted
from profiles_management.reconcile.retry import Passing
from profiles_management.reconcile.target_errors import WriteError

# Source: kubernetes, apiserver/pkg/admission/plugin/policy/validating.
_DENIED = re.compile(
    r"ValidatingAdmissionPolicy '([^']*)' with binding '[^']*' denied request: (.*)", re.DOTALL
)
_LONGEST_MESSAGE = 300
_LONGEST_READ = 4000
_ANONYMOUS = '"system:anonymous"'  # an API server's name for requests without credentials
_NO_SUCH_PATH = "404 page not found"  # an API server's answer for a group that it lacks
_NOT_HTTPS = "HTTP request to an HTTPS server"  # the answer of servers written in Go
_BUSY_CODES = frozenset({408, 429, 500, 502, 503, 504})
# by whether the request writes; 410 means that the pages of a list have expired
_PASSING = {True: _BUSY_CODES, False: _BUSY_CODES | {410}}
_CHECKS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((httpx2.ProxyError,), "Check the proxy, and whether NO_PROXY should name the server."),
    ((socket.gaierror,), "Check the host name of the server, and DNS or the VPN on this machine."),
    ((ConnectionRefusedError,), "Check that the API server runs, and the port of the server."),
    (
        (httpx2.TimeoutException, TimeoutError),
        "Check the network, the VPN and firewalls between this machine and it.",
    ),
    (
        (ssl.SSLError,),
        (
            "Check that the API server runs, "
            "and the TLS version and client certificate that it accepts."
        ),
    ),
)
_ADD_CREDENTIALS = (
    "Add a token, a client certificate or an exec plugin to the user in the kubeconfig."
)
_BUSY = "Check the health and the log of the API server, then run again."
_NEVER_SENT = (httpx2.ProxyError, httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class Asked(NamedTuple):
    """The permission for a request: a verb and a resource, such as `list` and `profiles`.

    Attributes:
        options: the options of the command `rbac` for a ClusterRole with all permissions of this
            target.
    """

    verb: str
    resource: str
    options: Collection[str] = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


@contextmanager
def answers(asked: Asked, *, writing: bool = False) -> Iterator[None]:
    """Turn the errors of a request into those of the engine.

    Args:
        asked: the permission for the request.
        writing: raise refusals as Refused, for `judge`.

    Raises:
        Passing: the failure can pass by itself.
        MissingKind, Forbidden, ClusterError, Refused: it cannot.
        WriteError: while writing, the connection or the credentials cannot be used.
    """
    try:
        yield
    except (httpx2.HTTPError, ConfigError, ClusterError, msgspec.DecodeError, ValueError) as error:
        # `from None`: a traceback would show the texts of libraries, which may have credentials.
        raise _understood(error, asked, writing=writing) from None


def _understood(error: Exception, asked: Asked, *, writing: bool) -> Exception:
    """Return the engine's error for the error of a request."""
    match error:
        case httpx2.HTTPStatusError():
            return _meaning(error, asked, writing=writing)
        case httpx2.HTTPError():
            return _unanswered(error, asked)
        case ConfigError():
            return ClusterError(
                "The credentials cannot be used: check the kubeconfig and its plugin."
            )
        case ClusterError():  # while writing, it is reported with the profile of the write
            return WriteError(str(error), unanswered=True) if writing else error
        case msgspec.DecodeError():
            return Passing(f"{asked}: the answer cannot be read: {error}", sent=True)
        case _:  # not text, or the output of a credential program is not JSON
            return ClusterError(f"{asked}: the answer, or the credentials, cannot be read.")


def _unanswered(error: httpx2.HTTPError, asked: Asked) -> Exception:
    if isinstance(error, httpx2.LocalProtocolError):
        return ClusterError(
            f"{asked}: the request cannot be sent. The token may contain characters that a header "
            "cannot contain."
        )
    text = redacted(str(error), _secrets(error)) or type(error).__name__
    is_sent = not isinstance(error, _NEVER_SENT)
    return Passing(f"{asked}: {text}", sent=is_sent, remedy=_check(error))


def _check(error: httpx2.HTTPError) -> str:
    """Return what to check if no answer came."""
    kinds = {kind for cause in causes(error) for kind in type(cause).mro()}
    for unanswered, remedy in _CHECKS:
        if not kinds.isdisjoint(unanswered):
            return remedy
    return "Check that the API server runs, and the network between this machine and it."


def _meaning(error: httpx2.HTTPStatusError, asked: Asked, *, writing: bool) -> Exception:
    code, status = error.response.status_code, _status(error)
    text = _text(error, status)
    said = f"{asked}: {code} {_shortened(text)}"
    if code in _PASSING[writing]:
        return Passing(
            said,
            seconds=_wanted_pause(error),
            sent=code != HTTPStatus.TOO_MANY_REQUESTS,
            remedy=_BUSY,
        )
    refusal = _refusal(said, code, text, asked)
    if writing:
        return Refused(str(refusal), code, _reasons(status), f"{asked}: {code}", refusal.remedy)
    if code == HTTPStatus.NOT_FOUND:
        return _missing(asked, is_api=bool(status) or text == _NO_SUCH_PATH)
    if _NOT_HTTPS in text:
        return ClusterError(said, remedy="Write its URL with https:// in the kubeconfig.")
    return refusal


def _refusal(said: str, code: int, text: str, asked: Asked) -> ClusterError:
    """Return the error of a request that the server refuses; of a forbidden one, with a remedy."""
    if code == HTTPStatus.UNAUTHORIZED:
        what = f"The cluster does not accept the credentials ({said})."
        return Forbidden(what, remedy="Log in again, or renew the token.")
    if code != HTTPStatus.FORBIDDEN:
        return ClusterError(said, brief=f"{asked}: {code}")
    if _ANONYMOUS in text:
        what = f"The cluster sees no credentials ({said})."
        return Forbidden(what, remedy=_ADD_CREDENTIALS)
    return Forbidden(
        f"Not allowed to {said}",
        verb=asked.verb,
        resource=asked.resource,
        remedy=_missing_grant(text, asked),
    )


def _missing_grant(text: str, asked: Asked) -> str:
    """Return which permission to grant; '' where the answer does not name a missing one."""
    if "attempting to grant" in text:
        bind = Asked("bind", "clusterroles", asked.options)
        return grant(bind, "bind on the ClusterRoles that profiles use")
    if " cannot " in text:
        return grant(asked)
    return ""


def grant(missing: Asked, named: str = "that verb") -> str:
    """Return what to do about a missing permission."""
    # an event of the charm does not need it
    from profiles_management.kubeflow.permissions.cluster_role import command  # noqa: PLC0415

    return f"Grant {named}; `{command(*missing)}` prints all that is needed."


def _missing(asked: Asked, *, is_api: bool) -> ClusterError:
    """Return the error for a missing list; namespaces are missing only on other web servers."""
    if not is_api or asked.resource == "namespaces":
        return ClusterError(
            f"{asked}: 404. The answer is not from a Kubernetes API server.",
            remedy="Check server in the kubeconfig, above all the path in its URL.",
        )
    return MissingKind(
        f"The cluster does not know {asked.resource}.",
        resource=asked.resource,
        remedy="Install Kubeflow with Istio first, or use the standalone mode.",
    )


def _status(error: httpx2.HTTPStatusError) -> dict[str, Any]:
    """Return the Status in an answer; empty where there is none, as in answers of proxies."""
    try:
        status = json.loads(error.response.content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(status, dict):
        return status
    return {}


def _text(error: httpx2.HTTPStatusError, status: dict[str, Any]) -> str:
    response = error.response
    text = str(status.get("message") or response.text or response.reason_phrase)[:_LONGEST_READ]
    denied = _DENIED.search(text)
    if denied is not None:  # shorter, so that the reason is not cut off
        text = f"ValidatingAdmissionPolicy '{denied[1]}': {denied[2]}"
    return " ".join(redacted(text, _secrets(error)).split())


def _secrets(error: httpx2.HTTPError) -> set[str]:
    """Return the credentials of a request, to hide them if an answer repeats them."""
    try:
        return of_header(error.request.headers.get("Authorization", ""))
    except RuntimeError:  # there was no request yet
        return set()


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST_MESSAGE:
        return text
    return f"{text[:_LONGEST_MESSAGE]}…"


def _reasons(status: dict[str, Any]) -> frozenset[str]:
    """Return the reason of a Status and those of its causes."""
    try:
        parts = [status, *status["details"]["causes"]]
        return frozenset(str(part.get("reason")) for part in parts)
    except (AttributeError, LookupError, TypeError):  # it has no causes
        return frozenset({str(status.get("reason"))})


def _wanted_pause(error: httpx2.HTTPStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
