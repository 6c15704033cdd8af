"""Writes as values: creations, merge patches and deletions, encoded once and deterministically."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.reconcile.plan import Condition, ObjectRef, Person, Write


def create(body: Mapping[str, Any], after: Condition | None = None) -> Write:
    """Return the write that creates an object."""
    metadata = body["metadata"]
    target = ObjectRef(body["kind"], metadata.get("namespace", ""), metadata["name"])
    text = msgspec.json.encode(body, order="deterministic")
    return Write(Verb.CREATE, target, text, after=after, creates=True)


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
        target: the object to patch.
        change: the fields that change.
        version: the resourceVersion that was read; the server refuses the patch if it changed.
        after: the condition to wait for.
        uid: the uid that was read; the server refuses the patch if another object has the name.
        ends: see Write.
        replaces: see Write.
    """
    body = dict(change)
    guards = _guards(version, uid)
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


def _guards(version: str, uid: str) -> dict[str, str]:
    """Return the metadata by which a server refuses a patch of another object or version."""
    guards = {"resourceVersion": version, "uid": uid}
    return {key: value for key, value in guards.items() if value}


def for_any_version(write: Write) -> Write:
    """Return a patch or a deletion that the server accepts whatever version the object has."""
    if not write.version:
        return write
    body = write.body
    if write.verb is Verb.PATCH:
        data = msgspec.json.decode(body)
        del data["metadata"]["resourceVersion"]
        body = msgspec.json.encode(data, order="deterministic")
    return msgspec.structs.replace(write, body=body, version="")


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
    """Yield the writes that remove an object that gives access.

    Args:
        target: the object to remove.
        nothing: for an object with finalizers, the patch after which it gives no access. Finalizers
            can keep an object in deletion for any time, and it gives access until then.
        version: as in `patch`, for the first of the writes.
        after: the condition to wait for.
        is_deleting: whether the object is being deleted already.
        uid: as in `patch`.
        ends: see Write.
    """
    if nothing is not None:
        yield patch(target, nothing, version, after, uid=uid, ends=ends)
        version = ""  # the patch changes it
    if not is_deleting:
        yield delete(target, version, after, uid=uid, ends=ends)


def nonempty(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - a part is any JSON
    """Return the parts of a patch that say something, by their names."""
    return {name: part for name, part in parts.items() if part}


def annotation(value: str) -> str | None:
    """Return the value of an annotation in a patch: null, which removes it, for an empty one."""
    return value or None


def replacing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the merge patch that turns one mapping into another.

    Mappings inside are merged too; lists are replaced. Source: RFC 7386, where null removes a key.
    """
    removed = {key: None for key in before if key not in after}
    return removed | {key: _below(before.get(key), value) for key, value in after.items()}


def _below(before: object, after: object) -> object:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return replacing(before, after)
    return after
