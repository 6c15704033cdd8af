"""Labels and annotations of a profile's namespace; which of them are ours stands in an annotation beside them."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from profiles_management.kubeflow.objects import builders, merge_patch, naming
from profiles_management.kubeflow.planning.context import ProfileContext, Spec, Wanted, moved
from profiles_management.kubeflow.state import recorded_keys
from profiles_management.kubeflow.state.observed import NamespaceSeen
from profiles_management.reconcile.plan import Action, Change, FieldDiff, ObjectRef, Reason

Keys = Mapping[str, str]


def changes(ground: ProfileContext) -> Iterator[Change]:
    """Yield what gives a namespace the document's labels and annotations, and takes back those that it had set."""
    seen = ground.footing.namespace
    if not ground.holds("Namespace") or (seen is None and ground.settings.standalone):
        return  # a standalone namespace is made with its keys
    metadata, fields = _difference(ground, seen)
    if not metadata:
        return
    version = seen.version if seen is not None and not ground.footing.needs_annotation else ""
    ref = ObjectRef("Namespace", "", ground.name)
    uid = seen.uid if seen is not None else ""
    change = merge_patch.patch(
        ref, {"metadata": metadata}, version, after=ground.footing.ready, uid=uid
    )
    reason = _reason(fields)
    yield Change(
        ground.phase,
        ground.name,
        ref,
        Action.UPDATE,
        reason,
        fields=tuple(fields),
        writes=(change,),
    )


def _reason(fields: Iterable[FieldDiff]) -> Reason:
    paths = {field.path for field in fields}
    if paths <= {"managed by"}:
        return Reason.ADOPTED
    return Reason.MOVED if paths == {"source"} else Reason.CHANGED


def _difference(ground: ProfileContext, seen: NamespaceSeen | None) -> tuple[Spec, list[FieldDiff]]:
    """Return the metadata of the patch, and the fields that it changes."""
    known = seen.annotations.get(naming.KEYS, "") if seen is not None else ""
    ours = recorded_keys.recorded(known, ground.settings.rules)
    metadata: Spec = {}
    fields: list[FieldDiff] = []
    for part, has, wanted in _parts(ground.wanted, seen):
        if changed := _changed(has, wanted, ours.get(part, ())):
            metadata[part] = changed
            fields += [
                FieldDiff(f"{part}.{key}", has.get(key), value)
                for key, value in sorted(changed.items())
            ]
    if (keys := recorded_keys.record(ground.wanted.labels, ground.wanted.annotations)) != known:
        metadata.setdefault("annotations", {})[naming.KEYS] = keys or None
    if ground.settings.standalone and seen is not None:
        fields += _marked(metadata, ground, seen)
    return metadata, fields


def _parts(wanted: Wanted, seen: NamespaceSeen | None) -> Iterator[tuple[str, Keys, Keys]]:
    """Yield labels and annotations, each as the namespace has them and as the document does."""
    yield "labels", seen.labels if seen is not None else {}, wanted.labels
    yield "annotations", seen.annotations if seen is not None else {}, wanted.annotations


def _changed(has: Keys, wanted: Keys, ours: Collection[str]) -> dict[str, str | None]:
    """Return the keys to set, and with None those to remove: they were set by us, and are not wanted any more."""
    changed: dict[str, str | None] = {
        key: value for key, value in wanted.items() if has.get(key) != value
    }
    return changed | {key: None for key in ours if key in has and key not in wanted}


def _marked(metadata: Spec, ground: ProfileContext, seen: NamespaceSeen) -> Iterator[FieldDiff]:
    """Add the marks of a profile, which are on its namespace where there are no Profiles; yield what differs."""
    if ground.footing.needs_mark:
        metadata.setdefault("labels", {}).update(builders.marks(ground.settings))
        yield FieldDiff("managed by", seen.mark or None, ground.settings.instance)
    for field in moved(ground, seen):
        metadata.setdefault("annotations", {})[naming.SOURCE] = ground.wanted.source or None
        yield field
