"""How much and how: quotas, LimitRanges and the keys of namespaces, from what is to what a document wants."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from profiles_management.kubeflow import compare, names, objects, writes
from profiles_management.kubeflow.observed import LimitsSeen, NamespaceSeen, Observed, ProfileSeen, QuotaSeen
from profiles_management.kubeflow.ownership import Footing, refusal
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.classes import Profile
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

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document says of a profile's shape, defaults included; None stands for "says nothing"."""

    quota: Spec | None
    limits: Spec | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    plugins: list[Spec]

    def sets(self) -> frozenset[str]:
        """The fields of a Profile's spec that the document sets, and that are taken back when it no longer does."""
        return frozenset(name for name, value in (("resources", self.quota), ("plugins", self.plugins)) if value)


def record(sets: frozenset[str]) -> str:
    """Return the value of the annotation that remembers them."""
    return ",".join(sorted(sets))


def namespace_keys(wanted: Wanted) -> str:
    """Return the value of the annotation that remembers which keys of a namespace are ours, '' for none."""
    kept = {"annotations": sorted(wanted.annotations), "labels": sorted(wanted.labels)}
    return json.dumps({key: value for key, value in kept.items() if value}) if any(kept.values()) else ""


class Shape:
    """Plans everything about one profile that is not access."""

    def __init__(
        self, profile: Profile, wanted: Wanted, footing: Footing, observed: Observed, settings: Settings
    ) -> None:
        self.name = profile.name
        self.wanted = wanted
        self.footing = footing
        self.observed = observed
        self.settings = settings
        self.phase = Phase.SHAPE if footing.profile or footing.namespace else Phase.GRANT

    def changes(self) -> Iterator[Change]:
        """Yield the changes of quota, plugins and marks, of the LimitRange and of the namespace's keys."""
        if self.settings.standalone:
            yield from self._quota_object()
        elif self.footing.profile is not None:
            yield from self._profile(self.footing.profile)
        yield from self._limits(self.observed.limits.get(self.name))
        yield from self._namespace(self.footing.namespace)

    def warnings(self) -> Iterator[Problem]:
        """Yield what the target cannot hold."""
        if "Namespace" not in self.observed.holds and (self.wanted.labels or self.wanted.annotations):
            yield refusal(
                self.name,
                "not-expressible",
                "labels and annotations of a namespace cannot be written to a folder",
                "Apply the document to the cluster, where the namespace is.",
            )
        seen = self.observed.limits.get(self.name)
        if seen is not None and not seen.mark and self.wanted.limits:
            yield refusal(
                self.name,
                "foreign-limit-range",
                f"LimitRange {names.LIMITS} exists and is not ours",
                "Rename or delete it, and the document's limitRange is applied.",
            )

    # Profile: marks, quota, plugins

    def _profile(self, seen: ProfileSeen) -> Iterator[Change]:
        ref = ObjectRef("Profile", "", self.name)
        metadata, spec, fields = self._profile_diff(seen)
        steps = list(self._steps(ref, seen, metadata, spec))
        if steps:
            reason = Reason.ADOPTED if self.footing.mark and not spec else Reason.CHANGED
            yield Change(Phase.SHAPE, self.name, ref, Action.UPDATE, reason, fields=fields, writes=tuple(steps))
        if "resourceQuotaSpec" not in spec and self.wanted.quota is not None:
            yield from self._quota_drift(ref, seen, renewed=bool(steps))

    def _profile_diff(self, seen: ProfileSeen) -> tuple[Spec, Spec, tuple[FieldDiff, ...]]:
        sets = self.wanted.sets()
        metadata: Spec = {}
        spec: Spec = {}
        fields: list[FieldDiff] = []
        if self.footing.mark:
            metadata["labels"] = objects.marks(self.settings)
            fields.append(FieldDiff("managed by", seen.mark or None, self.settings.instance))
        if sets != seen.sets:
            metadata["annotations"] = {names.SETS: record(sets) or None}
        quota = self._target("resources", self.wanted.quota, seen)
        if quota is not None and (differences := compare.quota(seen.quota, quota) or self._other_scopes(quota)):
            fields += differences
            spec["resourceQuotaSpec"] = quota
        plugins = self._target("plugins", self.wanted.plugins or None, seen)
        if plugins is not None and list(plugins) != list(seen.plugins):
            fields.append(FieldDiff("plugins", list(seen.plugins), list(plugins)))
            spec["plugins"] = list(plugins)
        return metadata, spec, tuple(fields)

    def _other_scopes(self, quota: Spec) -> tuple[FieldDiff, ...]:
        """How the ResourceQuota differs where its scopes do: those the controller alone cannot bring back."""
        stored = self.observed.quotas.get(self.name)
        stuck = quota and stored is not None and not compare.same_scopes(stored.spec, quota)
        return compare.quota(stored.spec, quota) if stored is not None and stuck else ()

    def _target(self, field: str, value: Any, seen: ProfileSeen) -> Any:  # noqa: ANN401 - a mapping or a list
        """What a field is to become: the document's value, nothing where it was ours, None where it is not managed."""
        if value is not None:
            return value
        return ({} if field == "resources" else []) if field in seen.sets else None

    def _steps(self, ref: ObjectRef, seen: ProfileSeen, metadata: Spec, spec: Spec) -> Iterator[Write]:
        """Scopes cannot be changed in place: the old quota has to be gone before the new one is set."""
        restless = self.footing.hand_over or self.footing.annotate  # the controller will have written to the Profile
        version = "" if restless else seen.version
        quota = spec.pop("resourceQuotaSpec", None)
        changed = {**({"metadata": metadata} if metadata else {}), **({"spec": spec} if spec else {})}
        stored = self.observed.quotas.get(self.name)
        if quota and stored is not None and not compare.same_scopes(stored.spec, quota):
            changed.setdefault("spec", {})["resourceQuotaSpec"] = writes.replacing(seen.quota, {})
            yield writes.patch(ref, changed, version)
            gone = Condition(ObjectRef("ResourceQuota", self.name, names.QUOTA), State.GONE)
            yield writes.patch(ref, {"spec": {"resourceQuotaSpec": quota}}, after=gone)
        elif quota is not None:
            changed.setdefault("spec", {})["resourceQuotaSpec"] = writes.replacing(seen.quota, quota)
            yield writes.patch(ref, changed, version)
        elif changed:
            yield writes.patch(ref, changed, version)
        if quota is not None:
            spec["resourceQuotaSpec"] = quota

    def _quota_drift(self, ref: ObjectRef, seen: ProfileSeen, *, renewed: bool) -> Iterator[Change]:
        """Wake the controller where the ResourceQuota is not what the Profile says: it does not watch quotas."""
        settled = self.footing.namespace is not None and not (
            self.footing.annotate or self.footing.hand_over or renewed
        )
        if not settled or "ResourceQuota" not in self.observed.holds:
            return
        stored = self.observed.quotas.get(self.name)
        before = stored.spec if stored is not None else {}
        if differences := compare.quota_object(seen.quota, before):
            touch = {"metadata": {"annotations": {names.TOUCHED: seen.version}}}
            yield Change(
                Phase.SHAPE,
                self.name,
                ObjectRef("ResourceQuota", self.name, names.QUOTA),
                Action.UPDATE,
                Reason.DRIFTED,
                fields=differences,
                writes=(writes.patch(ref, touch, seen.version),),
            )

    # ResourceQuota of a standalone namespace

    def _quota_object(self) -> Iterator[Change]:
        ref = ObjectRef("ResourceQuota", self.name, names.QUOTA)
        stored, wanted = self.observed.quotas.get(self.name), self.wanted.quota
        if stored is None:
            if wanted:
                yield self._made(ref, self._quota_body(wanted), compare.quota({}, wanted))
            return
        if not wanted:
            if stored.mark or wanted is not None:
                yield self._gone(ref, stored.version, compare.quota(stored.spec, {}))
            return
        yield from self._quota_changed(ref, stored, wanted)

    def _quota_changed(self, ref: ObjectRef, stored: QuotaSeen, wanted: Spec) -> Iterator[Change]:
        differences = compare.quota_object(wanted, stored.spec)
        marks = {} if stored.mark == self.settings.instance else {"metadata": {"labels": objects.marks(self.settings)}}
        if not compare.same_scopes(stored.spec, wanted):
            sent = (writes.delete(ref, stored.version), writes.create(self._quota_body(wanted)))
            yield Change(Phase.SHAPE, self.name, ref, Action.REPLACE, Reason.CHANGED, fields=differences, writes=sent)
        elif differences or marks:
            body = {**marks, **({"spec": writes.replacing(stored.spec, wanted)} if differences else {})}
            yield self._changed(ref, body, stored.version, differences, adopted=not differences)

    def _quota_body(self, spec: Spec) -> Spec:
        head = objects.named("ResourceQuota", names.QUOTA, self.name, labels=objects.marks(self.settings))
        return {**head, "spec": spec}

    # LimitRange

    def _limits(self, seen: LimitsSeen | None) -> Iterator[Change]:
        ref = ObjectRef("LimitRange", self.name, names.LIMITS)
        wanted = self.wanted.limits or {}
        if not wanted.get("limits"):
            if seen is not None and seen.mark:
                yield self._gone(ref, seen.version, compare.limits(seen.spec, {}))
        elif seen is None:
            head = objects.named("LimitRange", names.LIMITS, self.name, labels=objects.marks(self.settings))
            yield self._made(ref, {**head, "spec": wanted}, compare.limits({}, wanted))
        elif seen.mark:
            yield from self._limits_changed(ref, seen, wanted)

    def _limits_changed(self, ref: ObjectRef, seen: LimitsSeen, wanted: Spec) -> Iterator[Change]:
        differences = compare.limits(seen.spec, wanted)
        marks = {} if seen.mark == self.settings.instance else {"metadata": {"labels": objects.marks(self.settings)}}
        if differences or marks:
            body = {**marks, **({"spec": wanted} if differences else {})}
            yield self._changed(ref, body, seen.version, differences, adopted=not differences)

    # Namespace keys

    def _namespace(self, seen: NamespaceSeen | None) -> Iterator[Change]:
        if "Namespace" not in self.observed.holds or (seen is None and self.settings.standalone):
            return  # a standalone namespace is made with its keys
        metadata, fields = self._keys_diff(seen)
        if not metadata:
            return
        version = seen.version if seen is not None and not self.footing.annotate else ""
        ref = ObjectRef("Namespace", "", self.name)
        change = writes.patch(ref, {"metadata": metadata}, version, after=self.footing.ready)
        reason = Reason.CHANGED if fields else Reason.ADOPTED
        yield Change(self.phase, self.name, ref, Action.UPDATE, reason, fields=tuple(fields), writes=(change,))

    def _keys_diff(self, seen: NamespaceSeen | None) -> tuple[Spec, list[FieldDiff]]:
        there = {"labels": seen.labels, "annotations": seen.annotations} if seen is not None else {}
        ours = _recorded(there.get("annotations", {}).get(names.KEYS, ""))
        metadata: Spec = {}
        fields: list[FieldDiff] = []
        for part, wanted in (("labels", self.wanted.labels), ("annotations", self.wanted.annotations)):
            has = there.get(part, {})
            changed: dict[str, str | None] = {key: value for key, value in wanted.items() if has.get(key) != value}
            changed |= {key: None for key in ours.get(part, ()) if key in has and key not in wanted}
            fields += [FieldDiff(f"{part}.{key}", has.get(key), value) for key, value in sorted(changed.items())]
            if changed:
                metadata[part] = changed
        keys = namespace_keys(self.wanted)
        if keys != there.get("annotations", {}).get(names.KEYS, ""):
            metadata.setdefault("annotations", {})[names.KEYS] = keys or None
        if self.settings.standalone and self.footing.mark:
            metadata.setdefault("labels", {}).update(objects.marks(self.settings))
        return metadata, fields

    # the three kinds of a change

    def _made(self, ref: ObjectRef, body: Spec, fields: tuple[FieldDiff, ...]) -> Change:
        made = writes.create(body, self.footing.ready)
        return Change(self.phase, self.name, ref, Action.CREATE, Reason.WANTED, fields=fields, writes=(made,))

    def _gone(self, ref: ObjectRef, version: str, fields: tuple[FieldDiff, ...]) -> Change:
        sent = (writes.delete(ref, version),)
        return Change(self.phase, self.name, ref, Action.DELETE, Reason.LEFT_DOCUMENT, fields=fields, writes=sent)

    def _changed(
        self, ref: ObjectRef, body: Spec, version: str, fields: tuple[FieldDiff, ...], *, adopted: bool
    ) -> Change:
        reason = Reason.ADOPTED if adopted else Reason.CHANGED
        sent = (writes.patch(ref, body, version),)
        return Change(self.phase, self.name, ref, Action.UPDATE, reason, fields=fields, writes=sent)


def _recorded(text: str) -> Mapping[str, list[str]]:
    """Read the record of our keys; one that somebody broke records nothing, so nothing is taken away by it."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        part: keys
        for part, keys in found.items()
        if isinstance(keys, list) and all(isinstance(one, str) for one in keys)
    }
