"""The requests that write to a cluster, which fail if the object changed."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from profiles_management.kubeflow.cluster import retry_revocation
from profiles_management.kubeflow.cluster.cluster_reading import ClusterReading
from profiles_management.kubeflow.cluster.http import JSON, MERGE_PATCH, Wire, path
from profiles_management.kubeflow.cluster.write_refusals import Refused, judge
from profiles_management.kubeflow.objects import merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.reconcile.plan import Write
from profiles_management.reconcile.retry import Passing, Retry
from profiles_management.reconcile.target_errors import WriteError

_METHODS: Mapping[StrEnum, str] = {Verb.CREATE: "POST", Verb.PATCH: "PATCH", Verb.DELETE: "DELETE"}
_CONTENT: Mapping[StrEnum, str] = {Verb.CREATE: JSON, Verb.PATCH: MERGE_PATCH, Verb.DELETE: JSON}
_DELETION_TIMESTAMP = b'"deletionTimestamp"'


class ClusterWriting:
    """Writes to a cluster. Threads share it."""

    def __init__(self, wire: Wire, reading: ClusterReading, retry: Retry) -> None:
        self._wire = wire
        self._reading = reading
        self._retry = retry

    def send(self, write: Write, *, deadline: float) -> None:
        """Execute a write; see `Cluster.send`."""
        try:
            remains = self._sent(write, deadline)
        except WriteError as error:
            if write.ends is None or not error.conflict:
                raise
            remains = True
        if remains and write.ends is not None:
            read = self._reading.one_object
            retry_revocation.finish(write, read, lambda each: self._sent(each, deadline))

    def _sent(self, write: Write, deadline: float) -> bool:
        """Send a write, again if a failure can pass.

        Return whether a deleted object still exists.
        """
        maybe_done = False

        def once() -> bool:
            nonlocal maybe_done
            try:
                return self._write(write)
            except Passing as failure:
                maybe_done |= failure.sent
                raise
            except Refused as refused:
                judge(refused, write, maybe_done=maybe_done)
                return False

        try:
            return self._retry(once, deadline=deadline)
        except Passing as failure:
            message = f"{failure}; it was tried again until time or patience ran out"
            raise WriteError(message, unanswered=True) from failure

    def _write(self, write: Write) -> bool:
        """Send a write; return whether a finalizer keeps an object that it deletes."""
        kind = slim_classes.BY_NAME[write.target.kind]
        method, content = _METHODS[write.verb], _CONTENT[write.verb]
        with self._reading.answers(write.verb, kind, writing=True):
            answer = self._wire.send(method, _path(write, kind), _body(write), content)
        return write.verb is Verb.DELETE and _DELETION_TIMESTAMP in answer


def _path(write: Write, kind: type[Any]) -> str:
    """Return the path of the request for a write; only changes have a field manager."""
    target = write.target
    if write.verb is Verb.DELETE:
        return path(kind, target.parent, target.name)
    query = {"fieldManager": naming.MANAGER}
    if write.verb is Verb.CREATE:
        return path(kind, target.parent, query=query)
    return path(kind, target.parent, target.name, query)


def _body(write: Write) -> bytes:
    if write.verb is not Verb.DELETE:
        return write.body
    preconditions = merge_patch.nonempty(resourceVersion=write.version, uid=write.uid)
    options = merge_patch.nonempty(preconditions=preconditions)
    return json.dumps({"apiVersion": "v1", "kind": "DeleteOptions", **options}).encode()
