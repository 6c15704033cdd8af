"""The LimitRange of a profile's namespace, and in standalone mode the ResourceQuota. Pure."""

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
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    ObjectRef,
    Phase,
    Reason,
    Write,
)

Fields = tuple[FieldDiff, ...]


def quota_changes(context: ProfileContext) -> Iterator[Change]:
    """Yield what makes a standalone namespace's ResourceQuota that of the document."""
    existing, wanted = context.observed.quotas.get(context.name), context.wanted.quota
    change = _Object(context, ObjectRef("ResourceQuota", context.name, naming.QUOTA))
    spec = canonical.resource_quota(wanted or {})
    if existing is None:
        if spec:
            yield change.created(spec, compare.quota({}, spec))
    elif spec:
        if not stored_json.fault(stored_json.quota, existing.spec):
            yield from _quota_changed(change, existing, spec)
    elif existing.mark or wanted is not None:
        shown = _shown(stored_json.quota, existing.spec)
        yield change.deleted(existing.version, compare.quota(shown, {}))


def limit_changes(context: ProfileContext) -> Iterator[Change]:
    """Yield what makes our LimitRange that of the document.

    One of our name without our mark is not ours.
    """
    existing, wanted = context.observed.limits.get(context.name), context.wanted.limits
    change = _Object(context, ObjectRef("LimitRange", context.name, naming.LIMITS))
    if existing is None:
        if wanted.get("limits"):
            yield change.created(wanted, compare.limits({}, wanted))
    elif not existing.mark:
        return
    elif wanted.get("limits"):
        if not stored_json.fault(stored_json.limits, existing.spec):
            yield from _limits_changed(change, existing, wanted)
    else:
        shown = _shown(stored_json.limits, existing.spec)
        yield change.deleted(existing.version, compare.limits(shown, {}))


def uncompared(context: ProfileContext) -> dict[str, str]:
    """Return by part of the document why the namespace cannot be compared with it."""
    faults = {"resources": _quota_fault(context), "limitRange": _limits_fault(context)}
    return {part: fault for part, fault in faults.items() if fault}


def _quota_fault(context: ProfileContext) -> str:
    quota = context.observed.quotas.get(context.name)
    if quota is None or not context.wanted.quota:
        return ""
    if not context.settings.standalone:
        return ""  # the Profile has it
    return _fault(f"ResourceQuota {naming.QUOTA}", stored_json.fault(stored_json.quota, quota.spec))


def _limits_fault(context: ProfileContext) -> str:
    limits, wanted = context.observed.limits.get(context.name), context.wanted.limits
    if limits is None or not limits.mark:
        return ""
    if not wanted.get("limits"):
        return ""
    return _fault(f"LimitRange {naming.LIMITS}", stored_json.fault(stored_json.limits, limits.spec))


def _fault(what: str, why: str) -> str:
    return f"{what} {why}" if why else ""


def _shown(read: Callable[[bytes], Mapping[str, Any]], spec: bytes) -> Mapping[str, Any]:
    """Return the spec of an object that is deleted, as a plan shows it."""
    try:
        return read(spec)
    except stored_json.Unreadable:
        return {}


def _quota_changed(change: "_Object", existing: QuotaSeen, wanted: Spec) -> Iterator[Change]:
    """Yield the change of a ResourceQuota.

    One with other scopes is replaced, because they cannot be changed.
    """
    spec = stored_json.quota(existing.spec)
    differences = compare.quota(spec, wanted, spelled=change.context.observed.is_text)
    if compare.same_scopes(spec, wanted):
        yield from change.patched(existing, merge_patch.replacing(spec, wanted), differences)
    else:
        yield change.replaced(existing.version, wanted, differences)


def _limits_changed(change: "_Object", existing: LimitsSeen, wanted: Spec) -> Iterator[Change]:
    spec = stored_json.limits(existing.spec)
    differences = compare.limits(spec, wanted, spelled=change.context.observed.is_text)
    yield from change.patched(existing, wanted, differences)


class _Object:
    """The changes of one ResourceQuota or LimitRange."""

    def __init__(self, context: ProfileContext, ref: ObjectRef) -> None:
        self.context = context
        self.ref = ref

    def created(self, spec: Spec, fields: Fields) -> Change:
        creation = merge_patch.create(self._body(spec), self.context.state.ready)
        return self._change(self.context.phase, Action.CREATE, Reason.WANTED, fields, creation)

    def replaced(self, version: str, spec: Spec, fields: Fields) -> Change:
        deletion = merge_patch.delete(self.ref, version)
        creation = merge_patch.create(self._body(spec))
        return self._change(Phase.SHAPE, Action.REPLACE, Reason.CHANGED, fields, deletion, creation)

    def patched(
        self, existing: QuotaSeen | LimitsSeen, spec: Spec, fields: Fields
    ) -> Iterator[Change]:
        """Yield the patch of an object that differs from the document or lacks our mark."""
        patch: Spec = {"spec": spec} if fields else {}
        if existing.mark != self.context.settings.instance:
            patch["metadata"] = {"labels": builders.marks(self.context.settings)}
        if patch:
            reason = Reason.CHANGED if fields else Reason.ADOPTED
            write = merge_patch.patch(self.ref, patch, existing.version)
            yield self._change(self.context.phase, Action.UPDATE, reason, fields, write)

    def deleted(self, version: str, fields: Fields) -> Change:
        write = merge_patch.delete(self.ref, version)
        return self._change(self.context.phase, Action.DELETE, Reason.LEFT_DOCUMENT, fields, write)

    def _change(
        self, phase: Phase, action: Action, reason: Reason, fields: Fields, *writes: Write
    ) -> Change:
        name = self.context.name
        return Change(phase, name, self.ref, action, reason, fields=fields, writes=writes)

    def _body(self, spec: Spec) -> Spec:
        labels = builders.marks(self.context.settings)
        head = builders.named(self.ref.kind, self.ref.name, self.ref.parent, labels=labels)
        return {**head, "spec": spec}
