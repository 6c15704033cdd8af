"""Ends access by an object that somebody else changes at the same time."""

from collections.abc import Callable, Sequence

from profiles_management.kubeflow.cluster import revocation
from profiles_management.kubeflow.cluster.write_refusals import outdated
from profiles_management.kubeflow.cluster_errors import ClusterAway, ClusterError
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile.plan import ObjectRef, Write
from profiles_management.reconcile.target_errors import WriteError

TRIES = 4  # in a row; the run tries again before it grants access, and at its end

Read = Callable[[ObjectRef], Observer]
Send = Callable[[Write], bool]


def finish(write: Write, read: Read, send: Send) -> None:
    """End access by an object that somebody changed meanwhile, or that a finalizer keeps.

    Args:
        write: the write that ends access.
        read: reads one object again.
        send: sends a write and returns whether the object that it deletes still exists.

    Raises:
        WriteError: `conflict` where somebody else was faster each time.
    """
    for _ in range(TRIES):
        if not _again(write, read, send):
            return
    what = f"was changed by somebody else before each of {TRIES} attempts to revoke its access"
    raise WriteError(f"{write.target} {what}; the next run tries again", conflict=True)


def _again(write: Write, read: Read, send: Send) -> bool:
    """Read the object again and end its access; return whether some of it may remain.

    Raises:
        WriteError: the object cannot be read, or another object has its name now.
    """
    part = _read_again(write.target, read)
    try:
        due = revocation.rewritten(write, part)
    except revocation.NotTheirs as other:
        if write.verb is Verb.DELETE and not other.gives:
            return False
        raise outdated(write.target, "was deleted and created again") from None
    is_unknown = revocation.is_unknown(part)
    try:
        return _sent(due, write, send, is_unknown=is_unknown)
    except WriteError as error:
        if not error.conflict:
            raise
        if is_unknown and (write.must_exist or write.verb is Verb.PATCH):
            raise
        return not is_unknown


def _sent(due: Sequence[Write], write: Write, send: Send, *, is_unknown: bool) -> bool:
    """Send the writes; return whether the object still exists."""
    remains = False
    for step in due:
        remains = send(step)
    if remains and is_unknown:  # a finalizer keeps an object that planning does not recognize
        return send(revocation.emptied(write))
    return remains


def _read_again(target: ObjectRef, read: Read) -> Observer:
    """Return an object as it is now.

    Raises:
        WriteError: it cannot be read; the next run tries again.
    """
    try:
        return read(target)
    except Interrupted as error:
        raise _unread(target, str(error)) from error
    except ClusterAway as error:
        why = f"the cluster does not answer: {error.failure}"
        raise _unread(target, why, error.remedy) from error
    except ClusterError as error:
        raise _unread(target, str(error), error.remedy) from error


def _unread(target: ObjectRef, why: str, remedy: str = "") -> WriteError:
    what = f"{target} was changed by somebody else: {why}"
    return WriteError(what, conflict=True, remedy=remedy)
