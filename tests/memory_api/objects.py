"""Every object of the server, and how it is written: admission, defaults, validation, versions, deletion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from . import collection, defaults, fields, schema, status, typed, validation
from .kinds import NAMESPACE, Kind, Object, convert
from .status import Cause, Refusal
from .store import Record, Table, View

Key = str

@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and how: the field manager, the version in the path, and whether unknown fields are refused."""

    manager: str = "test"
    version: str = ""
    strict: bool = False
    subresource: str = ""
    patching: bool = False
    applying: bool = False  # managedFields are worked out already


class Happened(NamedTuple):
    """One thing that a watch would have told: `new` is None for a deletion, `old` for a creation."""

    kind: Kind
    key: Key
    old: Object | None
    new: Object | None
    manager: str


@dataclass(slots=True)
class Draft:
    """An object on its way into the store: pruned and typed."""

    kind: Kind
    content: typed.GoObject | Object
    unknown: list[str] = field(default_factory=list)

    @property
    def metadata(self) -> typed.ObjectMeta:
        """The object's metadata, as a struct that may be changed."""
        return self.content.metadata if isinstance(self.content, typed.GoObject) else self.content["metadata"]

    def pack(self) -> bytes:
        """Return the stored form."""
        return self.kind.pack(self.content)

    def plain(self) -> Object:
        """Return the object as plain values."""
        return msgspec.to_builtins(self.content)


