"""Removing one profile, with or without its data: what the profile controller needs. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason, State
from profiles_management.kubeflow.planning import resource_quota
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership
from profiles_management.kubeflow.state.observed import (
    MarkedObject,
    NamespaceSeen,
    Observed,
    OwnerObject,
    ProfileSeen,
)
from profiles_management.reconcile.plan import Action, Change, Condition, ObjectRef, Phase, Write


class Removal:
    """The removal of one profile, as the profile controller needs it.

    Attributes:
        namespace: the profile's own namespace, None where there is none.
        held: the same if the target holds namespaces; a folder of manifests does not.
        guarded: the objects that this step writes to with the version that was read; later writes
            have none.
    """

    def __init__(
        self, name: str, observed: Observed, settings: Settings, *, keep_data: bool
    ) -> None:
        self.name = name
        self.observed = observed
        self.settings = settings
        self.keep_data = keep_data
        self.profile = observed.profiles.get(name)
        self.namespace: NamespaceSeen | None = None
        if ownership.is_ours_to_close(name, observed, settings):
            self.namespace = observed.namespaces.get(name)
        self.held = self.namespace if self._holds("Namespace") else None
        self.profile_ref = ObjectRef("Profile", "", name)
        self.namespace_ref = ObjectRef("Namespace", "", name)
        self.guarded: set[ObjectRef] = set()

    def change(self) -> Change:
        """Return the one step that removes it."""
        if self.settings.standalone:
            target, writes = self.namespace_ref, tuple(self._standalone_writes())
        else:
            target, writes = self.profile_ref, tuple(self._controller_writes())
        return Change(
            Phase.SHAPE,
            self.name,
            target,
            Action.DELETE,
            KubeflowReason.STALE_KEPT if self.keep_data else KubeflowReason.STALE,
            writes=writes,
            settled=tuple(Condition(ref, State.GONE) for ref in self._gone()),
        )

    def _gone(self) -> Iterator[ObjectRef]:
        """Yield what has to be gone.

        The namespace, or the Profile with the owner's objects that go with it.
        """
        if not self.keep_data:
            yield self.profile_ref if self.held is None else self.namespace_ref
        elif not self.settings.standalone:
            yield self.profile_ref
            yield from self._owner_objects_of_profile()

    def _owner_objects_of_profile(self) -> Iterator[ObjectRef]:
        """Yield the owner's objects that Kubernetes deletes with the Profile."""
        if self.held is None:
            return
        for ref, item in self._owner_objects():
            if item.owned_by == self.name:
                yield ref

    def _controller_writes(self) -> Iterator[Write]:
        if self.keep_data:
            yield from self._closed()
            yield from self._freed()
        if self.profile is not None and self.namespace is not None:
            yield from self._unstuck(self.profile, self.namespace)
        if self.keep_data:
            yield from self._released()
        else:
            yield from self._tied()
            yield from self._files()
        yield merge_patch.delete(self.profile_ref, self._version(self.profile_ref, self.profile))

    def _standalone_writes(self) -> Iterator[Write]:
        if self.keep_data:
            yield from self._closed()
            yield from self._freed()
            yield from self._released()
            metadata = {
                "labels": dict.fromkeys(builders.marks(self.settings)),
                "annotations": dict.fromkeys((naming.OWNER, naming.KEYS, naming.SOURCE)),
            }
            yield self._namespace_patch(metadata)
        else:
            yield from self._files()
            version = self._version(self.namespace_ref, self.namespace)
            yield merge_patch.delete(self.namespace_ref, version)

    # what would leave the Profile in deletion for ever

    def _unstuck(self, profile: ProfileSeen, namespace: NamespaceSeen) -> Iterator[Write]:
        """Yield corrections of what would leave the Profile in deletion.

        Another owner, a quota, a role.
        """
        yield from self._owner_corrected(profile, namespace)
        if self._has_impossible_quota(profile):
            change = {"spec": {"resourceQuotaSpec": None}}
            version = self._version(self.profile_ref, profile)
            yield merge_patch.patch(self.profile_ref, change, version)
        yield from self._wrong_role_deleted()

    def _owner_corrected(self, profile: ProfileSeen, namespace: NamespaceSeen) -> Iterator[Write]:
        """Yield the annotation of the Profile's owner; without it the controller does nothing."""
        owner = "" if profile.owner is None else profile.owner.name
        if self.held is not None and namespace.owner != owner:
            yield self._namespace_patch({"annotations": {naming.OWNER: owner}})
            self._is_written_by_controller()

    def _wrong_role_deleted(self) -> Iterator[Write]:
        """Yield the deletion of an owner's RoleBinding to another role: no role can be changed."""
        binding = self.observed.owner_bindings.get(self.name)
        if binding is not None and self._binds_another_role(binding):
            ref = ObjectRef("RoleBinding", self.name, naming.OWNER_BINDING)
            yield merge_patch.delete(ref, self._version(ref, binding))
            self._is_written_by_controller()

    def _is_written_by_controller(self) -> None:
        """Note that a write wakes the controller, which then writes to the Profile."""
        self.guarded.add(self.profile_ref)

    def _has_impossible_quota(self, profile: ProfileSeen) -> bool:
        """Whether the controller could not create the ResourceQuota of a Profile."""
        if not self._holds("ResourceQuota"):
            return False
        if self.name in self.observed.quotas:
            return False
        return resource_quota.has_limits(profile.quota)

    def _binds_another_role(self, binding: OwnerObject) -> bool:
        return binding.cluster_role != self.settings.cluster_roles["admin"]

    # a namespace that stays

    def _closed(self) -> Iterator[Write]:
        """Let nobody in, whatever policies of somebody else have the name for this."""
        if self.namespace is None or not self._holds("AuthorizationPolicy"):
            return
        if self.name in self.observed.closed:
            return
        taken = self.observed.taken.get(self.name, ())
        name = next((name for name in naming.CLOSING if name not in taken), naming.CLOSED)
        yield merge_patch.create(builders.closed(self.name, name, self.settings))

    def _freed(self) -> Iterator[Write]:
        """Remove the owner's objects that would outlast their Profile, and finalizers of all."""
        if self.namespace is None:
            return
        for ref, item in self._owner_objects():
            ends, uid = item.owner, item.uid
            if item.finalized:
                change = {"metadata": {"finalizers": None}}
                version = self._version(ref, item)
                yield merge_patch.patch(ref, change, version, uid=uid, ends=ends)
            if self.settings.standalone or item.owned_by != self.name:
                yield merge_patch.delete(ref, self._version(ref, item), uid=uid, ends=ends)

    def _released(self) -> Iterator[Write]:
        """Remove the namespace's ownerReference to its Profile, so that it stays."""
        if self.held is not None and self.held.owned_by:
            yield self._namespace_patch({"ownerReferences": None})

    # a namespace that goes

    def _tied(self) -> Iterator[Write]:
        """Make the Profile the owner of an adopted namespace.

        Both are deleted in one, wherever a run ends.
        """
        if self.profile is None or self.held is None:
            return
        if self.held.owned_by:
            return
        reference = {
            "apiVersion": builders.API_VERSIONS["Profile"],
            "kind": "Profile",
            "name": self.name,
            "uid": self.profile.uid,
        }
        yield self._namespace_patch({"ownerReferences": [reference]})

    def _files(self) -> Iterator[Write]:
        """Yield what a cluster deletes with a namespace, and a folder has as files."""
        if not self.observed.is_text:
            return
        observed, name = self.observed, self.name
        limits = observed.limits.get(name)
        files = (
            ("RoleBinding", naming.OWNER_BINDING, name in observed.owner_bindings),
            ("AuthorizationPolicy", naming.OWNER_POLICY, name in observed.owner_policies),
            ("AuthorizationPolicy", naming.CLOSED, name in observed.closed),
            ("ResourceQuota", naming.QUOTA, name in observed.quotas),
            ("LimitRange", naming.LIMITS, limits is not None and bool(limits.mark)),
        )
        for kind, file, exists in files:
            if exists:
                yield merge_patch.delete(ObjectRef(kind, name, file))

    # both

    def _owner_objects(self) -> Iterator[tuple[ObjectRef, OwnerObject]]:
        places = (
            ("RoleBinding", naming.OWNER_BINDING, self.observed.owner_bindings),
            ("AuthorizationPolicy", naming.OWNER_POLICY, self.observed.owner_policies),
        )
        for kind, object_name, objects in places:
            if self.name in objects:
                yield ObjectRef(kind, self.name, object_name), objects[self.name]

    def _namespace_patch(self, metadata: builders.Body) -> Write:
        version = self._version(self.namespace_ref, self.namespace)
        return merge_patch.patch(self.namespace_ref, {"metadata": metadata}, version)

    def _version(self, ref: ObjectRef, item: MarkedObject | OwnerObject | None) -> str:
        """Return the version that was read, for the first write to an object of this step.

        '' for later ones.
        """
        if item is None or ref in self.guarded:
            return ""
        self.guarded.add(ref)
        return item.version

    def _holds(self, kind: str) -> bool:
        return kind in self.observed.holds
