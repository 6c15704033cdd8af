"""Deletion: finalizers, the garbage collector, the end of a namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import status, typed
from .draft import Draft, shaped
from .kinds import NAMESPACE, Kind, Object
from .status import Cause, Refusal, about
from .store import Record

if TYPE_CHECKING:
    from .objects import Objects

POLICIES = ("Foreground", "Background", "Orphan")
FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"
_PERMANENT = ("default", "kube-system", "kube-public")


class Collector:
    """Deletes objects in the store it belongs to."""

    def __init__(self, objects: Objects, *, hold_namespaces: bool = False) -> None:
        self._objects = objects
        self.hold_namespaces = hold_namespaces
        self.waiting: set[tuple[str, str]] = set()  # owners in foreground deletion

    def delete(
        self, kind: Kind, key: str, options: Object | None = None, manager: str = ""
    ) -> Record | None:
        """Delete an object; return its record if it stays (finalizers, a namespace), else None."""
        options = options or {}
        record = self._objects.record(kind, key)
        _check_options(kind, key, record, options)
        draft = self._objects_draft(kind, record)
        added = _policy_finalizers(options)
        if kind is NAMESPACE:
            return self._end_namespace(key, draft, manager)
        if not draft.metadata.finalizers and not added:
            self._objects.drop(kind, key, manager)
            return None
        if not draft.metadata.deletionTimestamp:
            record = self._objects.marked(kind, key, lambda each: self._mark(each, added), manager)
            self._follow_policy(kind, key, added)
        return record

    def finish(self) -> None:
        """Act as the namespace controller: empty and remove the namespaces in deletion."""
        table = self._objects.tables[NAMESPACE.name]
        for name in table.keys():  # noqa: SIM118
            record = table.get(name)
            if record and b'"deletionTimestamp"' in record.body:
                self._empty(name)

    def after_removal(self, kind: Kind, key: str, uid: str) -> None:
        """Collect dependents, and finish owners and namespaces that waited for the object."""
        for name, dependent in sorted(self._objects.dependents.pop(uid, frozenset())):
            self._lose_owner(self._kind(name), dependent, uid)
        for name, owner in sorted(self.waiting):
            self._release(self._kind(name), owner)
        namespace = key.partition("/")[0]
        home = self._objects.tables[NAMESPACE.name].get(namespace) if kind.namespaced else None
        if home and b'"deletionTimestamp"' in home.body and not self.hold_namespaces:
            self._end_if_empty(namespace)

    def check_owners(self, kind: Kind, key: str, metadata: typed.ObjectMeta) -> None:
        """Collect an object all of whose owners do not exist."""
        owners = metadata.ownerReferences
        if owners and not any(self._lives(each, metadata.namespace) for each in owners):
            self.delete(kind, key)

    def _objects_draft(self, kind: Kind, record: Record) -> Draft:
        return shaped(kind, kind.unpack(record.body))

    def _kind(self, name: str) -> Kind:
        return next(kind for kind in self._objects.kinds if kind.name == name)

    def _mark(self, draft: Draft, added: list[str]) -> None:
        metadata = draft.metadata
        metadata.deletionTimestamp = self._objects.now()
        if draft.kind is NAMESPACE:
            draft.content.status.phase = "Terminating"  # type: ignore[union-attr]
            return
        metadata.deletionGracePeriodSeconds = 0
        metadata.finalizers = [
            *metadata.finalizers,
            *(name for name in added if name not in metadata.finalizers),
        ]
        if draft.kind.schema:
            metadata.generation += 1

    def _end_namespace(self, name: str, draft: Draft, manager: str) -> Record:
        if name in _PERMANENT:
            words = f'namespaces "{name}" is forbidden: this namespace may not be deleted'
            raise Refusal(403, "Forbidden", words, about("namespaces", "", name))
        if draft.metadata.deletionTimestamp:
            return self._objects.record(NAMESPACE, name)
        record = self._objects.marked(NAMESPACE, name, lambda each: self._mark(each, []), manager)
        if not self.hold_namespaces:
            self._empty(name)
        return record

    def _empty(self, namespace: str) -> None:
        for kind in self._objects.kinds:
            for key in (
                self._objects.tables[kind.name].keys(f"{namespace}/") if kind.namespaced else ()
            ):
                if self._objects.tables[kind.name].get(key):
                    self.delete(kind, key)
        self._end_if_empty(namespace)

    def _end_if_empty(self, namespace: str) -> None:
        tables = (
            self._objects.tables[kind.name] for kind in self._objects.kinds if kind.namespaced
        )
        present = self._objects.tables[NAMESPACE.name].get(namespace)
        if (
            present
            and b'"finalizers"' in present.body
            and not any(table.keys(f"{namespace}/") for table in tables)
        ):
            own = self._objects.read(NAMESPACE, namespace)["metadata"].get("finalizers")
            if not own:
                self._objects.drop(NAMESPACE, namespace)

    def _follow_policy(self, kind: Kind, key: str, added: list[str]) -> None:
        uid = self._objects.record(kind, key).uid
        dependents = sorted(self._objects.dependents.get(uid, frozenset()))
        for name, dependent in dependents if ORPHAN in added else ():
            self._objects.marked(self._kind(name), dependent, lambda each: _forget_owner(each, uid))
        if ORPHAN in added:
            self._without_finalizer(kind, key, ORPHAN)
        if FOREGROUND in added:
            self.waiting.add((kind.name, key))
            for name, dependent in dependents:
                self.delete(self._kind(name), dependent)
            self._release(kind, key)

    def _release(self, kind: Kind, key: str) -> None:
        """End a foreground deletion once nothing that blocks it is left."""
        record = self._objects.tables[kind.name].get(key)
        if record and not self._objects.dependents.get(record.uid):
            self.waiting.discard((kind.name, key))
            self._without_finalizer(kind, key, FOREGROUND)

    def _without_finalizer(self, kind: Kind, key: str, name: str) -> None:
        draft = self._objects_draft(kind, self._objects.record(kind, key))
        if [each for each in draft.metadata.finalizers if each != name]:
            self._objects.marked(kind, key, lambda each: each.metadata.finalizers.remove(name))
        else:
            self._objects.drop(kind, key)

    def _lose_owner(self, kind: Kind, key: str, uid: str) -> None:
        record = self._objects.tables[kind.name].get(key)
        if record is None:
            return
        metadata = self._objects_draft(kind, record).metadata
        if any(
            self._lives(each, metadata.namespace)
            for each in metadata.ownerReferences
            if each.uid != uid
        ):
            self._objects.marked(kind, key, lambda each: _forget_owner(each, uid))
        else:
            self.delete(kind, key)

    def _lives(self, owner: typed.OwnerReference, namespace: str) -> bool:
        table = self._objects.tables.get(owner.kind)
        found = (table.get(owner.name), table.get(f"{namespace}/{owner.name}")) if table else ()
        return any(record.uid == owner.uid for record in found if record)


def _forget_owner(draft: Draft, uid: str) -> None:
    metadata = draft.metadata
    metadata.ownerReferences = [each for each in metadata.ownerReferences if each.uid != uid]


def _policy_finalizers(options: dict[str, Any]) -> list[str]:
    policy = options.get("propagationPolicy")
    if options.get("orphanDependents") is True or policy == "Orphan":
        return [ORPHAN]
    return [FOREGROUND] if policy == "Foreground" else []


def _check_options(kind: Kind, key: str, record: Record, options: dict[str, Any]) -> None:
    if options.get("kind", "DeleteOptions") != "DeleteOptions":
        version = options.get("apiVersion", "")
        words = f'no kind "{options["kind"]}" is registered for version "{version}"'
        raise status.bad_request(f'{words} in scheme "pkg/runtime/scheme.go:111"')
    policy = options.get("propagationPolicy")
    if policy is not None and policy not in POLICIES:
        known = ", ".join(f'"{each}"' for each in (*POLICIES, "nil"))
        words = f'Unsupported value: "{policy}": supported values: {known}'
        cause = Cause("propagationPolicy", words, "FieldValueNotSupported")
        raise status.invalid("DeleteOptions", "meta.k8s.io", "", [cause])
    wanted = options.get("preconditions") or {}
    _precondition(kind, key, "UID", wanted.get("uid"), record.uid, "deleted and then recreated")
    _precondition(
        kind, key, "ResourceVersion", wanted.get("resourceVersion"), str(record.version), "modified"
    )


def _precondition(
    kind: Kind, key: str, what: str, wanted: str | None, found: str, happened: str
) -> None:
    if wanted is None or wanted == found:
        return
    name = key.partition("/")[2] or key
    if kind is NAMESPACE:
        words = (
            f"Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {found}"
        )
        whose, named = kind.resource, kind.plural
    else:
        words = f"the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). "
        words += f"The object might have been {happened}"
        whose, named = kind.qualified, kind.name
    message = f'Operation cannot be fulfilled on {whose} "{name}": {words}'
    raise Refusal(409, "Conflict", message, about(named, kind.group, name))
