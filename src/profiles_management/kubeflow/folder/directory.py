"""A folder of manifests as a target: one folder a profile, one file an object, for GitOps and for trying things out."""

import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
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
from profiles_management.reconcile.plan import Condition, ObjectRef, Write
from profiles_management.reconcile.target_errors import WriteError

if TYPE_CHECKING:
    from profiles_management.kubeflow.target_description import TargetDescription

_ENDINGS = frozenset({".yaml", ".yml", ".json"})
_LONGEST_NAME = 200
_KUBEFLOW = ("Profile", "RoleBinding", "AuthorizationPolicy", "LimitRange")
_FIRST = ("Namespace", "Profile")  # what the others go into
_STANDALONE = ("Namespace", "RoleBinding", "AuthorizationPolicy", "ResourceQuota", "LimitRange")


class Directory:
    """A folder that holds what a cluster should hold. Files that are not ours are read where they matter, and stay.

    In a folder for Kubeflow there is no Namespace and no ResourceQuota: the profile controller
    makes them, so they count as present.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._files: dict[ObjectRef, list[Path]] = {}
        self._by_namespace: dict[str, dict[ObjectRef, str]] = {}
        self._unreadable: list[Problem] = []

    @property
    def description(self) -> "TargetDescription":
        """Which folder it is."""
        from profiles_management.kubeflow.target_description import TargetDescription  # noqa: PLC0415 - see Target

        return TargetDescription("folder", path=str(self.path))

    def observe(self, settings: Settings) -> Observed:
        """Read every manifest below the folder; a folder that is not there is an empty one."""
        self._files.clear()
        self._by_namespace = {}
        self._unreadable.clear()
        part = Observer(settings)
        holds = _STANDALONE if settings.standalone else _KUBEFLOW
        for path in self._manifests():
            for body in self._objects(path):
                self._place(body, path)
                self._take(body, path, holds, part)
        if not settings.standalone:
            part.namespaces.update(
                (name, _made_for(one.owner, name)) for name, one in part.profiles.items()
            )
        seen = part.observed(holds, unreadable=self._unreadable)
        return replace(seen, is_text=True, files=self._by_namespace)

    def send(self, write: Write, *, deadline: float) -> None:  # noqa: ARG002 - a folder answers at once
        """Carry a write out: a file is replaced as a whole, so nobody ever reads half of one."""
        try:
            if write.verb is Verb.DELETE:
                self._delete(write)
            elif write.verb is Verb.CREATE:
                self._create(write)
            else:
                self._patch(write)
        except OSError as error:
            raise WriteError(f"{error.filename or self.path}: {error.strerror or error}") from error

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return all of them: what others do in a cluster is not waited for in a folder."""
        return frozenset(conditions)

    def overdue(
        self,
        awaited: Collection[Condition],  # noqa: ARG002 - as in a cluster
        left: Collection[Condition],  # noqa: ARG002
        seconds: float,  # noqa: ARG002
    ) -> Collection[Problem]:
        """Return nothing: a folder waits for nobody."""
        return ()

    # reading

    def _manifests(self) -> Iterator[Path]:
        for path in sorted(self.path.rglob("*")):
            inside = path.relative_to(self.path).parts
            if (
                path.suffix.lower() in _ENDINGS
                and path.is_file()
                and not any(one.startswith(".") for one in inside)
            ):
                yield path

    def _objects(self, path: Path) -> Iterator[dict[str, Any]]:
        try:
            found = manifests.documents(path)
        except (manifests.Unreadable, OSError) as error:
            self._cannot_read(path, str(error))
            return
        for one in found:
            if isinstance(one, dict):
                yield one

    def _place(self, body: dict[str, Any], path: Path) -> None:
        """Record which namespace an object of any kind belongs to."""
        metadata, kind = body.get("metadata"), str(body.get("kind"))
        if not isinstance(metadata, dict):
            return
        name, namespace = str(metadata.get("name")), str(metadata.get("namespace") or "")
        space = name if kind == "Namespace" else namespace
        if space:
            ref = ObjectRef(kind, "" if kind == "Namespace" else namespace, name)
            self._by_namespace.setdefault(space, {})[ref] = str(path)

    def _take(
        self, body: dict[str, Any], path: Path, holds: Collection[str], part: Observer
    ) -> None:
        kind = slim_classes.BY_NAME.get(str(body.get("kind")))
        if (
            kind is None
            or kind.__name__ not in holds
            or str(body.get("apiVersion")) not in _versions(kind)
        ):
            return
        try:
            one = manifests.decoded(body, kind)
        except manifests.Unreadable as error:
            self._cannot_read(path, str(error))
            return
        ref = ObjectRef(
            kind.__name__,
            one.metadata.namespace if slim_classes.is_namespaced(kind) else "",
            one.metadata.name,
        )
        if ref in self._files:
            self._is_twice(ref, path)
        self._files.setdefault(ref, []).append(path)
        part.add([one])

    def _is_twice(self, ref: ObjectRef, path: Path) -> None:
        """Tell it; the later file counts, as it does to `kubectl apply -R`."""
        what = f"{ref} is in {self._files[ref][-1]} and again in {path}"
        self._unreadable.append(Problem("twice", what, Where(file=str(path)), "Keep one of them."))

    def _cannot_read(self, path: Path, why: str) -> None:
        where = Where(file=str(path))
        self._unreadable.append(
            Problem("unreadable", f"this file cannot be read: {why}", where, "Mend or remove it.")
        )

    # writing

    def _create(self, write: Write) -> None:
        path = self._new_path(write.target)
        if path.exists():
            raise WriteError(
                f"{path} is there and holds something else. Move it away.", conflict=False
            )
        self._store(path, json.loads(write.body))
        self._files[write.target] = [path]

    def _patch(self, write: Write) -> None:
        paths = self._files.get(write.target)
        path = paths[-1] if paths else self._new_path(write.target)
        change = json.loads(write.body)
        for guard in ("resourceVersion", "uid"):
            change.get("metadata", {}).pop(guard, None)
        self._store(path, merged(self._only_object(path), change))

    def _delete(self, write: Write) -> None:
        """Remove each file that holds the object, unless it holds something else too."""
        for path in [one for one in self._files.get(write.target, ()) if one.exists()]:
            self._stay_inside(path)
            self._only_object(path)
            path.unlink()
            self._remove_empty(path.parent)
        self._files.pop(write.target, None)

    def _remove_empty(self, folder: Path) -> None:
        if folder != self.path:
            with suppress(OSError):  # something else is in it
                folder.rmdir()

    def _only_object(self, path: Path) -> Any:  # noqa: ANN401 - any YAML
        try:
            bodies = manifests.documents(path)
        except manifests.Unreadable as error:
            raise WriteError(f"{path} cannot be read: {error}. Mend or remove it.") from error
        if len(bodies) != 1:
            raise WriteError(f"{path} holds {len(bodies)} objects. Give each a file of its own.")
        return bodies[0]

    def _new_path(self, target: ObjectRef) -> Path:
        name = target.name
        if len(name) > _LONGEST_NAME:
            name = f"{name[: _LONGEST_NAME - 21]}-{hashlib.sha256(name.encode()).hexdigest()[:20]}"
        # `kubectl apply -R` sends files in the order of their names
        first = "0-" if target.kind in _FIRST else ""
        return (
            self.path / (target.parent or target.name) / f"{first}{target.kind.lower()}-{name}.yaml"
        )

    def _stay_inside(self, path: Path) -> None:
        """Refuse a place that a link or a name leads to outside of the folder."""
        below = (one for one in path.parents if one != self.path and one.is_relative_to(self.path))
        if link := next((one for one in below if one.is_symlink()), None):
            raise WriteError(
                f"{link} is a link to elsewhere and is not followed. Put a folder in its place."
            )
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
        except BaseException:  # Ctrl-C too leaves no half a file behind
            Path(name).unlink(missing_ok=True)
            raise


def merged(body: Any, change: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a body with a merge patch laid over it. Source: RFC 7386."""
    if not isinstance(change, dict):
        return change
    kept = dict(body) if isinstance(body, dict) else {}
    for key, value in change.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merged(kept.get(key), value)
    return kept


def _versions(kind: type[Any]) -> frozenset[str]:
    group = api_info(kind).resource.group
    return frozenset(f"{group}/{version}" if group else version for version in ("v1", "v1beta1"))


def _made_for(owner: Any, name: str) -> NamespaceSeen:  # noqa: ANN401 - a Person or None
    return NamespaceSeen(
        name=name,
        version="",
        owner=owner.name if owner else "",
        labels={},
        annotations={},
        owned_by=name,
        mark="",
        source="",
        deleting=False,
    )
