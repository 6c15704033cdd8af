"""What an API server's answers mean: what can pass by itself, what is refused, what is missing, what is forbidden."""

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

from profiles_management.kubeflow.cluster_errors import ClusterError, Forbidden, MissingKind
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.pmr.redaction import of_header, redacted
from profiles_management.reconcile.plan import ObjectRef, Write
from profiles_management.reconcile.retry import Passing
from profiles_management.reconcile.target_errors import WriteError

# Source: kubernetes, apiserver/pkg/admission/plugin/policy/validating.
_DENIED = re.compile(
    r"ValidatingAdmissionPolicy '([^']*)' with binding '[^']*' denied request: (.*)", re.DOTALL
)
_LONGEST_MESSAGE = 300
_LONGEST_READ = 4000
_ANONYMOUS = '"system:anonymous"'  # how an API server calls who sends no credentials
_NO_SUCH_PATH = "404 page not found"  # what an API server answers for a group that it does not have
_NOT_HTTPS = "HTTP request to an HTTPS server"  # what a Go server answers
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
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
        "Check that the API server runs, and the TLS version and client certificate that it accepts.",
    ),
)
_BUSY = "Look at the health and the log of the API server, then run it again."
_NEVER_SENT = (httpx2.ProxyError, httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class Refused(Exception):
    """A write was answered with a refusal that will not pass by itself.

    Attributes:
        reasons: Kubernetes' own words for it.
        nameless: what was asked for and the code of the answer: `create rolebindings: 403`.
    """

    def __init__(self, message: str, status: int, reasons: Collection[str], nameless: str) -> None:
        super().__init__(message)
        self.nameless = nameless
        self.status = status
        self.reasons = reasons


class Asked(NamedTuple):
    """What a request takes: a verb and a resource, such as `list` and `profiles`.

    Attributes:
        options: those of `rbac` for a ClusterRole that allows what this target is used for.
    """

    verb: str
    resource: str
    options: Collection[str] = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}"


@contextmanager
def answers(asked: Asked, *, writing: bool = False) -> Iterator[None]:
    """Turn what can go wrong in a request into what the engine knows.

    Args:
        asked: what the request takes.
        writing: a refusal is then for `judge` to weigh, and raised as Refused.

    Raises:
        Passing: it can pass by itself.
        MissingKind, Forbidden, ClusterError, Refused: it cannot.
        WriteError: while writing, the connection or the credentials cannot be used.
    """
    try:
        yield
    except (httpx2.HTTPError, ConfigError, ClusterError, msgspec.DecodeError, ValueError) as error:
        # `from None`: the texts of libraries may hold credentials, and a traceback would show them.
        raise _understood(error, asked, writing=writing) from None


def _understood(error: Exception, asked: Asked, *, writing: bool) -> Exception:
    """Return the error of ours for one that a request ended with."""
    match error:
        case httpx2.HTTPStatusError():
            return _meaning(error, asked, writing=writing)
        case httpx2.HTTPError():
            return _unanswered(error, asked)
        case ConfigError():
            return ClusterError(
                "The credentials cannot be used: look at the kubeconfig and at its plugin."
            )
        case ClusterError():  # a write that fails for it is told with its profile
            return WriteError(str(error), unanswered=True) if writing else error
        case msgspec.DecodeError():
            return Passing(f"{asked}: the answer cannot be read: {error}", sent=True)
        case _:  # no text, or what a credential program printed is no JSON
            return ClusterError(f"{asked}: the answer, or the credentials, cannot be read.")


def _unanswered(error: httpx2.HTTPError, asked: Asked) -> Exception:
    if isinstance(error, httpx2.LocalProtocolError):
        return ClusterError(
            f"{asked}: the request cannot be sent. The token may hold what no header holds."
        )
    text = redacted(str(error), _secrets(error)) or type(error).__name__
    return Passing(
        f"{asked}: {text}", sent=not isinstance(error, _NEVER_SENT), remedy=_check(error)
    )


def _check(error: httpx2.HTTPError) -> str:
    """Return what to check where no answer came."""
    causes = list(_causes(error))
    for kinds, remedy in _CHECKS:
        if any(isinstance(cause, kinds) for cause in causes):
            return remedy
    return "Check that the API server runs, and the network between this machine and it."


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def judge(refused: Refused, write: Write, *, maybe_done: bool) -> None:
    """Say whether a refusal means that nothing is left to do, and raise WriteError where it does not.

    Args:
        maybe_done: whether the write may have been carried out before, its answer lost.
    """
    status, reasons = refused.status, refused.reasons
    if (
        write.verb is Verb.DELETE
        and status == HTTPStatus.NOT_FOUND
        and (maybe_done or not write.must_exist)
    ):
        return
    if write.verb is Verb.CREATE and maybe_done and "AlreadyExists" in reasons:
        return
    if "NamespaceTerminating" in reasons or (write.verb is Verb.CREATE and "NotFound" in reasons):
        message = (
            f"namespace {write.target.parent} is gone or being deleted; the next run settles it"
        )
        raise WriteError(message, conflict=True, nameless=message) from refused
    if meanwhile := _meanwhile(refused, write):
        raise outdated(write.target, meanwhile) from refused
    raise WriteError(str(refused), nameless=refused.nameless) from refused


