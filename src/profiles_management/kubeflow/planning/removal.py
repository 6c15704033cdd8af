"""Removing one profile, with its namespace and data or without: what the profile controller needs for it. Pure."""

from collections.abc import Iterator

from profiles_management.kubeflow.objects import builders, merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason, State
from profiles_management.kubeflow.planning import resource_quota
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import ownership
from profiles_management.kubeflow.state.observed import MarkedObject, Observed, OwnerObject
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    ObjectRef,
    Phase,
    Write,
)


class Removal:
    """The removal of one profile, as the profile controller needs it."""

    def __init__(
        self, name: str, observed: Observed, settings: Settings, *, keep_data: bool
    ) -> None:
        self.name = name
        self.seen = observed.profiles.get(name)
        self.space = (
            observed.namespaces.get(name)
            if ownership.is_ours_to_close(name, observed, settings)
            else None
        )
        self.observed = observed
        self.settings = settings
        self.keep_data = keep_data
        self.profile = ObjectRef("Profile", "", name)
        self.namespace = ObjectRef("Namespace", "", name)
        self.written: set[ObjectRef] = set()

    def change(self) -> Change:
        """Return the one step that removes it."""
        standalone = self.settings.standalone
        return Change(
            Phase.SHAPE,
            self.name,
            self.namespace if standalone else self.profile,
            Action.DELETE,
            KubeflowReason.STALE_KEPT if self.keep_data else KubeflowReason.STALE,
            writes=tuple(self._standalone() if standalone else self._kubeflow()),
            settled=self._settled(),
        )

    def _kubeflow(self) -> Iterator[Write]:
        if self.keep_data:
            yield from self._closed()
            yield from self._freed()
        yield from self._unstuck()
        if self.keep_data:
            yield from self._released()
        else:
            yield from self._tied()
        yield from self._files()
        yield merge_patch.delete(self.profile, self._read(self.profile, self.seen))

    def _unstuck(self) -> Iterator[Write]:
        """Mend what would leave the Profile in deletion for ever: another owner, a quota or a role that cannot be."""
        if self.seen is None or self.space is None:
            return
        owner = self.seen.owner.name if self.seen.owner is not None else ""
        if self.space.owner != owner and self._holds("Namespace"):
            change = {"metadata": {"annotations": {naming.OWNER: owner}}}
            yield merge_patch.patch(self.namespace, change, self._read(self.namespace, self.space))
            self.written.add(self.profile)  # by the controller, whom this wakes; so below
        made = not self._holds("ResourceQuota") or self.name in self.observed.quotas
        if not made and resource_quota.has_limits(self.seen.quota):
            without = {"spec": {"resourceQuotaSpec": None}}
            yield merge_patch.patch(self.profile, without, self._read(self.profile, self.seen))
        bound = self.observed.owner_bindings.get(self.name)
        if bound is not None and bound.cluster_role != self.settings.cluster_roles["admin"]:
            ref = ObjectRef("RoleBinding", self.name, naming.OWNER_BINDING)
            yield merge_patch.delete(ref, self._read(ref, bound))
            self.written.add(self.profile)

    def _freed(self) -> Iterator[Write]:
        """Remove finalizers from the owner's objects, and those objects that would outlast their Profile."""
        if self.space is None:
            return
        for ref, one in self._owner_objects():
            ends, uid = one.owner, one.uid
            if one.finalized:
                nothing = {"metadata": {"finalizers": None}}
                yield merge_patch.patch(ref, nothing, self._read(ref, one), uid=uid, ends=ends)
            if self.settings.standalone or one.owned_by != self.name:
                yield merge_patch.delete(ref, self._read(ref, one), uid=uid, ends=ends)

    def _settled(self) -> tuple[Condition, ...]:
        """What has to be gone; with the Profile its owner's objects, which somebody could have taken from it."""
        if not self.keep_data:
            goes = self.space is not None and self._holds("Namespace")
            return (Condition(self.namespace if goes else self.profile, State.GONE),)
        if self.settings.standalone:
            return ()
        gone = [self.profile]
        if self.space is not None and self._holds("Namespace"):
            gone += [ref for ref, one in self._owner_objects() if one.owned_by == self.name]
        return tuple(Condition(ref, State.GONE) for ref in gone)

    def _owner_objects(self) -> Iterator[tuple[ObjectRef, OwnerObject]]:
        binding, policy = (
            self.observed.owner_bindings.get(self.name),
            self.observed.owner_policies.get(self.name),
        )
        if binding is not None:
            yield ObjectRef("RoleBinding", self.name, naming.OWNER_BINDING), binding
        if policy is not None:
            yield ObjectRef("AuthorizationPolicy", self.name, naming.OWNER_POLICY), policy

    def _tied(self) -> Iterator[Write]:
        """Give an adopted namespace to the Profile, so that both go in one: nothing is left if we die in between."""
        if (
            self.seen is None
            or self.space is None
            or self.space.owned_by
            or not self._holds("Namespace")
        ):
            return
        profile = {
            "apiVersion": builders.API_VERSIONS["Profile"],
            "kind": "Profile",
            "name": self.name,
            "uid": self.seen.uid,
        }
        change = {"metadata": {"ownerReferences": [profile]}}
        yield merge_patch.patch(self.namespace, change, self._read(self.namespace, self.space))

    def _closed(self) -> Iterator[Write]:
        """Let nobody in, whatever policies of somebody else are there under the name for this."""
        if (
            self.space is not None
            and self._holds("AuthorizationPolicy")
            and self.name not in self.observed.closed
        ):
            taken = self.observed.taken.get(self.name, ())
            name = next((name for name in naming.CLOSING if name not in taken), naming.CLOSED)
            yield merge_patch.create(builders.closed(self.name, name, self.settings))

    def _released(self) -> Iterator[Write]:
        """Take the namespace from its Profile, so that it stays."""
        if self.space is not None and self.space.owned_by and self._holds("Namespace"):
            change = {"metadata": {"ownerReferences": None}}
            yield merge_patch.patch(self.namespace, change, self._read(self.namespace, self.space))

    def _files(self) -> Iterator[Write]:
        """Yield what goes with a namespace in a cluster, and in a folder file by file."""
        if self.keep_data or not self.observed.is_text:
            return
        seen, name = self.observed, self.name
        limits = seen.limits.get(name)
        files = (
            ("RoleBinding", naming.OWNER_BINDING, name in seen.owner_bindings),
            ("AuthorizationPolicy", naming.OWNER_POLICY, name in seen.owner_policies),
            ("AuthorizationPolicy", naming.CLOSED, name in seen.closed),
            ("ResourceQuota", naming.QUOTA, name in seen.quotas),
            ("LimitRange", naming.LIMITS, limits is not None and bool(limits.mark)),
        )
        for kind, file, is_there in files:
            if is_there:
                yield merge_patch.delete(ObjectRef(kind, name, file))

    def _standalone(self) -> Iterator[Write]:
        if not self.keep_data:
            yield from self._files()
            yield merge_patch.delete(self.namespace, self._read(self.namespace, self.space))
            return
        yield from self._closed()
        yield from self._freed()
        yield from self._released()
        unmarked = {
            "labels": dict.fromkeys(builders.marks(self.settings)),
            "annotations": {naming.OWNER: None, naming.KEYS: None, naming.SOURCE: None},
        }
        yield merge_patch.patch(
            self.namespace, {"metadata": unmarked}, self._read(self.namespace, self.space)
        )

    def _read(self, target: ObjectRef, seen: MarkedObject | OwnerObject | None) -> str:
        """Return the version that was read, for the first write to an object of this step; '' for later ones."""
        first = target not in self.written
        self.written.add(target)
        return _version(seen) if first else ""

    def _holds(self, kind: str) -> bool:
        return kind in self.observed.holds


def _version(seen: MarkedObject | OwnerObject | None) -> str:
    return seen.version if seen is not None else ""
