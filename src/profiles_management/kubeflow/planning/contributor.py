"""One contributor: the changes that give a person the granted RoleBinding and policy."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import structs

from profiles_management.kubeflow.objects import builders, compare, merge_patch
from profiles_management.kubeflow.objects.document_people import Grant
from profiles_management.kubeflow.objects.plan_terms import KubeflowReason, State, Verb
from profiles_management.kubeflow.planning.contributor_cases import cases_of
from profiles_management.kubeflow.planning.contributor_fields import (
    annotation_fields,
    distinct,
    fields_of_replaced,
    is_annotated_for,
    mark_fields,
    metadata_patch,
    subject_fields,
)
from profiles_management.kubeflow.planning.contributor_objects import (
    deletions,
    object_ref,
    policy_differences,
)
from profiles_management.kubeflow.planning.contributor_others import (
    gives_others_access,
    moves_of_others,
)
from profiles_management.kubeflow.planning.reasons import first_reason
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    PersonAccess,
    weight,
)
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import (
    AccessMove,
    Action,
    Change,
    Condition,
    FieldDiff,
    FieldKind,
    ObjectRef,
    Phase,
    Reason,
    Write,
)


@dataclass(frozen=True, slots=True)
class _Step:
    """The writes for some of a person's objects.

    Attributes:
        fields: what they change.
        is_drift: whether they correct what somebody else changed.
    """

    writes: tuple[Write, ...] = ()
    fields: tuple[FieldDiff, ...] = ()
    is_drift: bool = False

    @property
    def creates(self) -> bool:
        """Whether an object is created."""
        return any(write.verb is Verb.CREATE for write in self.writes)


class ContributorPlanner:
    """Plans one person's role in a namespace; at no moment does the person have two roles.

    The RoleBinding decides about the role: the old one is deleted before the new one is created. A
    policy does not look at roles: there the new one is created first, so the person always gets
    through the mesh.

    Attributes:
        name: the name of both objects.
        access: the objects that the person already has.
        is_new: whether there are none, as for almost everybody in a first apply.
        cases: what becomes of each of them.
    """

    def __init__(
        self,
        state: ContributorState,
        settings: Settings,
        grant: Grant,
        name: str,
        access: PersonAccess,
    ) -> None:
        self.state = state
        self.settings = settings
        self.grant = grant
        self.name = name
        self.access = access
        self.is_new = not (access.bindings or access.policies)
        self.cases = cases_of(access, name, grant, settings)

    def changes(self) -> Iterator[Change]:
        """Yield the revocation of surplus roles, then the one step that brings the granted role."""
        if self.cases.surplus:
            yield self._surplus_revoked()
        binding, policy, old = self._binding_step(), self._policy_step(), self._old_objects_step()
        writes = (*binding.writes, *policy.writes, *old.writes)
        if self._is_name_in_use():
            # Two people under each other's names would wait for each other.
            writes = (*old.writes, *binding.writes, *policy.writes)
        if not writes:
            return
        replaced = fields_of_replaced(self.cases, self.grant, self.settings)
        fields = distinct((*binding.fields, *policy.fields, *old.fields, *replaced))
        yield self._change(_Step(writes, fields, binding.is_drift or policy.is_drift))

    def _surplus_revoked(self) -> Change:
        surplus = self.cases.surplus
        return Change(
            Phase.REVOKE,
            self.state.name,
            object_ref(self.state, surplus[0]),
            Action.DELETE,
            Reason.EXTRA_ROLE,
            person=self.grant.person,
            before=surplus[-1].granted,
            after=self.grant.role,
            moves=(AccessMove(self.grant.person, surplus[-1].granted, self.grant.role),),
            writes=tuple(deletions(self.state, self.grant.person, surplus)),
        )

    # RoleBinding

    def _binding_step(self) -> _Step:
        if self.cases.kept is not None:
            return self._binding_patched(self.cases.kept)
        return self._binding_created()

    def _binding_patched(self, binding: Binding) -> _Step:
        change = metadata_patch(binding, self.grant, self.settings)
        subjects = subject_fields(binding, self.grant)
        if subjects:
            change["subjects"] = [builders.subject(self.grant.person)]
        return _Step(
            self._patched(binding, change),
            (*self._metadata_fields(binding), *subjects),
            is_drift=bool(subjects) or not is_annotated_for(binding, self.grant),
        )

    def _binding_created(self) -> _Step:
        """Return the creation, after the deletion of the RoleBindings that are replaced.

        The deletion fails where the RoleBinding is gone by then: the new one was planned for a
        person who had a role.
        """
        creation = self._creation(builders.binding, Binding.kind)
        deleted = (
            structs.replace(write, must_exist=write.verb is Verb.DELETE)
            for write in deletions(
                self.state, self.grant.person, self.cases.recreated, creation.after
            )
        )
        cluster_role = self.settings.cluster_roles[self.grant.role]
        fields = [
            FieldDiff(FieldKind.ROLE, "role", binding.cluster_role, cluster_role)
            for binding in self.cases.recreated
        ]
        return _Step((*deleted, creation), tuple(fields), is_drift=bool(self.cases.misbound))

    # AuthorizationPolicy

    def _policy_step(self) -> _Step:
        if not self.state.has_policies:
            return _Step()
        policy = self.cases.policy
        if policy is None or policy.deleting:
            return _Step((self._creation(builders.policy, Policy.kind),))
        return self._policy_patched(policy)

    def _policy_patched(self, policy: Policy) -> _Step:
        change = metadata_patch(policy, self.grant, self.settings)
        differences = policy_differences(policy, self.grant.person, self.settings)
        if differences:
            spec = builders.policy_spec(self.grant.person, self.settings)
            change["spec"] = merge_patch.replacing(compare.parsed(policy.spec), spec)
        return _Step(
            self._patched(policy, change),
            (*self._metadata_fields(policy), *differences),
            is_drift=bool(differences) or not is_annotated_for(policy, self.grant),
        )

    # both objects

    def _creation(self, make: builders.Maker, kind: str) -> Write:
        body = make(self.grant, self.state.name, self.name, self.settings)
        return merge_patch.create(body, self._before_creation(kind))

    def _before_creation(self, kind: str) -> Condition | None:
        """Return what must hold before an object is created.

        A person who has objects here already has the namespace: to wait for it would lengthen the
        time without a role.
        """
        if self.is_new:
            return self.state.ready
        if self._other_persons_object(kind) is not None:
            return Condition(ObjectRef(kind, self.state.name, self.name), State.GONE)
        return None

    def _other_persons_object(self, kind: str) -> Binding | Policy | None:
        """Return another person's object of the granted name, which is renamed in this phase."""
        if kind == Binding.kind:
            return self.state.bindings.get(self.name) if self.cases.binding is None else None
        return self.state.policies.get(self.name) if self.cases.policy is None else None

    def _is_name_in_use(self) -> bool:
        """Whether the person has objects, and somebody else has the granted name so far."""
        if self.is_new or self.name in self.state.leaving:
            return False
        others = map(self._other_persons_object, (Binding.kind, Policy.kind))
        return any(item is not None and not item.deleting for item in others)

    def _old_objects_step(self) -> _Step:
        """Return the deletion of the objects under another name."""
        renamed = self.cases.renamed
        fields = [
            FieldDiff(FieldKind.NAME, "name", binding.name, self.name) for binding in renamed[:1]
        ]
        old: list[Binding | Policy] = [*renamed, *self.cases.old_policies]
        return _Step(tuple(deletions(self.state, self.grant.person, old)), tuple(fields))

    def _patched(self, item: Binding | Policy, change: dict[str, object]) -> tuple[Write, ...]:
        """Return the patch of an object, if there is one.

        A patch that limits what the object gives also holds for the object as somebody changes it
        meanwhile.
        """
        if not change:
            return ()
        target = object_ref(self.state, item)
        if "subjects" in change or "spec" in change:
            person = self.grant.person
            return (merge_patch.patch(target, change, item.version, uid=item.uid, ends=person),)
        return (merge_patch.patch(target, change, item.version),)

    def _metadata_fields(self, item: Binding | Policy) -> tuple[FieldDiff, ...]:
        marks = mark_fields(item, self.grant, self.settings)
        return (*annotation_fields(item, self.grant), *marks)

    def _change(self, step: _Step) -> Change:
        before = self.access.role
        if self.cases.replaced:
            before = self.cases.replaced[0].granted
        move = AccessMove(self.grant.person, before, self.grant.role, self.grant.until)
        return Change(
            self._phase(step),
            self.state.name,
            step.writes[0].target,
            self._action(),
            self._reason(step),
            person=self.grant.person,
            before=before,
            after=self.grant.role,
            until=self.grant.until,
            moves=(move, *moves_of_others(self.cases, self.grant)),
            fields=step.fields,
            writes=step.writes,
            promotes=not before or weight(self.grant.role) > weight(before),
            narrows=gives_others_access(self.access, self.grant.person, self.settings),
        )

    def _phase(self, step: _Step) -> Phase:
        cases = self.cases
        if step.is_drift or cases.replaced or cases.renamed or cases.old_policies:
            return Phase.SWITCH
        return Phase.GRANT if step.creates else Phase.SHAPE

    def _action(self) -> Action:
        if self.is_new:
            return Action.CREATE
        if self.cases.recreated or self.cases.renamed:
            return Action.REPLACE
        return Action.UPDATE

    def _reason(self, step: _Step) -> Reason | KubeflowReason:
        """Return the reason of the change: the first one that applies."""
        if self.is_new:
            return Reason.WANTED
        cases = self.cases
        changed = {field.kind for field in step.fields}
        reasons = (
            (Reason.ROLE_CHANGED, cases.replaced),
            (Reason.DUPLICATE, cases.renamed and cases.binding is not None),
            (Reason.RENAMED, cases.renamed),
            (Reason.DRIFTED, step.is_drift),
            (KubeflowReason.INCOMPLETE, step.creates),
            (Reason.ADOPTED, FieldKind.MANAGED_BY in changed),
            (Reason.MOVED, FieldKind.SOURCE in changed),
        )
        return first_reason(reasons)