def outdated(target: ObjectRef, what: str) -> WriteError:
    """Return the error of a write that somebody else was quicker than; `what` they did, such as `was deleted`."""
    what = f"{what} by somebody else meanwhile; the next run settles it"
    return WriteError(f"{target} {what}", conflict=True, nameless=f"a {target.kind} {what}")


def _meanwhile(refused: Refused, write: Write) -> str:
    """Return what somebody else did to an object since it was read; empty where nobody did anything."""
    if write.verb is Verb.CREATE and "AlreadyExists" in refused.reasons:
        return "was created"
    if refused.status == HTTPStatus.NOT_FOUND:
        return "was deleted"
    if (
        write.uid
        and not write.version
        and refused.status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
    ):
        return "was deleted and created again"
    return "was changed" if refused.status == HTTPStatus.CONFLICT else ""


def _meaning(error: httpx2.HTTPStatusError, asked: Asked, *, writing: bool) -> Exception:
    code, status = error.response.status_code, _status(error)
    text = _text(error, status)
    said = f"{asked}: {code} {_shortened(text)}"
    if code in _PASSING or (code == HTTPStatus.GONE and not writing):
        return Passing(
            said,
            seconds=_wanted_pause(error),
            sent=code != HTTPStatus.TOO_MANY_REQUESTS,
            remedy=_BUSY,
        )
    if writing:
        return Refused(
            _with_remedy(said, code, text, asked), code, _reasons(status), f"{asked}: {code}"
        )
    if code == HTTPStatus.NOT_FOUND:
        return _missing(asked, is_api=bool(status) or text == _NO_SUCH_PATH)
    if code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _forbidden(_with_remedy(said, code, text, asked), code, text, asked)
    if _NOT_HTTPS in text:
        return ClusterError(f"{said.rstrip('.')}. Write its URL with https:// in the kubeconfig.")
    return ClusterError(said, brief=f"{asked}: {code}")


def _forbidden(message: str, code: int, text: str, asked: Asked) -> Forbidden:
    if code == HTTPStatus.FORBIDDEN and _ANONYMOUS not in text:
        return Forbidden(message, verb=asked.verb, resource=asked.resource)
    return Forbidden(message)


def _with_remedy(said: str, code: int, text: str, asked: Asked) -> str:
    """Say what to do about a refusal, where it is about permissions."""
    if code == HTTPStatus.UNAUTHORIZED:
        return f"The cluster does not accept the credentials ({said}). Log in again, or renew the token."
    if code != HTTPStatus.FORBIDDEN:
        return said
    if _ANONYMOUS in text:
        return (
            f"The cluster sees no credentials ({said}). "
            "Add a token, a client certificate or an exec plugin to the user in the kubeconfig."
        )
    if "attempting to grant" in text:
        bind = Asked("bind", "clusterroles", asked.options)
        return f"Not allowed to {said}. {grant(bind, 'bind on the ClusterRoles that profiles use')}"
    if " cannot " in text:
        return f"Not allowed to {said}. {grant(asked)}"
    return f"Not allowed to {said}"


def grant(missing: Asked, named: str = "that verb") -> str:
    """Return what to do about a permission that is missing."""
    from profiles_management.kubeflow.permissions.cluster_role import command  # noqa: PLC0415 - only where one is missing

    return f"Grant {named}; `{command(*missing)}` prints all that is needed."


def _missing(asked: Asked, *, is_api: bool) -> ClusterError:
    """Return what a list means that is not there: every API server has namespaces, a web server has nothing."""
    if not is_api or asked.resource == "namespaces":
        return ClusterError(
            f"{asked}: 404. The answer is not from a Kubernetes API server. "
            "Check server in the kubeconfig, above all the path in its URL."
        )
    what = f"The cluster does not know {asked.resource}. Install Kubeflow with Istio first, or use the standalone mode."
    return MissingKind(what, resource=asked.resource)


def _status(error: httpx2.HTTPStatusError) -> dict[str, Any]:
    """Return the Status that explains an error, empty where none does: a proxy says no in its own words."""
    try:
        found = json.loads(error.response.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(error: httpx2.HTTPStatusError, status: dict[str, Any]) -> str:
    text = str(status.get("message") or error.response.text or error.response.reason_phrase)[
        :_LONGEST_READ
    ]
    # twice the same name before the reason, which would be cut off
    if denied := _DENIED.search(text):
        text = f"ValidatingAdmissionPolicy '{denied[1]}': {denied[2]}"
    return " ".join(redacted(text, _secrets(error)).split())


def _secrets(error: httpx2.HTTPError) -> set[str]:
    """Return the credentials that were sent, should an answer repeat them."""
    try:
        return of_header(error.request.headers.get("Authorization", ""))
    except RuntimeError:  # there was no request yet
        return set()


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _reasons(status: dict[str, Any]) -> frozenset[str]:
    """Return the reason of a Status and those of its causes."""
    details = status.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    found = [status, *(causes if isinstance(causes, list) else ())]
    return frozenset(str(one.get("reason")) for one in found if isinstance(one, dict))


def _wanted_pause(error: httpx2.HTTPStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
