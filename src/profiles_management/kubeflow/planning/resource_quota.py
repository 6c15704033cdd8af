"""The quota of a Profile, and the ResourceQuota that the profile controller makes of it, sooner or later.

The controller does not watch ResourceQuotas: it compares one only when its Profile changes. So a
write to the Profile wakes it, and the annotation names.TOUCHED records which ResourceQuota was
wrong then: its version, or since when it is missing. While the same one is there, the controller
has not come to it yet: the profile is pending, and nothing is written again. A wrong one that is
not recorded was changed by somebody else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from profiles_management.kubeflow.objects import compare, merge_patch, naming, stored_json
from profiles_management.kubeflow.objects.builders import timestamp
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.planning import waking
from profiles_management.kubeflow.planning.context import ProfileContext, Spec
from profiles_management.kubeflow.state.observed import ProfileSeen
from profiles_management.reconcile.plan import Condition, FieldDiff, ObjectRef, Pending, Write

# One that was never made looks like one that was made and deleted, so the controller is woken for
# it again later.
_MISSING = "missing since "


def follows(name: str, quota: Spec) -> Condition:
    """Return the condition under which a profile's ResourceQuota is what its Profile says."""
    ref = ObjectRef("ResourceQuota", name, naming.QUOTA)
    if not quota.get("hard"):
        return Condition(ref, State.GONE)
    return Condition(ref, State.MATCHES, msgspec.json.encode(quota, order="deterministic").decode())


def has_limits(quota: bytes) -> bool:
    """Return whether a Profile's quota limits anything; one that is too large to be read does."""
    try:
        return bool(stored_json.quota(quota).get("hard"))
    except stored_json.Unreadable:
        return True


