"""The quota of a Profile, and the ResourceQuota that the controller makes of it.

The controller does not watch ResourceQuotas: it compares one only when its Profile changes. So a
write to the Profile wakes it, and the annotation naming.TOUCHED records which ResourceQuota was
wrong then: its version, or since when it is missing. While the same one is there, the controller
has not come to it yet: the profile is pending, and nothing is written again. A wrong one that is
not recorded was changed by somebody else.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from profiles_management.kubeflow.objects import compare, merge_patch, naming, stored_json
from profiles_management.kubeflow.objects.document_people import timestamp
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.planning import waking
from profiles_management.kubeflow.planning.context import ProfileContext, Spec
from profiles_management.kubeflow.state.observed import ProfileSeen, QuotaSeen
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

    | Profile      | ResourceQuota                | what happens                                 |
    |--------------|------------------------------|----------------------------------------------|
    | as wanted    | as the Profile               | nothing                                      |
    | differs      | other scopes, which cannot   | removed from the Profile first, and set once |
    |              | be changed: it is `stuck`    | the controller deleted the ResourceQuota     |
    | differs      | anything else                | the Profile is patched                       |
    | as wanted    | differs, and is recorded     | pending: the controller was woken for it     |
    | as wanted    | differs, and is not recorded | drift: the controller is woken for it        |

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

    def __init__(self, context: ProfileContext, profile: ProfileSeen) -> None:
        self.context = context
        self.profile = profile
        self.existing = self._existing()
        self.stated = _read("spec.resourceQuotaSpec", profile.quota)
        self.made: Mapping[str, Any] = {}
        if self.existing is not None:
            self.made = _read(f"ResourceQuota {naming.QUOTA}", self.existing.spec)
        self.wanted, self.fields = self._difference()
        # A quota of scopes alone makes no ResourceQuota.
        self.says: Spec = {}
        if self.stated.get("hard"):
            self.says = dict(self.stated)
        self.behind = self._differences_made(self.says)
        self.drift = self.behind if self._is_drift() else ()
        self.goal = self.says if self.wanted is None else self.wanted
        self.is_stuck = self._is_stuck(self.goal)
        self.wakes = self._wakes_controller()
        self.record = self._record() if self.wakes else ""
        self.settled = self._settled()

    def spec(self) -> Spec:
        """Return what the first patch of the Profile says of the quota, as a part of its spec."""
        if self.wanted is None:
            return {}
        first = {} if self.is_stuck else self.wanted
        change = merge_patch.replacing(self.stated, first)
        return {"resourceQuotaSpec": change} if change else {}

    def annotations(self) -> Spec:
        """Return what the first patch of the Profile records as an annotation."""
        if self.record in ("", self.profile.touched):
            return {}
        return {naming.TOUCHED: self.record}

    def later(self) -> Iterator[Write]:
        """Yield what follows once the controller has done its part."""
        if self.is_stuck and self.wanted is not None:
            yield self._later({naming.TOUCHED: self._missing_since()}, {}, self.wanted)
        elif self._is_record_removed():
            yield self._later({naming.TOUCHED: None}, self.goal)

    def _later(
        self, annotations: dict[str, str | None], awaited: Spec, quota: Spec | None = None
    ) -> Write:
        """Return a patch of the Profile that waits for a ResourceQuota.

        Args:
            awaited: the quota that the ResourceQuota must have, {} where it must be gone.
            quota: what the patch says of the quota, None for nothing.
        """
        change: Spec = {"metadata": {"annotations": annotations}}
        if quota is not None:
            change["spec"] = {"resourceQuotaSpec": quota}
        target = ObjectRef("Profile", "", self.context.name)
        after = follows(self.context.name, awaited)
        return merge_patch.patch(target, change, after=after, uid=self.profile.uid)

    def pending(self) -> Iterator[Pending]:
        """Yield what the controller still has to do although nothing is left for us to write."""
        if self.is_stuck:
            if self._is_recorded() and not self.says:
                yield self._pending("remove the old quota, which has other scopes", {})
        elif self._is_controllers_turn():
            yield self._pending(f"{self._task()} the quota", self.says)

    def _is_controllers_turn(self) -> bool:
        """Whether the ResourceQuota is behind the Profile, which nobody has to write any more."""
        if self.wanted is not None:
            return False
        if not self.behind or self.drift:
            return False
        return self._is_ours()

    def _pending(self, task: str, awaited: Spec) -> Pending:
        name = self.context.name
        what = f"waits for the profile controller to {task}"
        return Pending(name, what, follows(name, awaited), is_removal=not awaited)

    def _task(self) -> str:
        if not self.says:
            return "remove"
        return "make" if self.existing is None else "change"

    # what differs

    def _existing(self) -> QuotaSeen | None:
        if not self.context.holds("ResourceQuota"):
            return None
        return self.context.observed.quotas.get(self.context.name)

    def _difference(self) -> tuple[Spec | None, tuple[FieldDiff, ...]]:
        """Return the quota to write, None for none, and how the Profile differs from it."""
        wanted = self.context.wanted.quota
        if wanted is None:
            if "resources" not in self.profile.sets:
                return None, ()
            wanted = {}
        differences = self._differences_stated(wanted)
        if not differences and self._is_stuck(wanted):
            differences = compare.quota(self.made, wanted)
        if not differences:
            return None, ()
        return wanted, differences

    def _differences_stated(self, quota: Spec) -> tuple[FieldDiff, ...]:
        """Return how a quota differs from what the Profile says."""
        if self.stated == quota:
            return ()
        return compare.quota(self.stated, quota, spelled=self.context.observed.is_text)

    def _differences_made(self, quota: Spec) -> tuple[FieldDiff, ...]:
        """Return how a quota differs from the ResourceQuota."""
        if quota == self.made:
            return ()
        if not self.context.holds("ResourceQuota"):
            return ()
        return compare.quota(self.made, quota)

    def _is_stuck(self, quota: Spec) -> bool:
        """Whether the scopes differ, which cannot be changed.

        The old ResourceQuota has to be deleted first.
        """
        if not quota or self.existing is None:
            return False
        return not compare.same_scopes(self.made, quota)

    def _is_drift(self) -> bool:
        """Whether somebody else changed the ResourceQuota."""
        if self.wanted is not None or self.context.wanted.quota is None:
            return False  # the Profile is written, or the quota is not managed
        if self._is_recorded() or not self.profile.complete:
            return False
        return not self._is_controller_waiting()

    def _is_controller_waiting(self) -> bool:
        """Whether the controller waits for us before it looks at the quota."""
        state = self.context.state
        if state.namespace is None:
            return True
        return state.needs_annotation or state.changes_owner

    def _is_ours(self) -> bool:
        """Whether the document wants the quota, or wanted it until we removed it."""
        if self.context.wanted.quota is not None:
            return True
        return not self.says and self._is_recorded()

    # what the controller was woken for

    def _wakes_controller(self) -> bool:
        if self.drift:
            return True
        if self.wanted is None:
            return False
        return bool(self._differences_made(self.goal))

    def _settled(self) -> tuple[Condition, ...]:
        if not self.wakes:
            return ()
        if self._is_record_removed():
            return ()  # the patch that removes it waits for the same
        return (follows(self.context.name, self.goal),)

    def _record(self) -> str:
        """Return which ResourceQuota the controller is woken for."""
        if self.existing is not None:
            return self.existing.version
        return self._missing_since() if self.profile.complete else ""

    def _is_record_removed(self) -> bool:
        """Whether the record goes once the controller has come.

        A later deletion would look like what it records.
        """
        return self.record.startswith(_MISSING)

    def _missing_since(self) -> str:
        return _MISSING + timestamp(self.context.now)

    def _is_recorded(self) -> bool:
        """Whether the controller was woken for the ResourceQuota as it is."""
        touched = self.profile.touched
        if self.existing is not None:
            return touched == self.existing.version
        if not touched.startswith(_MISSING):
            return False
        return waking.is_recent(touched.removeprefix(_MISSING), self.context.now)


class NoQuota:
    """Plans nothing, where the quota cannot be compared."""

    wanted = None
    fields = drift = settled = ()

    def spec(self) -> Spec:
        """Return that the patch of the Profile says nothing of the quota."""
        return {}

    annotations = spec

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
