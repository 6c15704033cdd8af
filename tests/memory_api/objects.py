"""The objects of the server: admission, defaults, validation, versions, deletion."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from . import collection, defaults, fields, schema, status, typed, validation
from .draft import (
    Draft,
    Key,
    Writer,
    fill_in,
    keep_system,
    key_of,
    late_finalizers,
    name_of,
    namespace_of,
    other_uid,
    read,
    refuse_other_name,
    repeated,
    shaped,
    trusted,
)
from .kinds import NAMESPACE, Kind, Object
from .refusals import already_exists, conflict, not_found, terminating
from .status import Cause, Refusal
from .store import Record, Table, View

_KEPT_VIEWS = 64


class Happened(NamedTuple):
    """An event for watches: `new` is None for a deletion, `old` is None for a creation."""

    kind: Kind
    key: Key
    old: Object | None
    new: Object | None
    manager: str


class Objects:
    """The state of the server. Not safe for threads by itself: its owner holds a lock."""

    def __init__(
        self, kinds: Iterable[Kind], clock: Callable[[], datetime], *, hold_namespaces: bool = False
    ) -> None:
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
        """Return a copy of the state. Cheap: both share tables until one of them writes."""
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
        """Return a view of a kind for a new list, and keep it for the later pages."""
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

    def create(
        self, kind: Kind, namespace: str, obj: Object, writer: Writer
    ) -> tuple[Record, list[str]]:
        """Store a new object; return its record and the paths of unknown, dropped fields."""
        draft = read(kind, obj, writer)
        self._place(draft, namespace)
        if draft.metadata.resourceVersion:
            raise Refusal(500, "", "resourceVersion should not be set on objects to be created")
        if kind.namespaced:
            self._admit(kind, namespace, draft.metadata.name)
        self._generate_name(draft)
        fill_in(draft, obj, writer)
        self._refuse(kind, draft.metadata.name, validation.check(kind, draft.content))
        key = key_of(namespace, draft.metadata.name)
        if existing := self.tables[kind.name].get(key):
            raise already_exists(
                kind, draft.metadata.name, deleting=b'"deletionTimestamp"' in existing.body
            )
        self._stamp(draft)
        if not writer.applying:
            self._own_fields(draft, None, writer)
        record = self.store(draft, None, writer.manager)
        self.garbage.check_owners(kind, key, draft.metadata)
        return record, draft.unknown

    def update(self, kind: Kind, key: Key, obj: Object, writer: Writer) -> tuple[Record, list[str]]:
        """Replace an object; an unchanged one keeps its version."""
        before = self.record(kind, key)
        old = kind.unpack(before.body)
        draft = read(kind, obj, writer)
        self._place(draft, namespace_of(key))
        refuse_other_name(draft.metadata.name, name_of(key))
        self._same_version(draft, before, writer)
        fill_in(draft, obj, writer)
        was = shaped(kind, old)
        causes = [
            *other_uid(draft, before),
            *late_finalizers(was, draft),
        ] * 2  # the server reports them twice
        keep_system(draft, was, writer.subresource)
        causes += repeated(kind, validation.check(kind, draft.content))
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
        """Remove an object, then the objects that depend on it."""
        record = self.record(kind, key)
        old = (
            kind.unpack(record.body)
            if self.watched or b'"ownerReferences"' in record.body
            else None
        )
        self.version += 1
        self.tables[kind.name].remove(key)
        if old:
            self._index(kind, key, typed.ObjectMeta(), old)
        self._tell(kind, key, old, None, manager)
        self.garbage.after_removal(kind, key, record.uid)

    def put(self, kind: Kind, obj: Object) -> Record:
        """Store an object without checks, new or in place of one with the same name."""
        draft = shaped(kind, obj) if kind.struct else trusted(kind, obj)
        if isinstance(draft.content, typed.GoObject):
            defaults.fill_in(draft.content)
        key = key_of(draft.metadata.namespace, draft.metadata.name)
        existing = self.tables[kind.name].get(key)
        if existing and not draft.metadata.uid:
            draft.metadata.uid = existing.uid
        self._stamp(draft, keep=True)
        return self.store(draft, kind.unpack(existing.body) if existing else None, "put")

    def marked(
        self, kind: Kind, key: Key, change: Callable[[Draft], None], manager: str = ""
    ) -> Record:
        """Change an object as the server itself does: unchecked, with a new version."""
        old = self.read(kind, key)
        draft = shaped(kind, old)
        change(draft)
        return self.store(draft, old, manager)

    # Steps of a write

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
            raise terminating(kind, namespace, name)

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
        entries = fields.updated(
            draft.kind, old, draft.plain(), writer.manager, api_version, self.now()
        )
        draft.metadata.managedFields = msgspec.convert(entries, list[typed.ManagedFields])

    def _same_version(self, draft: Draft, before: Record, writer: Writer) -> None:
        kind, name, given = draft.kind, draft.metadata.name, draft.metadata.resourceVersion
        if not given and not kind.unconditional and not writer.patching:
            words = "Invalid value: 0: must be specified for an update"
            raise status.invalid(
                kind.plural, kind.group, name, [Cause("metadata.resourceVersion", words)]
            )
        if given and not given.isdigit():
            raise Refusal(
                500, "", f"strconv.ParseUint: parsing {schema.quoted(given)}: invalid syntax"
            )
        if given and int(given) != before.version:
            raise conflict(kind, name)

    def _settle(self, draft: Draft, before: Record, old: Object, writer: Writer) -> Record:
        """Store a changed object, or remove it if its last finalizer is gone."""
        metadata = draft.metadata
        if metadata.deletionTimestamp and not metadata.finalizers and draft.kind is not NAMESPACE:
            self.drop(draft.kind, key_of(metadata.namespace, metadata.name), writer.manager)
            return Record(draft.pack(), before.version, before.uid)
        return self.store(draft, old, writer.manager)

    def _index(self, kind: Kind, key: Key, metadata: typed.ObjectMeta, old: Object | None) -> None:
        before = {
            each["uid"] for each in (old or {}).get("metadata", {}).get("ownerReferences", ())
        }
        after = {each.uid for each in metadata.ownerReferences}
        for uid in before - after:
            self.dependents[uid] = self.dependents.get(uid, frozenset()) - {(kind.name, key)}
        for uid in after - before:
            self.dependents[uid] = self.dependents.get(uid, frozenset()) | {(kind.name, key)}

    def _tell(
        self, kind: Kind, key: Key, old: Object | None, record: Record | None, manager: str
    ) -> None:
        if self.watched:
            self.happened.append(
                Happened(kind, key, old, kind.unpack(record.body) if record else None, manager)
            )
