"""How much, and how: everything about a profile that is not access; quota and plugins stand in the Profile."""

from collections.abc import Iterator, Mapping

from profiles_management.kubeflow.objects import builders, merge_patch, naming, stored_json
from profiles_management.kubeflow.planning import namespace_limits, namespace_metadata, waking
from profiles_management.kubeflow.planning.context import ProfileContext, Spec, moved
from profiles_management.kubeflow.planning.resource_quota import NoQuota, Quota
from profiles_management.kubeflow.state.observed import ProfileSeen
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    ObjectRef,
    Pending,
    Phase,
    Reason,
    Write,
)


class Shape:
    """Plans everything about one profile that is not access."""

    def __init__(self, ground: ProfileContext) -> None:
        self.ground = ground
        seen = ground.footing.profile
        self.spec = None if seen is None else _Spec(ground, seen)

    def changes(self) -> Iterator[Change]:
        """Yield the changes of marks, quota and plugins, of the LimitRange and of the namespace's keys."""
        if self.ground.settings.standalone:
            yield from namespace_limits.quota_changes(self.ground)
        elif self.spec is not None:
            yield from self.spec.changes()
        yield from namespace_limits.limit_changes(self.ground)
        yield from namespace_metadata.changes(self.ground)

    def pending(self) -> Iterator[Pending]:
        """Yield what the profile controller still has to do although nothing is left for us to write."""
        if self.spec is not None:
            yield from self.spec.quota.pending()

    def warnings(self) -> Iterator[Problem]:
        """Yield what the document wants and the target cannot hold."""
        ground = self.ground
        for part, why in self._uncompared().items():
            what = f"{why}, so {part} are not compared and stay as they are"
            yield refusal(
                ground.name, "unreadable", what, "Look at it with kubectl, and replace it."
            )
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
                f"LimitRange {naming.LIMITS} exists and is not ours",
                "Rename or delete it, and the document's limitRange is applied.",
            )

    def _uncompared(self) -> Mapping[str, str]:
        """Return by part of the document what in the target cannot be compared with it, as a sentence."""
        if self.spec is not None:
            return {**self.spec.uncompared, **namespace_limits.uncompared(self.ground)}
        return namespace_limits.uncompared(self.ground)


def record(sets: frozenset[str]) -> str:
    """Return the value of the annotation that remembers which fields of a Profile's spec a document set."""
    return ",".join(sorted(sets))


class _Spec:
    """Plans what one Profile carries: our marks, the quota, the plugins."""

    def __init__(self, ground: ProfileContext, seen: ProfileSeen) -> None:
        self.ground = ground
        self.seen = seen
        self.ref = ObjectRef("Profile", "", ground.name)
        self.uncompared: dict[str, str] = {}
        self.quota = self._quota()
        self.plugins, self.plugin_fields = self._plugins()

    def changes(self) -> Iterator[Change]:
        sent = tuple(self._writes())
        if not sent:
            return
        quota, moves = self.quota, moved(self.ground, self.seen)
        fields = (*self._mark_fields(), *moves, *quota.fields, *quota.drift, *self.plugin_fields)
        reason = self._reason()
        ref = (
            ObjectRef("ResourceQuota", self.ground.name, naming.QUOTA)
            if reason is Reason.DRIFTED
            else self.ref
        )
        yield Change(
            Phase.SHAPE,
            self.ground.name,
            ref,
            Action.UPDATE,
            reason,
            fields=fields,
            writes=sent,
            settled=quota.settled,
        )

    def _reason(self) -> Reason:
        reasons = (
            (Reason.CHANGED, self.quota.wanted is not None or self.plugins is not None),
            (Reason.ADOPTED, self.ground.footing.needs_mark),
            (Reason.MOVED, moved(self.ground, self.seen)),
            (Reason.DRIFTED, self.quota.drift),
        )
        return next((reason for reason, applies in reasons if applies), Reason.CHANGED)

    def _quota(self) -> Quota | NoQuota:
        try:
            return Quota(self.ground, self.seen)
        except stored_json.Unreadable as why:
            if self.ground.wanted.quota is not None or "resources" in self.seen.sets:
                self.uncompared["resources"] = str(why)
            return NoQuota()

    def _plugins(self) -> tuple[list[Spec] | None, tuple[FieldDiff, ...]]:
        wanted = self.ground.wanted.plugins
        if not (wanted or "plugins" in self.seen.sets):
            return None, ()
        try:
            there = stored_json.plugins(self.seen.plugins)
        except stored_json.Unreadable as why:
            self.uncompared["plugins"] = f"spec.plugins {why}"
            return None, ()
        return (None, ()) if wanted == there else (wanted, (FieldDiff("plugins", there, wanted),))

    def _mark_fields(self) -> tuple[FieldDiff, ...]:
        footing, settings = self.ground.footing, self.ground.settings
        return (
            (FieldDiff("managed by", self.seen.mark or None, settings.instance),)
            if footing.needs_mark
            else ()
        )

    def _writes(self) -> Iterator[Write]:
        footing = self.ground.footing
        # The controller will have written to the Profile by then.
        woken = waking.gone(footing, self.ground.observed, self.ground.now)
        restless = footing.changes_owner or footing.needs_annotation or footing.needs_wake or woken
        spec = self.quota.spec()
        if self.plugins is not None:
            spec["plugins"] = self.plugins
        change = {
            key: value for key, value in (("metadata", self._metadata()), ("spec", spec)) if value
        }
        if change:
            yield merge_patch.patch(
                self.ref, change, "" if restless else self.seen.version, uid=self.seen.uid
            )
        yield from self.quota.later()

    def _metadata(self) -> Spec:
        sets = (
            self.ground.wanted.sets() - self.uncompared.keys()
            | self.seen.sets & self.uncompared.keys()
        )
        marks: Spec = (
            {"labels": builders.marks(self.ground.settings)}
            if self.ground.footing.needs_mark
            else {}
        )
        notes = self.quota.notes()
        if sets != self.seen.sets:
            notes[naming.SETS] = record(sets) or None
        if moved(self.ground, self.seen):
            notes[naming.SOURCE] = self.ground.wanted.source or None
        return {**marks, **({"annotations": notes} if notes else {})}
