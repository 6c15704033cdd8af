"""One Profile that exists: the change of its marks, its quota and its plugins. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, merge_patch, naming, stored_json
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason
from profiles_management.kubeflow.planning import waking
from profiles_management.kubeflow.planning.context import ProfileContext, Spec
from profiles_management.kubeflow.planning.reasons import first_reason
from profiles_management.kubeflow.planning.resource_quota import NoQuota, Quota
from profiles_management.kubeflow.state.observed import ProfileSeen
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Phase,
    Reason,
    Write,
)


def recorded_fields(fields: frozenset[str]) -> str:
    """Return the value of naming.SETS, which records the Profile's fields that a document set."""
    return ",".join(sorted(fields))


class ProfileSpecPlanner:
    """Plans our marks, the quota and the plugins of one Profile.

    Attributes:
        uncompared: by part of the document, why the Profile cannot be compared with it.
        plugins: the plugins that the Profile is to have, None where it has them or the document
            does not manage them.
    """

    def __init__(self, context: ProfileContext, profile: ProfileSeen) -> None:
        self.context = context
        self.profile = profile
        self.uncompared: dict[str, str] = {}
        self.quota = self._quota()
        self.plugins, self.plugin_fields = self._plugins()

    def changes(self) -> Iterator[Change]:
        """Yield the change, if anything differs."""
        writes = tuple(self._writes())
        if not writes:
            return
        reason = self._reason()
        target = ObjectRef("Profile", "", self.context.name)
        if reason is Reason.DRIFTED:
            target = ObjectRef("ResourceQuota", self.context.name, naming.QUOTA)
        yield Change(
            Phase.SHAPE,
            self.context.name,
            target,
            Action.UPDATE,
            reason,
            fields=(
                *self.context.mark_fields(self.profile),
                *self.context.source_fields(self.profile),
                *self.quota.fields,
                *self.quota.drift,
                *self.plugin_fields,
            ),
            writes=writes,
            settled=self.quota.settled,
        )

    def _reason(self) -> Reason | KubeflowReason:
        """Return the reason of the change: the first one that applies."""
        return first_reason(
            (
                (Reason.CHANGED, self.quota.wanted is not None or self.plugins is not None),
                (Reason.ADOPTED, self.context.state.needs_mark),
                (Reason.MOVED, self.context.source_fields(self.profile)),
                (Reason.DRIFTED, self.quota.drift),
            )
        )

    def _quota(self) -> Quota | NoQuota:
        try:
            return Quota(self.context, self.profile)
        except stored_json.Unreadable as why:
            if self.context.wanted.quota is not None or "resources" in self.profile.sets:
                self.uncompared["resources"] = str(why)
            return NoQuota()

    def _plugins(self) -> tuple[list[Spec] | None, tuple[FieldDiff, ...]]:
        """Return the plugins to write, and how they differ from what the Profile has."""
        wanted = self.context.wanted.plugins
        if not wanted and "plugins" not in self.profile.sets:
            return None, ()
        try:
            existing = stored_json.plugins(self.profile.plugins)
        except stored_json.Unreadable as why:
            self.uncompared["plugins"] = f"spec.plugins {why}"
            return None, ()
        if wanted == existing:
            return None, ()
        return wanted, (FieldDiff(FieldKind.PLUGINS, "plugins", existing, wanted),)

    def _writes(self) -> Iterator[Write]:
        change = merge_patch.nonempty(metadata=self._metadata(), spec=self._spec())
        if change:
            target = ObjectRef("Profile", "", self.context.name)
            version = "" if self._is_written_before() else self.profile.version
            yield merge_patch.patch(target, change, version, uid=self.profile.uid)
        yield from self.quota.later()

    def _spec(self) -> Spec:
        spec = self.quota.spec()
        if self.plugins is not None:
            spec["plugins"] = self.plugins
        return spec

    def _metadata(self) -> Spec:
        labels: dict[str, str] = {}
        if self.context.state.needs_mark:
            labels = builders.marks(self.context.settings)
        annotations = self.quota.annotations()
        fields = self._managed_fields()
        if fields != self.profile.sets:
            annotations[naming.SETS] = merge_patch.annotation(recorded_fields(fields))
        if self.context.source_fields(self.profile):
            annotations[naming.SOURCE] = merge_patch.annotation(self.context.wanted.source)
        return merge_patch.nonempty(labels=labels, annotations=annotations)

    def _managed_fields(self) -> frozenset[str]:
        """Return the fields that the document sets.

        What cannot be compared stays as it is recorded.
        """
        uncompared = self.uncompared.keys()
        return (self.context.wanted.sets() - uncompared) | (self.profile.sets & uncompared)

    def _is_written_before(self) -> bool:
        """Whether an earlier step of this run makes the profile controller write to the Profile."""
        state = self.context.state
        if state.changes_owner or state.needs_annotation or state.needs_wake:
            return True
        return bool(waking.missing(self.context))