class Quota:
    """Plans the quota of a Profile that exists.

    Raises:
        Unreadable: the Profile's quota, or its ResourceQuota, is not compared; the text names the
            field.

    Attributes:
        wanted: what the Profile is to say, None where it says it already or the document does not
            manage it.
        fields: how that differs from what it says.
        drift: how the ResourceQuota differs from what the Profile says, where somebody else changed
            it.
        settled: what must hold once the writes were sent.
    """

    def __init__(self, ground: ProfileContext, seen: ProfileSeen) -> None:
        self.ground = ground
        self.seen = seen
        self.ref = ObjectRef("Profile", "", ground.name)
        self.there = (
            ground.observed.quotas.get(ground.name) if ground.holds("ResourceQuota") else None
        )
        self.stated = _read("spec.resourceQuotaSpec", seen.quota)
        self.made = (
            _read(f"ResourceQuota {naming.QUOTA}", self.there.spec)
            if self.there is not None
            else {}
        )
        self.wanted, self.fields = self._difference()
        # scopes of nothing make no ResourceQuota
        self.says: Spec = dict(self.stated) if self.stated.get("hard") else {}
        self.behind = self._behind(self.says)
        self.drift = self.behind if self.behind and self._is_drift() else ()
        self.goal = self.says if self.wanted is None else self.wanted
        self.stuck = self._is_stuck(self.goal)
        wakes = (self.wanted is not None and self._behind(self.goal)) or self.drift
        self.mark = self._mark() if wakes else ""
        self.settled = (follows(ground.name, self.goal),) if wakes and not self._forgets() else ()

    def spec(self) -> Spec:
        """Return what the first patch of the Profile says of the quota, as a part of its spec."""
        if self.wanted is None:
            return {}
        first = {} if self.stuck else self.wanted
        change = merge_patch.replacing(self.stated, first)
        return {"resourceQuotaSpec": change} if change else {}

    def notes(self) -> Spec:
        """Return what the first patch of the Profile records as an annotation."""
        return {naming.TOUCHED: self.mark} if self.mark and self.mark != self.seen.touched else {}

    def later(self) -> Iterator[Write]:
        """Yield what follows once the controller has done its part."""
        if self.stuck and self.wanted is not None:
            notes = {"metadata": {"annotations": {naming.TOUCHED: self._missing()}}}
            change = {**notes, "spec": {"resourceQuotaSpec": self.wanted}}
            yield merge_patch.patch(
                self.ref, change, after=follows(self.ground.name, {}), uid=self.seen.uid
            )
        elif self._forgets():
            done = {"metadata": {"annotations": {naming.TOUCHED: None}}}
            yield merge_patch.patch(
                self.ref, done, after=follows(self.ground.name, self.goal), uid=self.seen.uid
            )

    def pending(self) -> Iterator[Pending]:
        """Yield what the controller still has to do although nothing is left for us to write."""
        if self.stuck:
            if self._is_recorded() and not self.says:
                what = "waits for the profile controller to remove the old quota, which has other scopes"
                gone = follows(self.ground.name, {})
                yield Pending(self.ground.name, what, gone, is_removal=True)
        elif self.behind and self.wanted is None and not self.drift and self._is_ours():
            what = f"waits for the profile controller to {self._task()} the quota"
            awaited = follows(self.ground.name, self.says)
            yield Pending(self.ground.name, what, awaited, is_removal=not self.says)

    def _task(self) -> str:
        if not self.says:
            return "remove"
        return "make" if self.there is None else "change"

    # what differs

    def _difference(self) -> tuple[Spec | None, tuple[FieldDiff, ...]]:
        wanted = self.ground.wanted.quota
        if wanted is None:
            if "resources" not in self.seen.sets:
                return None, ()
            wanted = {}
        spelled = self.ground.observed.is_text
        differences = (
            () if self.stated == wanted else compare.quota(self.stated, wanted, spelled=spelled)
        )
        if not differences and self.there is not None and self._is_stuck(wanted):
            differences = compare.quota(self.made, wanted)
        return (wanted, differences) if differences else (None, ())

    def _is_stuck(self, quota: Spec) -> bool:
        """Scopes cannot be changed in place: the old ResourceQuota has to be gone before the new one can be made."""
        return bool(quota) and self.there is not None and not compare.same_scopes(self.made, quota)

    def _behind(self, quota: Spec) -> tuple[FieldDiff, ...]:
        if quota == self.made or not self.ground.holds("ResourceQuota"):
            return ()
        return compare.quota(self.made, quota)

    def _is_drift(self) -> bool:
        """Whether a ResourceQuota that is not what the Profile says was changed by somebody else."""
        footing = self.ground.footing
        # the controller waits for us
        moving = footing.namespace is None or footing.needs_annotation or footing.changes_owner
        managed = self.wanted is None and self.ground.wanted.quota is not None
        return managed and not moving and self.seen.complete and not self._is_recorded()

    def _is_ours(self) -> bool:
        """Whether what the ResourceQuota lacks is what the document wants, or wanted until we removed it."""
        return self.ground.wanted.quota is not None or (not self.says and self._is_recorded())

    # what the controller was woken for

    def _mark(self) -> str:
        if self.there is not None:
            return self.there.version
        return self._missing() if self.seen.complete else ""

    def _forgets(self) -> bool:
        """Whether the record goes once the controller has come: a later deletion would look like what it records."""
        return self.mark.startswith(_MISSING)

    def _missing(self) -> str:
        return _MISSING + timestamp(self.ground.now)

    def _is_recorded(self) -> bool:
        """Whether the controller was woken for the ResourceQuota as it is."""
        if self.there is not None:
            return self.seen.touched == self.there.version
        since = self.seen.touched
        return since.startswith(_MISSING) and waking.is_recent(
            since.removeprefix(_MISSING), self.ground.now
        )


class NoQuota:
    """Plans nothing, where the quota cannot be compared."""

    wanted = None
    fields = drift = settled = ()

    def spec(self) -> Spec:
        """Return that the patch of the Profile says nothing of the quota."""
        return {}

    notes = spec

    def later(self) -> Iterator[Write]:
        """Yield nothing."""
        return iter(())

    def pending(self) -> Iterator[Pending]:
        """Yield nothing."""
        return iter(())


def _read(field: str, quota: bytes) -> Mapping[str, Any]:
    try:
        return stored_json.quota(quota)
    except stored_json.Unreadable as why:
        raise stored_json.Unreadable(f"{field} {why}") from None
