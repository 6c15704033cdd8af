"""An object before it is stored: read, pruned, defaulted, with immutable fields restored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from . import defaults, schema, status, typed
from .kinds import Kind, Object, convert
from .refusals import as_go_says, unreadable
from .status import Cause
from .store import Record

Key = str


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: field manager, version in the path, and whether unknown fields are refused."""

    manager: str = "test"
    version: str = ""
    strict: bool = False
    subresource: str = ""
    patching: bool = False
    applying: bool = False  # managedFields are worked out already


@dataclass(slots=True)
class Draft:
    """An object on its way into the store: pruned and typed."""

    kind: Kind
    content: typed.GoObject | Object
    unknown: list[str] = field(default_factory=list)

    @property
    def metadata(self) -> typed.ObjectMeta:
        """The object's metadata, as a struct that may be changed."""
        return (
            self.content.metadata
            if isinstance(self.content, typed.GoObject)
            else self.content["metadata"]
        )

    def pack(self) -> bytes:
        """Return the stored form."""
        return self.kind.pack(self.content)

    def plain(self) -> Object:
        """Return the object as plain values."""
        return msgspec.to_builtins(self.content)


def shaped(kind: Kind, obj: Object) -> Draft:
    """Read an object into a draft: unknown fields and nulls are dropped.

    Raises:
        msgspec.ValidationError: a value of the wrong type in metadata or in a built-in kind.
    """
    if kind.struct:
        return Draft(kind, kind.shaped(obj))
    assert kind.schema
    parts = {key: obj[key] for key in ("spec", "status") if obj.get(key) is not None}
    content: Object = msgspec.json.decode(msgspec.json.encode(parts))  # a copy, to prune
    unknown = schema.prune(kind.schema, content)
    unknown += sorted(obj.keys() - {"apiVersion", "kind", "metadata", "spec", "status"})
    content["metadata"] = convert(obj.get("metadata") or {}, typed.ObjectMeta)
    return Draft(kind, content, unknown)


def trusted(kind: Kind, obj: Object) -> Draft:
    """Read a custom resource into a draft unchanged, with unknown fields."""
    return Draft(kind, {**obj, "metadata": convert(obj["metadata"], typed.ObjectMeta)})


def read(kind: Kind, obj: Object, writer: Writer) -> Draft:
    """Read the body of a client.

    Raises:
        Refusal: 400 (422 for a patch) for values of the wrong type, and for unknown fields if the
            writer is strict.
    """
    try:
        draft = shaped(kind, obj)
    except msgspec.ValidationError as error:
        words = as_go_says(kind, error)
        raise unreadable(kind, words, version=writer.version, patching=writer.patching) from error
    be_strict(draft, writer)
    return draft


def be_strict(draft: Draft, writer: Writer) -> None:
    """Refuse unknown fields if the writer wants that."""
    if writer.strict and draft.unknown:
        words = ", ".join(f'unknown field "{path}"' for path in draft.unknown)
        raise unreadable(draft.kind, f"strict decoding error: {words}", version=writer.version)


def fill_in(draft: Draft, obj: Object, writer: Writer) -> None:
    """Set the server's defaults, and find out which fields of a built-in object were unknown."""
    if isinstance(draft.content, typed.GoObject):
        try:
            defaults.fill_in(draft.content)
        except ValueError as error:
            raise unreadable(
                draft.kind, str(error), version=writer.version, patching=writer.patching
            ) from error
        draft.unknown += _missing(obj, draft.plain(), "")
        be_strict(draft, writer)


def _missing(given: Any, kept: Any, path: str) -> list[str]:
    """Return the paths of fields that were dropped: unknown fields, in Go's words."""
    if isinstance(given, list) and isinstance(kept, list):
        pairs = enumerate(zip(given, kept, strict=False))
        return [where for index, pair in pairs for where in _missing(*pair, f"{path}[{index}]")]
    if not isinstance(given, dict) or not isinstance(kept, dict):
        return []
    found = []
    for key, value in given.items():
        where = f"{path}.{key}" if path else key
        if key in kept:
            found += _missing(value, kept[key], where)
        elif value not in (None, "", [], {}, 0) and where not in ("apiVersion", "kind"):
            found.append(where)
    return found


def keep_system(draft: Draft, was: Draft, subresource: str) -> None:
    """Restore the fields that a client cannot change."""
    new, old = draft.metadata, was.metadata
    for name in (
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
    ):
        setattr(new, name, getattr(old, name))
    if not new.managedFields:
        new.managedFields = old.managedFields
    if isinstance(draft.content, dict) and isinstance(was.content, dict):
        _keep_part(draft.content, was.content, "spec" if subresource == "status" else "status")
    elif isinstance(draft.content, typed.Namespace | typed.ResourceQuota):
        draft.content.status = was.content.status
        if isinstance(draft.content, typed.Namespace):
            draft.content.spec = was.content.spec


def _keep_part(new: Object, old: Object, part: str) -> None:
    new.pop(part, None)
    if part in old:
        new[part] = old[part]


def refuse_other_name(given: str, name: str) -> None:
    """Refuse an object that calls itself something else than the URL does."""
    if given != name:
        words = f"the name of the object ({given}) does not match the name on the URL ({name})"
        raise status.bad_request(words)


def other_uid(draft: Draft, before: Record) -> list[Cause]:
    """Return the cause of a refusal if the uid would change."""
    given = draft.metadata.uid
    wrong = given and given != before.uid
    return (
        [Cause("metadata.uid", f"Invalid value: {schema.quoted(given)}: field is immutable")]
        if wrong
        else []
    )


def late_finalizers(was: Draft, draft: Draft) -> list[Cause]:
    """Return the cause of a refusal if an object in deletion would get a new finalizer."""
    added = [name for name in draft.metadata.finalizers if name not in was.metadata.finalizers]
    if not was.metadata.deletionTimestamp or not added:
        return []
    names = ", ".join(schema.quoted(name) for name in added)
    words = "no new finalizers can be added if the object is being deleted, found new finalizers"
    return [
        Cause(
            "metadata.finalizers", f"Forbidden: {words} []string{{{names}}}", "FieldValueForbidden"
        )
    ]


def repeated(kind: Kind, causes: list[Cause]) -> list[Cause]:
    """Repeat causes as updates do: those about metadata twice, of custom resources three times."""
    metadata = [cause for cause in causes if cause.field.startswith("metadata.")]
    return metadata * (3 if kind.schema else 2) + [
        cause for cause in causes if cause not in metadata
    ]


def key_of(namespace: str, name: str) -> Key:
    """Return the key under which an object is kept."""
    return f"{namespace}/{name}" if namespace else name


def name_of(key: Key) -> str:
    """Return the name in a key. RBAC names hold no slash, so the first one ends the namespace."""
    return key.partition("/")[2] or key


def namespace_of(key: Key) -> str:
    """Return the namespace in a key, or nothing."""
    return key.partition("/")[0] if "/" in key else ""
