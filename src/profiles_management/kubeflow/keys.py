"""Labels and annotations of a profile's namespace; which of them are ours stands in an annotation beside them."""

import json
from collections.abc import Iterable, Iterator, Mapping

from profiles_management.kubeflow import names, objects, writes
from profiles_management.kubeflow.observed import NamespaceSeen
from profiles_management.kubeflow.wanted import Ground, Spec, Wanted, moved
from profiles_management.pmr.rules import Rules
from profiles_management.reconcile.plan import Action, Change, FieldDiff, ObjectRef, Reason


def record(wanted: Wanted) -> str:
    """Return the value of the annotation that remembers which keys are ours, '' for none."""
    kept = {"annotations": sorted(wanted.annotations), "labels": sorted(wanted.labels)}
    return json.dumps({key: value for key, value in kept.items() if value}) if any(kept.values()) else ""


def changes(ground: Ground) -> Iterator[Change]:
    """Yield what gives a namespace the document's labels and annotations, and takes back those that it had set."""
    seen = ground.footing.namespace
    if not ground.holds("Namespace") or (seen is None and ground.settings.standalone):
        return  # a standalone namespace is made with its keys
    metadata, fields = _difference(ground, seen)
    if not metadata:
        return
    version = seen.version if seen is not None and not ground.footing.annotate else ""
    ref = ObjectRef("Namespace", "", ground.name)
    uid = seen.uid if seen is not None else ""
    change = writes.patch(ref, {"metadata": metadata}, version, after=ground.footing.ready, uid=uid)
    reason = _reason(fields)
    yield Change(ground.phase, ground.name, ref, Action.UPDATE, reason, fields=tuple(fields), writes=(change,))


def _reason(fields: Iterable[FieldDiff]) -> Reason:
    paths = {field.path for field in fields}
    if paths <= {"managed by"}:
        return Reason.ADOPTED
    return Reason.MOVED if paths == {"source"} else Reason.CHANGED


def _difference(ground: Ground, seen: NamespaceSeen | None) -> tuple[Spec, list[FieldDiff]]:
    there = {"labels": seen.labels, "annotations": seen.annotations} if seen is not None else {}
    known = there.get("annotations", {}).get(names.KEYS, "")
    ours, wanted = (
        recorded(known, ground.settings.rules),
        {"labels": ground.wanted.labels, "annotations": ground.wanted.annotations},
    )
    metadata: Spec = {}
    fields: list[FieldDiff] = []
    for part, values in wanted.items():
        has = there.get(part, {})
        changed: dict[str, str | None] = {key: value for key, value in values.items() if has.get(key) != value}
        changed |= {key: None for key in ours.get(part, ()) if key in has and key not in values}
        fields += [FieldDiff(f"{part}.{key}", has.get(key), value) for key, value in sorted(changed.items())]
        if changed:
            metadata[part] = changed
    if (keys := record(ground.wanted)) != known:
        metadata.setdefault("annotations", {})[names.KEYS] = keys or None
    if ground.settings.standalone:
        if ground.footing.mark and seen is not None:
            fields.append(FieldDiff("managed by", seen.mark or None, ground.settings.instance))
            metadata.setdefault("labels", {}).update(objects.marks(ground.settings))
        if seen is not None and (found := moved(ground, seen)):
            metadata.setdefault("annotations", {})[names.SOURCE] = ground.wanted.source or None
            fields += found
    return metadata, fields


def recorded(text: str, allowed: Rules) -> Mapping[str, list[str]]:
    """Return which keys a namespace's record names, by `labels` and `annotations`.

    Args:
        text: the value of the annotation `names.KEYS`; one that somebody broke records nothing.
        allowed: what a document may set as a label or annotation. A recorded key that it may not set is ignored, so
            nobody gets our marks or another program's keys removed by writing them into the record. A key of our
            domain that is not a mark counts: a field of the document wrote it (`names.is_field`).
    """
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        part: [key for key in keys if isinstance(key, str) and (allowed.allows(key) or names.is_field(key))]
        for part, keys in found.items()
        if isinstance(keys, list)
    }