class Objects:
    """The state of the server. Not safe for threads by itself: its owner holds a lock."""

    def __init__(self, kinds: Iterable[Kind], clock: Callable[[], datetime], *, hold_namespaces: bool = False) -> None:
        self.kinds = tuple(kinds)
        self.tables = {kind.name: Table() for kind in self.kinds}
        self.clock = clock
        self.version = 0
        self.uids = 0
        self.dependents: dict[str, frozenset[tuple[str, Key]]] = {}
        self.views: dict[tuple[str, int], View] = {}
        self.happened: list[Happened] = []
        self.watched = False
        self._moment: tuple[datetime | None, str] = (None, "")
        self.garbage = collection.Collector(self, hold_namespaces=hold_namespaces)

    def copy(self) -> Objects:
        """Return a state of its own that starts from this one. Cheap: tables are shared until one side writes."""
        twin = Objects(self.kinds, self.clock, hold_namespaces=self.garbage.hold_namespaces)
        twin.tables = {name: table.copy() for name, table in self.tables.items()}
        twin.version, twin.uids = self.version, self.uids
        twin.dependents = dict(self.dependents)
        twin.views = dict(self.views)
        twin.garbage.waiting = set(self.garbage.waiting)
        return twin

    # Reading

    def record(self, kind: Kind, key: Key) -> Record:
        """Return a stored record.

        Raises:
            Refusal: 404.
        """
        found = self.tables[kind.name].get(key)
        if found is None:
            raise not_found(kind, name_of(key))
        return found

    def read(self, kind: Kind, key: Key, version: str = "") -> Object:
        """Return an object, decoded; it is the caller's own."""
        return kind.unpack(self.record(kind, key).body, version)

    def view(self, kind: Kind) -> View:
        """Return a view of a kind for a list that starts now, and remember it for its later pages."""
        view = self.tables[kind.name].view(self.version)
        view = view if view.version == self.version else view._replace(version=self.version)
        self.views.pop((kind.name, view.version), None)
        self.views[kind.name, view.version] = view
        if len(self.views) > _KEPT_VIEWS:
            del self.views[next(iter(self.views))]
        return view

    def now(self) -> str:
        """Return the time as the server writes it."""
        moment = self.clock()
        if moment != self._moment[0]:
            self._moment = (moment, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return self._moment[1]

    # Writing

    def create(self, kind: Kind, namespace: str, obj: Object, writer: Writer) -> tuple[Record, list[str]]:
        """Store a new object; return its record and the paths of unknown fields that were dropped."""
        draft = self._draft(kind, obj, writer)
        self._place(draft, namespace)
        if draft.metadata.resourceVersion:
            raise Refusal(500, "", "resourceVersion should not be set on objects to be created")
        if kind.namespaced:
            self._admit(kind, namespace, draft.metadata.name)
        self._generate_name(draft)
        _fill_in(draft, obj, writer)
        self._refuse(kind, draft.metadata.name, validation.check(kind, draft.content))
        key = key_of(namespace, draft.metadata.name)
        if existing := self.tables[kind.name].get(key):
            raise already_exists(kind, draft.metadata.name, deleting=b'"deletionTimestamp"' in existing.body)
        self._stamp(draft)
        if not writer.applying:
            self._own_fields(draft, None, writer)
        record = self.store(draft, None, writer.manager)
        self.garbage.check_owners(kind, key, draft.metadata)
        return record, draft.unknown

    def update(self, kind: Kind, key: Key, obj: Object, writer: Writer) -> tuple[Record, list[str]]:
        """Replace an object; one that would not change keeps its version."""
        before = self.record(kind, key)
        old = kind.unpack(before.body)
        draft = self._draft(kind, obj, writer)
        self._place(draft, namespace_of(key))
        _same_name(draft.metadata.name, name_of(key))
        self._same_version(draft, before, writer)
        _fill_in(draft, obj, writer)
        was = self._draft(kind, old, Writer())
        causes = [*_same_uid(draft, before), *_finalizers(was, draft)] * 2  # the server finds, and tells, them twice
        _keep_system(draft, was, writer.subresource)
        causes += _repeated(validation.check(kind, draft.content))
        if isinstance(was.content, typed.GoObject) and isinstance(draft.content, typed.GoObject):
            causes += validation.check_change(kind, was.content, draft.content)
        self._refuse(kind, name_of(key), causes)
        if not writer.applying:
            self._own_fields(draft, old, writer)
        draft.metadata.resourceVersion = str(before.version)
        if draft.pack() == before.body:
            return before, draft.unknown
        if kind.schema and draft.content.get("spec") != was.content.get("spec"):
            draft.metadata.generation += 1
        return self._settle(draft, before, old, writer), draft.unknown

    def store(self, draft: Draft, old: Object | None, manager: str) -> Record:
        """Write a draft under the next resourceVersion."""
        self.version += 1
        metadata = draft.metadata
        metadata.resourceVersion = str(self.version)
        key = key_of(metadata.namespace, metadata.name)
        record = Record(draft.pack(), self.version, metadata.uid)
        self.tables[draft.kind.name].put(key, record)
        self._index(draft.kind, key, metadata, old)
        self._tell(draft.kind, key, old, record, manager)
        return record

    def drop(self, kind: Kind, key: Key, manager: str = "") -> None:
        """Remove an object for good, then what lived because of it."""
        record = self.record(kind, key)
        old = kind.unpack(record.body) if self.watched or b'"ownerReferences"' in record.body else None
        self.version += 1
        self.tables[kind.name].remove(key)
        if old:
            self._index(kind, key, typed.ObjectMeta(), old)
        self._tell(kind, key, old, None, manager)
        self.garbage.after_removal(kind, key, record.uid)

    def put(self, kind: Kind, obj: Object) -> Record:
        """Store an object as it is, unchecked: new, or in the place of one of its name."""
        draft = shaped(kind, obj) if kind.struct else _trusted(kind, obj)
        if isinstance(draft.content, typed.GoObject):
            defaults.fill_in(draft.content)
        key = key_of(draft.metadata.namespace, draft.metadata.name)
        existing = self.tables[kind.name].get(key)
        if existing and not draft.metadata.uid:
            draft.metadata.uid = existing.uid
        self._stamp(draft, keep=True)
        return self.store(draft, kind.unpack(existing.body) if existing else None, "put")

    def marked(self, kind: Kind, key: Key, change: Callable[[Draft], None], manager: str = "") -> Record:
        """Change an object as the server itself does: unchecked, with a new version."""
        old = self.read(kind, key)
        draft = shaped(kind, old)
        change(draft)
        return self.store(draft, old, manager)

    # Steps of a write

    def _draft(self, kind: Kind, obj: Object, writer: Writer) -> Draft:
        try:
            draft = shaped(kind, obj)
        except msgspec.ValidationError as error:
            raise _unreadable(kind, writer, _as_go_says(kind, error)) from error
        _be_strict(draft, writer)
        return draft

    def _place(self, draft: Draft, namespace: str) -> None:
        given = draft.metadata.namespace
        if given and given != namespace:
            words = "the namespace of the provided object does not match the namespace sent on the request"
            raise status.bad_request(words)
        draft.metadata.namespace = namespace

    def _admit(self, kind: Kind, namespace: str, name: str) -> None:
        home = self.tables[NAMESPACE.name].get(namespace)
        if home is None:
            raise not_found(NAMESPACE, namespace)
        if b'"deletionTimestamp"' in home.body:
            raise _terminating(kind, namespace, name)

    def _generate_name(self, draft: Draft) -> None:
        if draft.metadata.generateName and not draft.metadata.name:
            draft.metadata.name = f"{draft.metadata.generateName}{self.uids + 1:05x}"

    def _refuse(self, kind: Kind, name: str, causes: list[Cause]) -> None:
        if causes:
            raise status.invalid(kind.name, kind.group, name, causes)

    def _stamp(self, draft: Draft, *, keep: bool = False) -> None:
        metadata = draft.metadata
        if not (keep and metadata.uid):
            self.uids += 1
            metadata.uid = f"{self.uids:08x}-0000-4000-8000-{self.uids:012x}"
        if not (keep and metadata.creationTimestamp):
            metadata.creationTimestamp = self.now()
        if draft.kind.schema:
            metadata.generation = (keep and metadata.generation) or 1
            if not keep and isinstance(draft.content, dict):
                draft.content.pop("status", None)

    def _own_fields(self, draft: Draft, old: Object | None, writer: Writer) -> None:
        api_version = draft.kind.api_version(writer.version)
        entries = fields.updated(draft.kind, old, draft.plain(), writer.manager, api_version, self.now())
        draft.metadata.managedFields = msgspec.convert(entries, list[typed.ManagedFields])

    def _same_version(self, draft: Draft, before: Record, writer: Writer) -> None:
        kind, name, given = draft.kind, draft.metadata.name, draft.metadata.resourceVersion
        if not given and not kind.unconditional and not writer.patching:
            words = "Invalid value: 0: must be specified for an update"
            raise status.invalid(kind.plural, kind.group, name, [Cause("metadata.resourceVersion", words)])
        if given and not given.isdigit():
            raise Refusal(500, "", f"strconv.ParseUint: parsing {schema.quoted(given)}: invalid syntax")
        if given and int(given) != before.version:
            raise conflict(kind, name)

    def _settle(self, draft: Draft, before: Record, old: Object, writer: Writer) -> Record:
        """Store a changed object, or let it go if it was only waiting for its last finalizer."""
        metadata = draft.metadata
        if metadata.deletionTimestamp and not metadata.finalizers and draft.kind is not NAMESPACE:
            self.drop(draft.kind, key_of(metadata.namespace, metadata.name), writer.manager)
            return Record(draft.pack(), before.version, before.uid)
        return self.store(draft, old, writer.manager)

    def _index(self, kind: Kind, key: Key, metadata: typed.ObjectMeta, old: Object | None) -> None:
        before = {each["uid"] for each in (old or {}).get("metadata", {}).get("ownerReferences", ())}
        after = {each.uid for each in metadata.ownerReferences}
        for uid in before - after:
            self.dependents[uid] = self.dependents.get(uid, frozenset()) - {(kind.name, key)}
        for uid in after - before:
            self.dependents[uid] = self.dependents.get(uid, frozenset()) | {(kind.name, key)}

    def _tell(self, kind: Kind, key: Key, old: Object | None, record: Record | None, manager: str) -> None:
        if self.watched:
            self.happened.append(Happened(kind, key, old, kind.unpack(record.body) if record else None, manager))


_KEPT_VIEWS = 64


def shaped(kind: Kind, obj: Object) -> Draft:
    """Read an object into a draft: unknown fields and nulls are dropped.

    Raises:
        msgspec.ValidationError: a value of the wrong type in metadata or in a built-in kind.
    """
    if kind.struct:
        return Draft(kind, kind.shaped(obj))
    assert kind.schema
    content = {key: msgspec.json.decode(msgspec.json.encode(obj[key])) for key in ("spec", "status") if obj.get(key) is not None}
    unknown = schema.prune(kind.schema, content)
    unknown += sorted(obj.keys() - {"apiVersion", "kind", "metadata", "spec", "status"})
    content["metadata"] = convert(obj.get("metadata") or {}, typed.ObjectMeta)
    return Draft(kind, content, unknown)


def _trusted(kind: Kind, obj: Object) -> Draft:
    """Read a custom resource into a draft as it is, unknown fields and all."""
    return Draft(kind, {**obj, "metadata": convert(obj["metadata"], typed.ObjectMeta)})


def _be_strict(draft: Draft, writer: Writer) -> None:
    if writer.strict and draft.unknown:
        words = ", ".join(f'unknown field "{path}"' for path in draft.unknown)
        raise _unreadable(draft.kind, Writer(version=writer.version), f"strict decoding error: {words}")


def _fill_in(draft: Draft, obj: Object, writer: Writer) -> None:
    if isinstance(draft.content, typed.GoObject):
        try:
            defaults.fill_in(draft.content)
        except ValueError as error:
            raise _unreadable(draft.kind, writer, str(error)) from error
        draft.unknown += _missing(obj, draft.plain(), "")
        _be_strict(draft, writer)


_GO_WORDS = {"str": "string", "int": "number", "float": "number", "object": "object", "array": "array", "bool": "bool"}


def _as_go_says(kind: Kind, error: msgspec.ValidationError) -> str:
    """Word a wrong type the way Go's decoder does, as far as it can be told."""
    found = re.match(r"Expected `([^`]+)`, got `(\w+)`(?: - at `\$\.?([^`]*)`)?", str(error))
    if not found:
        return str(error)
    wanted, seen, where = found.groups()
    place = (where or "").replace("[...]", "")
    place = place.removeprefix("metadata.")
    place = f"ObjectMeta.{place}" if place.partition(".")[0] in typed.ObjectMeta.__struct_fields__ else f"{kind.name}.{place}"
    wanted = _GO_WORDS.get(wanted.partition(" ")[0], wanted)
    return f"json: cannot unmarshal {_GO_WORDS.get(seen, seen)} into Go struct field {place} of type {wanted}"


def _repeated(causes: list[Cause]) -> list[Cause]:
    """Return the causes as an update tells them: those about metadata are found, and told, three times."""
    metadata = [cause for cause in causes if cause.field.startswith("metadata.")]
    return metadata * 3 + [cause for cause in causes if cause not in metadata]


def _missing(given: Any, kept: Any, path: str) -> list[str]:
    """Return the paths that were given and not kept: what Go calls an unknown field."""
    if isinstance(given, list) and isinstance(kept, list):
        return [where for index, (one, other) in enumerate(zip(given, kept, strict=False)) for where in _missing(one, other, f"{path}[{index}]")]
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


def _keep_system(draft: Draft, was: Draft, subresource: str) -> None:
    """Put back what a client cannot change."""
    new, old = draft.metadata, was.metadata
    for name in ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"):
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


def _same_name(given: str, name: str) -> None:
    if given != name:
        words = f"the name of the object ({given}) does not match the name on the URL ({name})"
        raise status.bad_request(words)


def _same_uid(draft: Draft, before: Record) -> list[Cause]:
    given = draft.metadata.uid
    wrong = given and given != before.uid
    return [Cause("metadata.uid", f"Invalid value: {schema.quoted(given)}: field is immutable")] if wrong else []


def _finalizers(was: Draft, draft: Draft) -> list[Cause]:
    added = [name for name in draft.metadata.finalizers if name not in was.metadata.finalizers]
    if not was.metadata.deletionTimestamp or not added:
        return []
    names = ", ".join(schema.quoted(name) for name in added)
    words = "no new finalizers can be added if the object is being deleted, found new finalizers"
    return [Cause("metadata.finalizers", f"Forbidden: {words} []string{{{names}}}", "FieldValueForbidden")]


def _unreadable(kind: Kind, writer: Writer, words: str) -> Refusal:
    if writer.patching:
        return status.invalid("", "", "", [Cause("patch", f"Invalid value: {words}")])
    version = writer.version or kind.versions[0]
    return status.bad_request(f'{kind.name} in version "{version}" cannot be handled as a {kind.name}: {words}')


def key_of(namespace: str, name: str) -> Key:
    """Return the key under which an object is kept."""
    return f"{namespace}/{name}" if namespace else name


def name_of(key: Key) -> str:
    """Return the name in a key. RBAC names hold no slash, so the first one ends the namespace."""
    return key.partition("/")[2] or key


def namespace_of(key: Key) -> str:
    """Return the namespace in a key, or nothing."""
    return key.partition("/")[0] if "/" in key else ""


def not_found(kind: Kind, name: str) -> Refusal:
    """Return a 404."""
    details = status.about(kind.plural, kind.group, name)
    return Refusal(404, "NotFound", f'{kind.resource} "{name}" not found', details)


def already_exists(kind: Kind, name: str, *, deleting: bool = False) -> Refusal:
    """Return the 409 of a create."""
    words = f'{"object is being deleted: " if deleting else ""}{kind.resource} "{name}" already exists'
    return Refusal(409, "AlreadyExists", words, status.about(kind.plural, kind.group, name))


def conflict(kind: Kind, name: str) -> Refusal:
    """Return the 409 of a write against an older version."""
    words = "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {words}'
    return Refusal(409, "Conflict", message, status.about(kind.plural, kind.group, name))


def _terminating(kind: Kind, namespace: str, name: str) -> Refusal:
    words = f"unable to create new content in namespace {namespace} because it is being terminated"
    cause = Cause("metadata.namespace", f"namespace {namespace} is being terminated", "NamespaceTerminating")
    details = {**status.about(kind.plural, kind.group, name), "causes": [cause.as_dict()]}
    return Refusal(403, "Forbidden", f'{kind.resource} "{name}" is forbidden: {words}', details)
