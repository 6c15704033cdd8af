"""Removing one profile, with or without its data: what the profile controller needs. Pure."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

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


class _Step(NamedTuple):
    """A write, and whether it wakes the controller, which then writes to the Profile."""

    write: Write
    wakes_controller: bool = False


class Removal:
    """The removal of one profile, as the profile controller needs it.

    Attributes:
        namespace: the profile's own namespace, None where there is none.
        held: the same if the target holds namespaces; a folder of manifests does not.
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

    def change(self) -> Change:
        """Return the one step that removes it."""
        target, writes = self.profile_ref, [*self._controller_writes()]
        if self.settings.standalone:
            target, writes = self.namespace_ref, [*map(_Step, self._standalone_writes())]
        return Change(
            Phase.SHAPE,
            self.name,
            target,
            Action.DELETE,
            KubeflowReason.STALE_KEPT if self.keep_data else KubeflowReason.STALE,
            writes=tuple(self._with_known_versions(writes)),
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

    def _with_known_versions(self, steps: Sequence[_Step]) -> Iterator[Write]:
        """Yield the writes, each with a version only where nothing changed the object before."""
        changed: set[ObjectRef] = set()
        for write, wakes_controller in steps:
            yield merge_patch.for_any_version(write) if write.target in changed else write
            changed.add(write.target)
            if wakes_controller:
                changed.add(self.profile_ref)

    def _controller_writes(self) -> Iterator[_Step]:
        if self.keep_data:
            yield from map(_Step, chain(self._closed(), self._freed()))
        if self.profile is not None and self.namespace is not None:
            yield from self._unstuck(self.profile, self.namespace)
        if self.keep_data:
            yield from map(_Step, self._released())
        else:
            yield from map(_Step, chain(self._tied(), self._files()))
        yield _Step(merge_patch.delete(self.profile_ref, _version(self.profile)))

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
            yield merge_patch.delete(self.namespace_ref, _version(self.namespace))

    # what would leave the Profile in deletion for ever

    def _unstuck(self, profile: ProfileSeen, namespace: NamespaceSeen) -> Iterator[_Step]:
        """Yield corrections of what would leave the Profile in deletion.

        Another owner, a quota, a role.
        """
        yield from self._owner_corrected(profile, namespace)
        if self._has_impossible_quota(profile):
            change = {"spec": {"resourceQuotaSpec": None}}
            yield _Step(merge_patch.patch(self.profile_ref, change, profile.version))
        yield from self._wrong_role_deleted()

    def _owner_corrected(self, profile: ProfileSeen, namespace: NamespaceSeen) -> Iterator[_Step]:
        """Yield the annotation of the Profile's owner; without it the controller does nothing."""
        owner = "" if profile.owner is None else profile.owner.name
        if self.held is not None and namespace.owner != owner:
            write = self._namespace_patch({"annotations": {naming.OWNER: owner}})
            yield _Step(write, wakes_controller=True)

    def _wrong_role_deleted(self) -> Iterator[_Step]:
        """Yield the deletion of an owner's RoleBinding to another role: no role can be changed."""
        binding = self.observed.owner_bindings.get(self.name)
        if binding is not None and self._binds_another_role(binding):
            ref = ObjectRef("RoleBinding", self.name, naming.OWNER_BINDING)
            yield _Step(merge_patch.delete(ref, binding.version), wakes_controller=True)

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
                yield merge_patch.patch(ref, change, item.version, uid=uid, ends=ends)
            if self.settings.standalone or item.owned_by != self.name:
                yield merge_patch.delete(ref, item.version, uid=uid, ends=ends)

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
        version = _version(self.namespace)
        return merge_patch.patch(self.namespace_ref, {"metadata": metadata}, version)

    def _holds(self, kind: str) -> bool:
        return kind in self.observed.holds


def _version(item: MarkedObject | None) -> str:
    """Return the version that was read, '' for none."""
    return "" if item is None else item.version
