"""Carrying out a write that ends access where somebody else changes its object at the same time."""

from collections.abc import Callable

from profiles_management.kubeflow.cluster import revocation
from profiles_management.kubeflow.cluster.api_errors import outdated
from profiles_management.kubeflow.cluster_errors import ClusterAway, ClusterError
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile.plan import ObjectRef, Write
from profiles_management.reconcile.target_errors import WriteError

TRIES = 4  # one after the other; the run tries again before it grants anything, and at its end

Read = Callable[[ObjectRef], Observer]
Send = Callable[[Write], bool]


def finish(write: Write, read: Read, send: Send) -> None:
    """End access by an object that somebody changed meanwhile, or that a finalizer keeps in deletion.

    Args:
        read: reads one object again.
        send: sends a write and returns whether what it deletes is still there.

    Raises:
        WriteError: `conflict` where somebody else was quicker each time.
    """
    for _ in range(TRIES):
        if not _again(write, read, send):
            return
    what = f"was changed by somebody else before each of {TRIES} attempts to take its access away"
    raise WriteError(f"{write.target} {what}; the next run tries again", conflict=True)


def _again(write: Write, read: Read, send: Send) -> bool:
    """Read the object again and take away what it gives; return whether something may be left of that.

    Raises:
        WriteError: the object cannot be read, or is another one by now that cannot be judged.
    """
    part = _read_again(write.target, read)
    try:
        due = revocation.rewritten(write, part)
    except revocation.NotTheirs as other:
        if write.verb is Verb.DELETE and not other.gives:
            return False
        raise outdated(write.target, "was deleted and created again") from None
    remains = False
    try:
        for each in due:
            remains = send(each)
        if remains and revocation.is_unknown(part):
            remains = send(revocation.emptied(write))  # a finalizer keeps what nobody recognizes
    except WriteError as error:
        is_gone = revocation.is_unknown(part)
        if not error.conflict or (is_gone and (write.must_exist or write.verb is Verb.PATCH)):
            raise
        return not is_gone
    return remains


def _read_again(target: ObjectRef, read: Read) -> Observer:
    """Return an object as it is now.

    Raises:
        WriteError: it cannot be read; the next run tries again.
    """
    try:
        return read(target)
    except (ClusterError, Interrupted) as error:
        why = str(error)
        if isinstance(error, ClusterAway):
            why = f"the cluster does not answer: {error.failure}"
        what = f"{target} was changed by somebody else: {why}"
        raise WriteError(what, conflict=True) from error
