"""The owner of one profile: its creation, an owner change, corrections of the owner's objects."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice
from types import MappingProxyType

from msgspec import structs

from profiles_management.kubeflow.objects import builders, merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import State, Verb
from profiles_management.kubeflow.planning import new_profile, waking
from profiles_management.kubeflow.planning.context import ProfileContext
from profiles_management.kubeflow.planning.owner_conditions import owner_annotated, owner_bound
from profiles_management.kubeflow.planning.owner_objects import OwnerObjects
from profiles_management.kubeflow.state import profile_state
from profiles_management.kubeflow.state.observed import NamespaceSeen, ProfileSeen
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import (
    OWNER,
    AccessMove,
    Action,
    Change,
    Condition,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Pending,
    Person,
    Phase,
    Reason,
    Write,
)

_NO_ROLES: Mapping[Person, str] = MappingProxyType({})


class OwnerPlanner:
    """Plans the owner of one profile.

    Attributes:
        owner: the owner of the document.
        objects: the owner's RoleBinding and AuthorizationPolicy.
        missing: those of them for which the profile controller has to be woken.
    """

    def __init__(self, profile: Profile, context: ProfileContext) -> None:
        self.profile = profile
        self.name = profile.name
        self.context = context
        self.state = context.state
        self.settings = context.settings
        self.missing = waking.missing(context)
        self.objects = OwnerObjects(profile, self.state, context.observed, self.settings)
        self.owner = self.objects.owner

    def comes_first(self, change: Change) -> bool:
        """Return whether a change makes the previous owner a contributor."""
        if self.state.previous_owner is None or self.state.namespace is None:
            return False
        if change.person != self.state.previous_owner:
            return False
        if change.phase is Phase.REVOKE:
            return False
        return any(write.verb is Verb.CREATE for write in change.writes)

    def changes(
        self,
        first: Sequence[Change] = (),
        roles_before: Mapping[Person, str] = _NO_ROLES,
        roles_after: Mapping[Person, str] = _NO_ROLES,
    ) -> Iterator[Change]:
        """Yield the changes.

        Args:
            first: what gives the previous owner a role as a contributor; it is written in the same
                step, before the owner changes.
            roles_before: the role of the owner who was a contributor until now.
            roles_after: the roles of the contributors after the run.
        """
        role = roles_before.get(self.owner, "")
        if self._is_new():
            yield new_profile.creation(self.profile, self.context, role)
            return
        yield from waking.changes(self.name, self.owner, self.missing, self.context.now)
        if self._writes:
            moves = (*self._moves_of_previous(first, roles_after), self._move_of_owner(role))
            yield self._owner_change(first, moves)
        else:
            yield from map(_moved_from_owner, first)

    def _is_new(self) -> bool:
        if self.settings.standalone:
            return self.state.namespace is None
        return self.state.profile is None

    @cached_property
    def _writes(self) -> tuple[Write, ...]:
        """What corrects or changes the owner of a profile that exists."""
        if self.settings.standalone:
            return tuple(self._standalone_writes())
        return tuple(self._controller_writes())

    def _waits_for_controller(self) -> bool:
        """Whether only the profile controller still has something to do."""
        if self.state.profile is None or not self.context.holds("Namespace"):
            return False
        return not (self.missing or self._writes)

    # what the profile controller has not done

    def pending(self) -> Iterator[Pending]:
        """Yield what only the profile controller still has to do."""
        if not self._waits_for_controller():
            return
        for task, condition in islice(self._tasks_of_controller(), 1):
            yield Pending(self.name, f"waits for the profile controller to {task}", condition)

    def _tasks_of_controller(self) -> Iterator[tuple[str, Condition]]:
        """Yield what the controller has not done, each with the condition that it will meet."""
        if self.state.namespace is None:
            yield "make the namespace", owner_bound(self.profile)
        if self.objects.binding is None:
            yield "bind the owner", owner_bound(self.profile)
        if self.state.previous_owner is not None:
            yield "bind the new owner", owner_bound(self.profile)
        if self.objects.policy is None:
            policy = ObjectRef("AuthorizationPolicy", self.name, naming.OWNER_POLICY)
            yield "let the owner in", Condition(policy, State.THERE)

    def warnings(self) -> Iterator[Problem]:
        """Yield what is wrong with the owner's objects, which the profile controller made.

        Until its RoleBinding names the owner, the controller has not come to the profile, and its
        policy is not judged.
        """
        if self.state.namespace is None or not self._waits_for_controller():
            return
        binding, policy = self.objects.binding, self.objects.policy
        if binding is None:
            return
        yield from self._role_warnings(binding.existing.cluster_role)
        if policy is None or policy.others is not None:
            return
        if self.state.previous_owner is None:
            yield from self._policy_warnings(policy.existing.spec)

    def _role_warnings(self, cluster_role: str) -> Iterator[Problem]:
        admin = self.settings.cluster_roles["admin"]
        if cluster_role != admin:
            what = f"RoleBinding {naming.OWNER_BINDING} binds {cluster_role} and not {admin}"
            yield self._drifted(what, "Delete it; the profile controller creates it again.")

    def _policy_warnings(self, spec: bytes) -> Iterator[Problem]:
        if builders.lets_in(spec, self.owner, self.settings):
            return
        header = f"the header {self.settings.userid_header}"
        yield self._drifted(
            f"AuthorizationPolicy {naming.OWNER_POLICY} does not let {self.owner.name} in by "
            f"{header}",
            "Set userid_header and userid_prefix to the values of the profile controller, "
            "or restart the controller.",
        )

    def _drifted(self, what: str, remedy: str) -> Problem:
        nameless = f"the owner's objects in {self.name} differ from the document"
        return refusal(self.name, "owner-drift", what, remedy, nameless=nameless)

    # an owner change

    def _moves_of_previous(
        self, first: Sequence[Change], roles: Mapping[Person, str]
    ) -> Iterator[AccessMove]:
        """Yield what the previous owner keeps as a contributor."""
        person = self.state.previous_owner
        if person is not None:
            until = next((change.until for change in first), "")
            yield AccessMove(person, OWNER, roles.get(person, ""), until)

    def _move_of_owner(self, role: str) -> AccessMove:
        """Return what the owner had before: nothing changes for one who stays."""
        before = OWNER if self.state.keeps_owner else role
        return AccessMove(self.owner, before, OWNER)

    def _owner_change(self, first: Sequence[Change], moves: tuple[AccessMove, ...]) -> Change:
        reason = self._reason()
        is_watched = reason is not Reason.DRIFTED and self.context.holds("Namespace")
        return Change(
            Phase.SWITCH,
            self.name,
            ObjectRef("Namespace" if self.settings.standalone else "Profile", "", self.name),
            Action.UPDATE,
            reason,
            moves=moves,
            fields=(self._owner_field(), *self.objects.corrected_fields()),
            writes=(*_writes_at_once(first), *self._writes),
            settled=(owner_bound(self.profile),) if is_watched else (),
            narrows=self.state.previous_owner is not None and not first,
        )

    def _owner_field(self) -> FieldDiff:
        """Return the owner before and after, with the kind where two owners have one name."""
        previous_owner = self.state.previous_owner
        if previous_owner is None:
            return FieldDiff(FieldKind.OWNER, "owner", None, str(self.owner))
        before = str(previous_owner)
        if previous_owner.name == self.owner.name:
            before = previous_owner.kind_and_name
        return FieldDiff(FieldKind.OWNER, "owner", before, str(self.owner))

    def _reason(self) -> Reason:
        state = self.state
        if not state.keeps_owner:
            return Reason.OWNER_CHANGED
        if self.objects.binding is None and (state.needs_annotation or state.needs_wake):
            return Reason.ADOPTED
        return Reason.DRIFTED

    def _controller_writes(self) -> Iterator[Write]:
        """Yield the writes to the four places that name an owner, in the controller's order.

        `spec.owner`, the namespace's annotation (until then the controller refuses the profile),
        then the annotation of RoleBinding and AuthorizationPolicy, which the controller never
        changes and the dashboard reads.
        """
        profile, namespace = self.state.profile, self.state.namespace
        if profile is None:
            return
        if self.state.changes_owner:
            yield self._owner_replaced(profile)
        if self.context.holds("Namespace"):
            yield from self._annotated()
        corrections = tuple(self.objects.corrections())
        yield from corrections
        if namespace is not None and self.state.needs_wake and not corrections:
            yield self._woken(profile, namespace)

    def _annotated(self) -> Iterator[Write]:
        namespace = self.state.namespace
        if namespace is not None and self.state.needs_annotation:
            yield owner_annotated(namespace, self.owner)

    def _woken(self, profile: ProfileSeen, namespace: NamespaceSeen) -> Write:
        """Return the patch that makes the controller look at a Profile, and records why."""
        touched = {naming.TOUCHED: profile_state.woken_for(namespace)}
        change = {"metadata": {"annotations": touched}}
        return merge_patch.patch(ObjectRef("Profile", "", self.name), change, uid=profile.uid)

    def _owner_replaced(self, profile: ProfileSeen) -> Write:
        spec = {"apiGroup": None, "namespace": None, **builders.owner_spec(self.profile.owner)}
        change: builders.Body = {"spec": {"owner": spec}}
        if self.state.needs_mark:
            change["metadata"] = {"labels": builders.marks(self.settings)}
        return merge_patch.patch(
            ObjectRef("Profile", "", self.name),
            change,
            profile.version,
            uid=profile.uid,
            replaces="" if profile.owner is None else profile.owner.kind_and_name,
        )

    def _standalone_writes(self) -> Iterator[Write]:
        yield from self._annotated()
        yield from self.objects.standalone_writes()


def _moved_from_owner(change: Change) -> Change:
    """Return a contributor's change of the previous owner, who is still bound as the owner."""
    return structs.replace(
        change, moves=tuple(move._replace(before=OWNER) for move in change.moves)
    )


def _writes_at_once(changes: Iterable[Change]) -> Iterator[Write]:
    """Yield writes that do not wait for a namespace to name the new owner.

    That comes later in the same step.
    """
    for write in chain.from_iterable(change.writes for change in changes):
        if write.after is not None and write.after.state is State.READY:
            yield structs.replace(write, after=None)
        else:
            yield write
