"""Writes as values: objects to create, merge patches and deletions, encoded once and always alike."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from profiles_management.reconcile.plan import Condition, ObjectRef, Person, Verb, Write


def create(body: Mapping[str, Any], after: Condition | None = None) -> Write:
    """Return the write that makes an object."""
    metadata = body["metadata"]
    target = ObjectRef(body["kind"], metadata.get("namespace", ""), metadata["name"])
    return Write(Verb.CREATE, target, msgspec.json.encode(body, order="deterministic"), after=after)


def patch(
    target: ObjectRef,
    change: Mapping[str, Any],
    version: str = "",
    after: Condition | None = None,
    *,
    uid: str = "",
    ends: Person | None = None,
    replaces: str = "",
) -> Write:
    """Return a merge patch.

    Args:
        version: it is refused where the object was changed since it was read.
        uid: it is refused where another object has taken the name of the one that was read.
        ends, replaces: see Write.
    """
    body = dict(change)
    guards = {key: value for key, value in (("resourceVersion", version), ("uid", uid)) if value}
    if guards:
        body["metadata"] = {**body.get("metadata", {}), **guards}
    text = msgspec.json.encode(body, order="deterministic")
    return Write(
        Verb.PATCH,
        target,
        text,
        version=version,
        after=after,
        uid=uid,
        ends=ends,
        replaces=replaces,
    )


def delete(
    target: ObjectRef,
    version: str = "",
    after: Condition | None = None,
    *,
    uid: str = "",
    ends: Person | None = None,
) -> Write:
    """Return a deletion; `version`, `uid` and `ends` are those of `patch`."""
    return Write(Verb.DELETE, target, version=version, after=after, uid=uid, ends=ends)


def removal(
    target: ObjectRef,
    nothing: Mapping[str, Any] | None = None,
    version: str = "",
    after: Condition | None = None,
    *,
    is_deleting: bool,
    uid: str = "",
    ends: Person | None = None,
) -> Iterator[Write]:
    """Yield what removes an object that gives access.

    Args:
        nothing: for an object with finalizers, the patch that takes from it what it gives.
            Finalizers can keep it in deletion for ever, where it still gives what it gave, so it is
            emptied first.
        version: that of `patch`, for the first of the writes.
        is_deleting: whether the object is in deletion already.
    """
    if nothing is not None:
        yield patch(target, nothing, version, after, uid=uid, ends=ends)
    if not is_deleting:
        yield delete(target, "" if nothing is not None else version, after, uid=uid, ends=ends)


def replacing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the merge patch that turns one mapping into another; maps below are merged alike, lists replaced.

    Source: RFC 7386, where null takes a key away.
    """
    gone = {key: None for key in before if key not in after}
    return {**gone, **{key: _below(before.get(key), value) for key, value in after.items()}}


def _below(before: object, after: object) -> object:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return replacing(before, after)
    return after
