"""How much, and how: everything about a profile that is not access; quota and plugins stand in the Profile."""

from collections.abc import Iterator

from profiles_management.kubeflow import compare, contents, keys, names, objects, writes
from profiles_management.kubeflow.observed import ProfileSeen
from profiles_management.kubeflow.ownership import refusal
from profiles_management.kubeflow.wanted import Ground, Spec, moved
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    FieldDiff,
    ObjectRef,
    Phase,
    Reason,
    State,
    Write,
)


def changes(ground: Ground) -> Iterator[Change]:
    """Yield the changes of marks, quota and plugins, of the LimitRange and of the namespace's keys."""
    if ground.settings.standalone:
        yield from contents.quota_changes(ground)
    elif ground.footing.profile is not None:
        yield from _Spec(ground, ground.footing.profile).changes()
    yield from contents.limit_changes(ground)
    yield from keys.changes(ground)


def warnings(ground: Ground) -> Iterator[Problem]:
    """Yield what the document wants and the target cannot hold."""
    if not ground.holds("Namespace") and (ground.wanted.labels or ground.wanted.annotations):
        yield refusal(
            ground.name,
            "not-expressible",
            "labels and annotations of a namespace cannot be written to a folder",
            "Apply the document to the cluster, where the namespace is.",
        )
    seen = ground.observed.limits.get(ground.name)
    if seen is not None and not seen.mark and ground.wanted.limits:
        yield refusal(
            ground.name,
            "foreign-limit-range",
            f"LimitRange {names.LIMITS} exists and is not ours",
            "Rename or delete it, and the document's limitRange is applied.",
        )


def record(sets: frozenset[str]) -> str:
    """Return the value of the annotation that remembers which fields of a Profile's spec a document set."""
    return ",".join(sorted(sets))


class _Spec:
    """Plans what one Profile carries: our marks, the quota, the plugins."""

    def __init__(self, ground: Ground, seen: ProfileSeen) -> None:
        self.ground = ground
        self.seen = seen
        self.ref = ObjectRef("Profile", "", ground.name)
        self.stored = ground.observed.quotas.get(ground.name)
        self.quota, self.quota_fields = self._quota()
        self.plugins, self.plugin_fields = self._plugins()

    def changes(self) -> Iterator[Change]:
        sent = tuple(self._writes())
        if sent:
            fields = (*self._mark_fields(), *moved(self.ground, self.seen), *self.quota_fields, *self.plugin_fields)
            yield Change(
                Phase.SHAPE, self.ground.name, self.ref, Action.UPDATE, self._reason(), fields=fields, writes=sent
            )
        elif self.ground.wanted.quota is not None:
            yield from self._drift()

    def _reason(self) -> Reason:
        if self.quota is not None or self.plugins is not None:
            return Reason.CHANGED
        if self.ground.footing.mark:
            return Reason.ADOPTED
        return Reason.MOVED if moved(self.ground, self.seen) else Reason.CHANGED

    # what differs

    def _quota(self) -> tuple[Spec | None, tuple[FieldDiff, ...]]:
        """What the quota is to become, None where it stays, and how it differs."""
        wanted = self.ground.wanted.quota
        if wanted is None:
            if "resources" not in self.seen.sets:
                return None, ()
            wanted = {}
        found = compare.quota(self.seen.quota, wanted)
        if not found and self.stored is not None and self._stuck(wanted):
            found = compare.quota(self.stored.spec, wanted)
        return (wanted, found) if found else (None, ())

    def _plugins(self) -> tuple[list[Spec] | None, tuple[FieldDiff, ...]]:
        wanted = self.ground.wanted.plugins
        there = [dict(one) for one in self.seen.plugins]
        if wanted == there or not (wanted or "plugins" in self.seen.sets):
            return None, ()
        return wanted, (FieldDiff("plugins", there, wanted),)

    def _mark_fields(self) -> tuple[FieldDiff, ...]:
        footing, settings = self.ground.footing, self.ground.settings
        return (FieldDiff("managed by", self.seen.mark or None, settings.instance),) if footing.mark else ()

    def _stuck(self, quota: Spec) -> bool:
        """Scopes cannot be changed in place: the old ResourceQuota has to be gone before the new one can be made."""
        return bool(quota) and self.stored is not None and not compare.same_scopes(self.stored.spec, quota)

    # what is written

    def _writes(self) -> Iterator[Write]:
        footing = self.ground.footing
        restless = footing.hand_over or footing.annotate  # the controller will have written to the Profile by then
        version = "" if restless else self.seen.version
        first = None if self.quota is None else {} if self._stuck(self.quota) else self.quota
        spec: Spec = {} if first is None else {"resourceQuotaSpec": writes.replacing(self.seen.quota, first)}
        if self.plugins is not None:
            spec["plugins"] = self.plugins
        change = {key: value for key, value in (("metadata", self._metadata()), ("spec", spec)) if value}
        if change:
            yield writes.patch(self.ref, change, version)
        if self.quota is not None and self._stuck(self.quota):
            gone = Condition(ObjectRef("ResourceQuota", self.ground.name, names.QUOTA), State.GONE)
            yield writes.patch(self.ref, {"spec": {"resourceQuotaSpec": self.quota}}, after=gone)

    def _metadata(self) -> Spec:
        sets = self.ground.wanted.sets()
        marks: Spec = {"labels": objects.marks(self.ground.settings)} if self.ground.footing.mark else {}
        notes: Spec = {names.SETS: record(sets) or None} if sets != self.seen.sets else {}
        if moved(self.ground, self.seen):
            notes[names.SOURCE] = self.ground.wanted.source or None
        return {**marks, **({"annotations": notes} if notes else {})}

    def _drift(self) -> Iterator[Change]:
        """Wake the controller where the ResourceQuota is not what the Profile says: it does not watch quotas."""
        footing = self.ground.footing
        settled = footing.namespace is not None and not (footing.annotate or footing.hand_over)
        if not settled or not self.ground.holds("ResourceQuota"):
            return
        before = self.stored.spec if self.stored is not None else {}
        if differences := compare.quota_object(self.seen.quota, before):
            touch = {"metadata": {"annotations": {names.TOUCHED: self.seen.version}}}
            ref = ObjectRef("ResourceQuota", self.ground.name, names.QUOTA)
            sent = (writes.patch(self.ref, touch, self.seen.version),)
            yield Change(
                Phase.SHAPE, self.ground.name, ref, Action.UPDATE, Reason.DRIFTED, fields=differences, writes=sent
            )
