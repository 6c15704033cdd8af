"""A folder of manifests as a target, for GitOps and for tests: one file for each object."""

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightkube.core.resource import api_info

from profiles_management.kubeflow.folder import manifests
from profiles_management.kubeflow.objects.plan_terms import Verb
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import NamespaceSeen, Observed
from profiles_management.pmr import yaml_text
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.plan import Condition, ObjectRef, Person, Write
from profiles_management.reconcile.target_errors import WriteError

if TYPE_CHECKING:
    from profiles_management.kubeflow.target_description import TargetDescription

_ENDINGS = frozenset({".yaml", ".yml", ".json"})
_HIDDEN = methodcaller("startswith", ".")
_LONGEST_NAME = 200
_KUBEFLOW = ("Profile", "RoleBinding", "AuthorizationPolicy", "LimitRange")
_FIRST = ("Namespace", "Profile")  # the other objects need them
_STANDALONE = ("Namespace", "RoleBinding", "AuthorizationPolicy", "ResourceQuota", "LimitRange")


class Directory:
    """A folder with the objects of a cluster. Files that are not ours are read, and stay.

    A folder for Kubeflow has no Namespace and no ResourceQuota: the profile controller creates
    them, so they count as present.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: dict[ObjectRef, list[Path]] = {}
        self._by_namespace: dict[str, dict[ObjectRef, str]] = {}
        self._unreadable: list[Problem] = []

    @property
    def description(self) -> "TargetDescription":
        """The folder."""
        # an event of the charm needs it only for an error
        from profiles_management.kubeflow.target_description import (  # noqa: PLC0415
            TargetDescription,
        )

        return TargetDescription("folder", path=str(self.path))

    def observe(self, settings: Settings) -> Observed:
        """Read every manifest below the folder; a missing folder counts as empty."""
        self._files.clear()
        self._by_namespace = {}
        self._unreadable.clear()
        observer = Observer(settings)
        kinds = _STANDALONE if settings.standalone else _KUBEFLOW
        for path in self._manifests():
            for body in self._objects(path):
                self._place(body, path)
                self._take(body, path, kinds, observer)
        if not settings.standalone:
            _add_namespaces(observer)
        observed = observer.observed(kinds, unreadable=self._unreadable)
        return replace(observed, is_text=True, files=self._by_namespace)

    def send(self, write: Write, *, deadline: float) -> None:  # noqa: ARG002
        """Execute a write. A file is replaced as a whole, so nobody reads a part of it."""
        execute = {
            Verb.CREATE: self._create,
            Verb.PATCH: self._patch,
            Verb.DELETE: self._delete,
        }
        try:
            execute[Verb(write.verb)](write)
        except OSError as error:
            raise WriteError(f"{error.filename or self.path}: {error.strerror or error}") from error

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return all conditions: in a folder nothing has to be waited for."""
        return frozenset(conditions)

    def overdue(
        self,
        awaited: Collection[Condition],  # noqa: ARG002 - as in a cluster
        left: Collection[Condition],  # noqa: ARG002
        seconds: float,  # noqa: ARG002
    ) -> Collection[Problem]:
        """Return nothing: a folder never waits."""
        return ()

    # reading

    def _manifests(self) -> Iterator[Path]:
        """Yield the files of manifests, without hidden files and folders."""
        for path in sorted(self.path.rglob("*")):
            is_hidden = any(map(_HIDDEN, path.relative_to(self.path).parts))
            if path.suffix.lower() in _ENDINGS and not is_hidden and path.is_file():
                yield path

    def _objects(self, path: Path) -> Iterator[dict[str, Any]]:
        try:
            bodies = manifests.documents(path)
        except (manifests.Unreadable, OSError) as error:
            self._cannot_read(path, str(error))
            return
        yield from (body for body in bodies if isinstance(body, dict))

    def _place(self, body: dict[str, Any], path: Path) -> None:
        """Record the namespace of an object of any kind."""
        metadata, kind = body.get("metadata"), str(body.get("kind"))
        if not isinstance(metadata, dict):
            return
        name, namespace = str(metadata.get("name")), str(metadata.get("namespace") or "")
        if kind == "Namespace":
            self._by_namespace.setdefault(name, {})[ObjectRef(kind, "", name)] = str(path)
        elif namespace:
            ref = ObjectRef(kind, namespace, name)
            self._by_namespace.setdefault(namespace, {})[ref] = str(path)

    def _take(
        self, body: dict[str, Any], path: Path, kinds: Collection[str], observer: Observer
    ) -> None:
        """Add an object of an observed kind to the observer."""
        name, version = str(body.get("kind")), str(body.get("apiVersion"))
        if name not in kinds:
            return
        kind = slim_classes.BY_NAME[name]
        if version not in _versions(kind):
            return
        try:
            decoded = manifests.decoded(body, kind)
        except manifests.Unreadable as error:
            self._cannot_read(path, str(error))
            return
        ref = _reference(decoded)
        if ref in self._files:
            self._is_twice(ref, path)
        self._files.setdefault(ref, []).append(path)
        observer.add([decoded])

    def _is_twice(self, ref: ObjectRef, path: Path) -> None:
        """Add a problem; the later file counts, as for `kubectl apply -R`."""
        what = f"{ref} is in {self._files[ref][-1]} and again in {path}"
        self._unreadable.append(
            Problem("twice", what, Where(file=str(path)), "Keep one of them.", names_place=True)
        )

    def _cannot_read(self, path: Path, why: str) -> None:
        what, where = f"this file cannot be read: {why}", Where(file=str(path))
        self._unreadable.append(Problem("unreadable", what, where, "Correct or remove it."))

    # writing

    def _create(self, write: Write) -> None:
        path = self._new_path(write.target)
        if path.exists():
            raise WriteError(f"{path} exists and has other content. Move it away.", conflict=False)
        self._store(path, json.loads(write.body))
        self._files[write.target] = [path]

    def _patch(self, write: Write) -> None:
        path = self._files.get(write.target, [self._new_path(write.target)])[-1]
        change = json.loads(write.body)
        for guard in ("resourceVersion", "uid"):
            change.get("metadata", {}).pop(guard, None)
        self._store(path, merged(self._only_object(path), change))

    def _delete(self, write: Write) -> None:
        """Remove each file of the object; a file with other objects is an error."""
        for path in filter(Path.exists, self._files.get(write.target, ())):
            self._stay_inside(path)
            self._only_object(path)
            path.unlink()
            self._remove_empty(path.parent)
        self._files.pop(write.target, None)

    def _remove_empty(self, folder: Path) -> None:
        if folder != self.path:
            with suppress(OSError):  # it is not empty
                folder.rmdir()

    def _only_object(self, path: Path) -> Any:  # noqa: ANN401 - any YAML
        try:
            bodies = manifests.documents(path)
        except manifests.Unreadable as error:
            raise WriteError(f"{path} cannot be read: {error}. Correct or remove it.") from error
        if len(bodies) != 1:
            raise WriteError(f"{path} has {len(bodies)} objects. Give each a file of its own.")
        return bodies[0]

    def _new_path(self, target: ObjectRef) -> Path:
        name = target.name
        if len(name) > _LONGEST_NAME:
            name = f"{name[: _LONGEST_NAME - 21]}-{hashlib.sha256(name.encode()).hexdigest()[:20]}"
        file = f"{target.kind.lower()}-{name}.yaml"
        if target.kind in _FIRST:  # `kubectl apply -R` sends files in the order of their names
            file = f"0-{file}"
        return self.path / (target.parent or target.name) / file

    def _stay_inside(self, path: Path) -> None:
        """Refuse a path that a link or a name leads outside of the folder."""
        for folder in path.parents:
            if folder == self.path:
                break
            if folder.is_symlink():
                what = f"{folder} is a link to elsewhere and is not followed."
                raise WriteError(f"{what} Put a folder in its place.")
        if not path.parent.resolve().is_relative_to(self.path.resolve()):
            raise WriteError(f"{path} is outside of {self.path} and is not written.")

    def _store(self, path: Path, body: dict[str, Any]) -> None:
        self._stay_inside(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml_text.dump(body)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:  # also Ctrl-C
            Path(name).unlink(missing_ok=True)
            raise


def merged(body: Any, change: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a body after a merge patch. Source: RFC 7386."""
    if not isinstance(change, dict):
        return change
    kept: dict[str, Any] = {}
    if isinstance(body, dict):
        kept.update(body)
    for key, value in change.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept


def _versions(kind: type[Any]) -> frozenset[str]:
    """Return the API versions of a kind that are read."""
    group = api_info(kind).resource.group
    versions = ("v1", "v1beta1")
    return frozenset("/".join(filter(None, (group, version))) for version in versions)


def _reference(decoded: Any) -> ObjectRef:  # noqa: ANN401 - a slim class
    kind, metadata = type(decoded), decoded.metadata
    if not slim_classes.is_namespaced(kind):
        return ObjectRef(kind.__name__, "", metadata.name)
    return ObjectRef(kind.__name__, metadata.namespace, metadata.name)


def _add_namespaces(observer: Observer) -> None:
    """Add the namespaces that the profile controller creates for the Profiles."""
    for name, profile in observer.profiles.items():
        observer.namespaces[name] = _namespace_of(name, profile.owner)


def _namespace_of(name: str, owner: Person | None) -> NamespaceSeen:
    return NamespaceSeen(
        name=name,
        version="",
        owner=owner.name if owner is not None else "",
        labels={},
        annotations={},
        owned_by=name,
        mark="",
        source="",
        deleting=False,
    )
