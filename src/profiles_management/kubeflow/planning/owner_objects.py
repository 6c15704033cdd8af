"""The RoleBinding and the AuthorizationPolicy of an owner.

What brings them back to what the profile controller writes.

The profile controller sees a change of them only by their ownerReference. A namespace admin who
removes it can bind further people, and the controller does not notice. So the reference is set
again, and in the same request everybody but the owner is removed: that needs no controller, and the
request wakes it. Nothing is deleted on the way, because in a namespace without any policy Istio
lets everybody in.
"""

from collections.abc import Iterable, Iterator

from profiles_management.kubeflow.objects import builders, document_people, merge_patch, naming
from profiles_management.kubeflow.planning.owner_binding import OwnerBindingPlanner
from profiles_management.kubeflow.planning.owner_object import OwnerContext, OwnerObjectPlanner
from profiles_management.kubeflow.planning.owner_policy import OwnerPolicyPlanner
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import unmanaged_access
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import Owner, Profile, UserKind
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    Person,
    Phase,
    Reason,
    Write,
)

_KINDS = frozenset(kind.value for kind in UserKind)


class OwnerObjects:
    """Plans the two objects of one profile's owner.

    Attributes:
        binding, policy: the planner of each, None where there is no such object.
        others: by kind, who else has access by an object.
    """

    def __init__(
        self, profile: Profile, state: ProfileState, observed: Observed, settings: Settings
    ) -> None:
        self.profile = profile
        self.owner = document_people.owner_of(profile)
        self.others = _others(profile.name, state, observed)
        self.context = OwnerContext(
            profile,
            state,
            observed,
            settings,
            self.owner,
            previous_owner=state.owner_of_profile,
            is_settled=state.is_owner_settled,
        )
        self.binding: OwnerBindingPlanner | None = None
        self.policy: OwnerPolicyPlanner | None = None
        if binding := observed.owner_bindings.get(profile.name):
            others = self.others.get(OwnerBindingPlanner.kind)
            self.binding = OwnerBindingPlanner(self.context, binding, others)
        if policy := observed.owner_policies.get(profile.name):
            others = self.others.get(OwnerPolicyPlanner.kind)
            self.policy = OwnerPolicyPlanner(self.context, policy, others)

    def _planners(self) -> Iterator[OwnerObjectPlanner]:
        if self.binding is not None:
            yield self.binding
        if self.policy is not None:
            yield self.policy

    # other people's access

    def revocations(self) -> Iterator[Change]:
        """Yield the changes that take access from everybody but the owner.

        Each object is right afterwards.

        Whatever somebody wrote meanwhile, only the owner is to have access; unless the owner is
        another one by then.
        """
        for planner in self._planners():
            if planner.others is not None:
                yield self._revocation(planner)

    def _revocation(self, planner: OwnerObjectPlanner) -> Change:
        return Change(
            Phase.SWITCH if planner.is_owner_with_prefix() else Phase.REVOKE,
            self.profile.name,
            planner.ref,
            Action.UPDATE,
            Reason.DRIFTED,
            moves=tuple(planner.moves_of_others()),
            fields=(*planner.people_fields(), *planner.reference_fields()),
            writes=planner.revocation(),
            source=None,
        )

    # the owner's access

    def corrections(self) -> Iterator[Write]:
        """Yield what the profile controller does not correct in objects of the owner alone.

        Where the controller has something to do, it writes to both objects as soon as one of these
        patches wakes it. Then a patch holds for the object whatever its version is.
        """
        is_settled = self.context.is_settled
        for planner in self._planners():
            if planner.others is not None and is_settled:
                continue
            change = planner.correction()
            if change:
                version = planner.existing.version if is_settled else ""
                yield merge_patch.patch(planner.ref, change, version, uid=planner.existing.uid)

    def corrected_fields(self) -> Iterator[FieldDiff]:
        """Yield what corrections change and a reader should know."""
        for planner in self._planners():
            yield from planner.corrected_fields()

    def standalone_writes(self) -> Iterator[Write]:
        """Yield what creates or corrects the objects where there is no profile controller."""
        bodies = builders.owned(self.profile, self.context.settings)
        yield from self._created_or_corrected(self.binding, bodies.binding)
        if OwnerPolicyPlanner.kind in self.context.observed.holds:
            yield from self._created_or_corrected(self.policy, bodies.policy)

    def _created_or_corrected(
        self, planner: OwnerObjectPlanner | None, body: builders.Body
    ) -> Iterable[Write]:
        if body["kind"] in self.others:
            return ()  # a revocation corrects it
        if planner is None:
            return (merge_patch.create(body),)
        return planner.standalone_writes()


def _others(name: str, state: ProfileState, observed: Observed) -> dict[str, tuple[Person, ...]]:
    """Return by kind who else has access by an owner's object.

    Nobody in a namespace in deletion.
    """
    if not unmanaged_access.exists(name, observed):
        return {}
    if state.namespace is None or state.namespace.deleting:
        return {}
    others: dict[str, tuple[Person, ...]] = {}
    for item in unmanaged_access.foreign_objects(name, observed):
        if naming.is_owners(item.kind, item.name):
            others.setdefault(item.kind, item.people)
    return others


def of_no_document(name: str, observed: Observed, settings: Settings) -> OwnerObjects | None:
    """Return the owner's objects of a profile that no document defines.

    None where that is nobody whom a document could name.
    """
    owner = _declared_owner(name, observed)
    if owner is None:
        return None
    state = ProfileState(observed.profiles.get(name), observed.namespaces.get(name))
    profile = Profile.model_construct(name=name, owner=owner)
    return OwnerObjects(profile, state, observed, settings)


def _declared_owner(name: str, observed: Observed) -> Owner | None:
    """Return the owner of a Profile.

    Without Profiles, the subject whom the namespace's annotation names.
    """
    profile = observed.profiles.get(name)
    if profile is not None and profile.owner is not None:
        return _owner(*profile.owner, profile.owner_namespace)
    return _annotated_owner(name, observed)


def _annotated_owner(name: str, observed: Observed) -> Owner | None:
    """Return the subject of the owner's RoleBinding whom the namespace's annotation names."""
    namespace, binding = observed.namespaces.get(name), observed.owner_bindings.get(name)
    if namespace is None or binding is None:
        return None
    for kind, subject, subject_namespace, _ in binding.subjects:
        if subject == namespace.owner:
            return _owner(kind, subject, subject_namespace)
    return None


def _owner(kind: str, name: str, namespace: str) -> Owner | None:
    """Return a person as an owner, None for one whom a document could not name."""
    if not name or kind not in _KINDS:
        return None
    return Owner.model_construct(kind=UserKind(kind), name=name, namespace=namespace or None)
