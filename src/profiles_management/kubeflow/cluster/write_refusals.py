"""Refusals of writes: whether the write is done already, and what somebody else changed."""

from collections.abc import Collection
from http import HTTPStatus

from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.reconcile.plan import ObjectRef, Write
from profiles_management.reconcile.target_errors import WriteError


class Refused(Exception):
    """A write was refused, and the refusal does not pass by itself.

    Attributes:
        status: the HTTP status code.
        reasons: the reasons in Kubernetes' Status.
        nameless: the request and the code, without names: `create rolebindings: 403`.
        remedy: what to do, '' where nothing is known.
    """

    def __init__(
        self, message: str, status: int, reasons: Collection[str], nameless: str, remedy: str
    ) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.nameless = nameless
        self.status = status
        self.reasons = reasons


def judge(refused: Refused, write: Write, *, maybe_done: bool) -> None:
    """Return if a refusal means that the write is done already; otherwise raise.

    Args:
        refused: the refusal.
        write: the write.
        maybe_done: whether an earlier attempt may have been executed, its answer lost.

    Raises:
        WriteError: the write is not done; `conflict` where somebody else changed the object.
    """
    if _is_done(refused, write, maybe_done=maybe_done):
        return
    if _is_without_namespace(refused, write):
        message = (
            f"namespace {write.target.parent} is gone or being deleted; the next run corrects it"
        )
        raise WriteError(message, conflict=True, nameless=message) from refused
    meanwhile = _meanwhile(refused, write)
    if meanwhile:
        raise outdated(write.target, meanwhile) from refused
    raise WriteError(str(refused), nameless=refused.nameless, remedy=refused.remedy) from refused


def _is_done(refused: Refused, write: Write, *, maybe_done: bool) -> bool:
    if write.verb is Verb.DELETE and refused.status == HTTPStatus.NOT_FOUND:
        return maybe_done or not write.must_exist
    return maybe_done and _exists_already(refused, write)


def _exists_already(refused: Refused, write: Write) -> bool:
    return write.verb is Verb.CREATE and "AlreadyExists" in refused.reasons


def _is_without_namespace(refused: Refused, write: Write) -> bool:
    if "NamespaceTerminating" in refused.reasons:
        return True
    return write.verb is Verb.CREATE and "NotFound" in refused.reasons


def outdated(target: ObjectRef, what: str) -> WriteError:
    """Return the error of a write to an object that somebody else changed.

    Args:
        target: the object.
        what: the change, such as `was deleted`.
    """
    what = f"{what} by somebody else meanwhile; the next run corrects it"
    return WriteError(f"{target} {what}", conflict=True, nameless=f"a {target.kind} {what}")


def _meanwhile(refused: Refused, write: Write) -> str:
    """Return how somebody else changed an object since it was read, '' for no change."""
    if _exists_already(refused, write):
        return "was created"
    if refused.status == HTTPStatus.NOT_FOUND:
        return "was deleted"
    is_by_uid = bool(write.uid) and not write.version
    if is_by_uid and refused.status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        return "was deleted and created again"
    if refused.status == HTTPStatus.CONFLICT:
        return "was changed"
    return ""
