"""What we put into a profile's namespace beside its people: a LimitRange, and without Kubeflow a ResourceQuota."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from profiles_management.kubeflow.objects import (
    builders,
    canonical,
    compare,
    merge_patch,
    naming,
    stored_json,
)
from profiles_management.kubeflow.planning.context import ProfileContext, Spec
from profiles_management.kubeflow.state.observed import LimitsSeen, QuotaSeen
from profiles_management.reconcile.plan import Action, Change, FieldDiff, ObjectRef, Phase, Reason

Fields = tuple[FieldDiff, ...]


def quota_changes(ground: ProfileContext) -> Iterator[Change]:
    """Yield what makes a standalone namespace's ResourceQuota that of the document."""
    ref = ObjectRef("ResourceQuota", ground.name, naming.QUOTA)
    seen, wanted = ground.observed.quotas.get(ground.name), ground.wanted.quota
    spec = canonical.resource_quota(wanted or {})
    if seen is None:
        if spec:
            yield _made(ground, ref, spec, compare.quota({}, spec))
    elif spec and not stored_json.fault(stored_json.quota, seen.spec):
        yield from _quota_changed(ground, ref, seen, spec)
    elif not spec and (seen.mark or wanted is not None):
        yield _gone(
            ground, ref, seen.version, compare.quota(_shown(stored_json.quota, seen.spec), {})
        )


def limit_changes(ground: ProfileContext) -> Iterator[Change]:
    """Yield what makes our LimitRange that of the document; one of our name without our mark is not ours."""
    ref = ObjectRef("LimitRange", ground.name, naming.LIMITS)
    seen, wanted = ground.observed.limits.get(ground.name), ground.wanted.limits or {}
    if seen is None:
        if wanted.get("limits"):
            yield _made(ground, ref, wanted, compare.limits({}, wanted))
    elif seen.mark and wanted.get("limits"):
        if stored_json.fault(stored_json.limits, seen.spec):
            return
        there = stored_json.limits(seen.spec)
        differences = compare.limits(there, wanted, spelled=ground.observed.is_text)
        yield from _changed(ground, ref, seen, {"spec": wanted} if differences else {}, differences)
    elif seen.mark:
        yield _gone(
            ground, ref, seen.version, compare.limits(_shown(stored_json.limits, seen.spec), {})
        )


def uncompared(ground: ProfileContext) -> dict[str, str]:
    """Return by part of the document what in the namespace cannot be compared with it, as a sentence."""
    quota, limits = ground.observed.quotas.get(ground.name), ground.observed.limits.get(ground.name)
    compared = {}
    if quota is not None and ground.settings.standalone and ground.wanted.quota:
        compared["resources"] = (
            f"ResourceQuota {naming.QUOTA}",
            stored_json.fault(stored_json.quota, quota.spec),
        )
    if limits is not None and limits.mark and (ground.wanted.limits or {}).get("limits"):
        compared["limitRange"] = (
            f"LimitRange {naming.LIMITS}",
            stored_json.fault(stored_json.limits, limits.spec),
        )
    return {part: f"{what} {why}" for part, (what, why) in compared.items() if why}


def _shown(read: Callable[[bytes], Mapping[str, Any]], spec: bytes) -> Mapping[str, Any]:
    """Return a spec that goes, as a plan shows it."""
    try:
        return read(spec)
    except stored_json.Unreadable:
        return {}


def _quota_changed(
    ground: ProfileContext, ref: ObjectRef, seen: QuotaSeen, wanted: Spec
) -> Iterator[Change]:
    """Scopes cannot be changed in place, so a quota with others takes the place of the old one."""
    there = stored_json.quota(seen.spec)
    differences = compare.quota(there, wanted, spelled=ground.observed.is_text)
    if compare.same_scopes(there, wanted):
        spec = {"spec": merge_patch.replacing(there, wanted)} if differences else {}
        yield from _changed(ground, ref, seen, spec, differences)
    else:
        sent = (
            merge_patch.delete(ref, seen.version),
            merge_patch.create(_body(ground, ref, wanted)),
        )
        yield Change(
            Phase.SHAPE,
            ground.name,
            ref,
            Action.REPLACE,
            Reason.CHANGED,
            fields=differences,
            writes=sent,
        )


def _made(ground: ProfileContext, ref: ObjectRef, spec: Spec, fields: Fields) -> Change:
    made = merge_patch.create(_body(ground, ref, spec), ground.footing.ready)
    return Change(
        ground.phase, ground.name, ref, Action.CREATE, Reason.WANTED, fields=fields, writes=(made,)
    )


def _changed(
    ground: ProfileContext, ref: ObjectRef, seen: QuotaSeen | LimitsSeen, body: Spec, fields: Fields
) -> Iterator[Change]:
    unmarked = seen.mark != ground.settings.instance
    change = {
        **body,
        **({"metadata": {"labels": builders.marks(ground.settings)}} if unmarked else {}),
    }
    if change:
        reason = Reason.CHANGED if fields else Reason.ADOPTED
        sent = (merge_patch.patch(ref, change, seen.version),)
        yield Change(
            ground.phase, ground.name, ref, Action.UPDATE, reason, fields=fields, writes=sent
        )


def _gone(ground: ProfileContext, ref: ObjectRef, version: str, fields: Fields) -> Change:
    sent = (merge_patch.delete(ref, version),)
    return Change(
        ground.phase,
        ground.name,
        ref,
        Action.DELETE,
        Reason.LEFT_DOCUMENT,
        fields=fields,
        writes=sent,
    )


def _body(ground: ProfileContext, ref: ObjectRef, spec: Spec) -> Spec:
    return {
        **builders.named(ref.kind, ref.name, ref.parent, labels=builders.marks(ground.settings)),
        "spec": spec,
    }
