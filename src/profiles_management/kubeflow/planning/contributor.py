"""One person's pair of objects in a namespace: what brings it to what a document grants."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from profiles_management.kubeflow.objects import builders, compare, merge_patch, naming, policies
from profiles_management.kubeflow.objects.builders import Grant
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.access_state import (
    ContributorState,
    PersonAccess,
    deletions,
    is_spent,
    policy_diff,
    ref,
    role_right,
    weight,
)
from profiles_management.kubeflow.state.observed import Binding, Policy
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    FieldDiff,
    ObjectRef,
    Phase,
    Reason,
    State,
    Verb,
    Write,
)

_Object = TypeVar("_Object", Binding, Policy)


def _named(name: str, among: Iterable[_Object]) -> _Object | None:
    """Return the object of a name."""
    return next((one for one in among if one.name == name), None)


def _others(name: str, among: Iterable[_Object]) -> list[_Object]:
    """Return the objects of other names that still give access."""
    return [one for one in among if one.name != name and not is_spent(one)]


class ContributorChange:
    """Brings what one person holds to what a document grants, without a moment of two roles.

    The RoleBinding decides: the old role goes before the new one comes. A policy ignores roles, so
    there the new one comes before the old one goes, and the person is never shut out.
    """

    def __init__(
        self,
        room: ContributorState,
        settings: Settings,
        grant: Grant,
        name: str,
        held: PersonAccess,
    ) -> None:
        self.room = room
        self.settings = settings
        self.grant = grant
        self.name = name
        self.held = held
        self.binding = _named(name, held.bindings)
        self.policy = _named(name, held.policies)
        others = _others(name, held.bindings)
        self.same = [
            one for one in others if one.subjects is None and role_right(one, grant, settings)
        ]
        wrong = [one for one in others if one not in self.same]
        wrong.sort(key=lambda one: (weight(one.granted), one.name))
        self.replaced = wrong[:1] if self.binding is None and not self.same else []
        self.surplus = wrong[len(self.replaced) :]
        self.old_policies = _others(name, held.policies)
        self.fields: list[FieldDiff] = []
        self.drifted = False

    def changes(self) -> Iterator[Change]:
        """Yield a revocation of roles that are too many, then the one step that sets the right one."""
        if self.surplus:
            yield self._surplus()
        new = (*self._binding_writes(), *self._policy_writes())
        old = tuple(self._old_pair_writes())
        # Two people under each other's names would wait for one another, so there the old pairs go
        # first.
        sent = (*old, *new) if self._is_name_in_use() else (*new, *old)
        if sent:
            self._note_replaced()
            yield self._change(sent)

    def _surplus(self) -> Change:
        return Change(
            Phase.REVOKE,
            self.room.name,
            ref(self.room, self.surplus[0]),
            Action.DELETE,
            Reason.EXTRA_ROLE,
            person=self.grant.person,
            before=self.surplus[-1].granted,
            after=self.grant.role,
            writes=tuple(deletions(self.room, self.grant.person, self.surplus)),
        )

    # RoleBinding

    def _binding_writes(self) -> Iterator[Write]:
        one = self.binding
        if one is not None and self._keeps_binding():
            yield from self._mend_binding(one)
        else:
            wrong = self._wrong()
            for gone in (*self.replaced, *wrong):
                self.drifted = self.drifted or gone in wrong
                self.fields.append(
                    FieldDiff(
                        "role", gone.cluster_role, self.settings.cluster_roles[self.grant.role]
                    )
                )
            made = self._creation(
                builders.binding, "RoleBinding", self.room.bindings.get(self.name)
            )
            for sent in deletions(
                self.room, self.grant.person, (*self.replaced, *wrong), made.after
            ):
                yield replace(sent, must_exist=sent.verb is Verb.DELETE)
            yield made

    def _keeps_binding(self) -> bool:
        """Whether the RoleBinding of the wanted name can stay: its role cannot be changed."""
        one = self.binding
        return one is not None and not one.deleting and role_right(one, self.grant, self.settings)

    def _wrong(self) -> list[Binding]:
        """Return the RoleBinding of the wanted name where it binds to another role."""
        one = self.binding
        return [one] if one is not None and not one.deleting and not self._keeps_binding() else []

    def _mend_binding(self, one: Binding) -> Iterator[Write]:
        change = self._metadata(one)
        if self._note_subjects(one):
            self.drifted = True
            change["subjects"] = [builders.subject(self.grant.person)]
        yield from self._mended(one, change)

    # AuthorizationPolicy

    def _policy_writes(self) -> Iterator[Write]:
        if not self.room.has_policies:
            return
        if self.policy is None or self.policy.deleting:
            yield self._creation(
                builders.policy, "AuthorizationPolicy", self.room.policies.get(self.name)
            )
        else:
            yield from self._mend_policy(self.policy)

    def _mend_policy(self, one: Policy) -> Iterator[Write]:
        change = self._metadata(one)
        if differences := policy_diff(one, self.grant.person, self.settings):
            self.fields += differences
            self.drifted = True
            wanted = builders.policy_spec(self.grant.person, self.settings)
            change["spec"] = merge_patch.replacing(compare.parsed(one.spec), wanted)
        yield from self._mended(one, change)

    # both

    def _mended(self, one: Binding | Policy, change: dict[str, object]) -> Iterator[Write]:
        """Yield a patch; one that limits what an object gives cannot be outrun by changing the object."""
        target = ref(self.room, one)
        if "subjects" in change or "spec" in change:
            yield merge_patch.patch(
                target, change, one.version, uid=one.uid, ends=self.grant.person
            )
        elif change:
            yield merge_patch.patch(target, change, one.version)

    def _is_name_in_use(self) -> bool:
        """Whether an object of somebody else, who changes names in the same phase, has this person's name."""
        if self.name in self.room.leaving:
            return False
        there = (self.room.bindings.get(self.name), self.room.policies.get(self.name))
        mine = (self.binding, self.policy)
        return bool(self.held.names) and any(
            one is not None and own is None and not one.deleting
            for one, own in zip(there, mine, strict=True)
        )

    def _old_pair_writes(self) -> Iterator[Write]:
        """Yield what removes the pair under another name."""
        if not self.same and not self.old_policies:
            return
        if self.same:
            self._note("name", self.same[0].name, self.name)
        yield from deletions(self.room, self.grant.person, (*self.same, *self.old_policies))

    def _metadata(self, one: Binding | Policy) -> dict[str, object]:
        change: dict[str, object] = {}
        notes: dict[str, str | None] = {}
        if (one.person, one.role) != (self.grant.person, self.grant.role):
            self._note_annotations(one)
            self.drifted = True
            notes = {"user": None, "group": None, **builders.annotations(self.grant)}
        if one.until != self.grant.until:
            notes[naming.UNTIL] = self.grant.until or None
        if one.source != self.grant.source:
            notes[naming.SOURCE] = self.grant.source or None
        if notes:
            change["annotations"] = notes
        if one.mark != self.settings.instance:
            change["labels"] = builders.marks(self.settings)
        self._note_marks(one)
        return {"metadata": change} if change else {}

    # the fields that differ

    def _note_replaced(self) -> None:
        """Note what else differs between the objects that go and those that replace them, such as `until`."""
        if not self._keeps_binding():
            for binding in (*self.replaced, *self.same, *self._wrong()):
                self._note_marks(binding)
                self._note_subjects(binding)
                if (binding.person, binding.role) != (self.grant.person, binding.granted):
                    self._note_annotations(binding)
        if self.policy is None:
            for policy in self.old_policies:
                self._note_marks(policy)
                for difference in policy_diff(policy, self.grant.person, self.settings):
                    self._add(difference)

    def _note_annotations(self, one: Binding | Policy) -> None:
        before, after = (one.role, one.person.name), (self.grant.role, self.grant.person.name)
        self._note("annotations", " ".join(before).strip(), " ".join(after))

    def _note_marks(self, one: Binding | Policy) -> None:
        self._note("until", one.until, self.grant.until)
        self._note("source", one.source, self.grant.source)
        self._note("managed by", one.mark, self.settings.instance)

    def _note_subjects(self, one: Binding) -> bool:
        """Note whom a RoleBinding binds where that is not just the person; return whether it differs."""
        if one.subjects is None and one.person == self.grant.person:
            return False
        bound = (
            [one.person.name] if one.subjects is None else [subject[1] for subject in one.subjects]
        )
        self._add(FieldDiff("subjects", bound, [self.grant.person.name]))
        return True

    def _note(self, path: str, before: str, after: str) -> None:
        if before != after:
            self._add(FieldDiff(path, before or None, after or None))

    def _add(self, difference: FieldDiff) -> None:
        if difference not in self.fields:
            self.fields.append(difference)

    def _creation(self, make: builders.Maker, kind: str, there: Binding | Policy | None) -> Write:
        """Return what makes an object, once somebody else who changes names has left this one.

        Who holds something here has the namespace already: to wait for it would lengthen the gap in
        between.
        """
        target = ObjectRef(kind, self.room.name, self.name)
        ready = None if self.held.names else self.room.ready
        is_others = there is not None and there not in (self.binding, self.policy)
        in_the_way = is_others and bool(self.held.names)
        after = Condition(target, State.GONE) if in_the_way else ready
        return merge_patch.create(make(self.grant, self.room.name, self.name, self.settings), after)

    # how it is told

    def _change(self, sent: tuple[Write, ...]) -> Change:
        created = any(write.verb is write.verb.CREATE for write in sent)
        phase = Phase.GRANT if created else Phase.SHAPE
        if self.replaced or self.same or self.old_policies or self.drifted:
            phase = Phase.SWITCH
        before = self.replaced[0].granted if self.replaced else self.held.role
        return Change(
            phase,
            self.room.name,
            sent[0].target,
            self._action(),
            self._reason(created=created),
            person=self.grant.person,
            before=before,
            after=self.grant.role,
            until=self.grant.until,
            fields=tuple(self.fields),
            writes=sent,
            promotes=not before or weight(self.grant.role) > weight(before),
            narrows=self._narrows(),
        )

    def _narrows(self) -> bool:
        """Whether an object of this person gives access to others too, who lose that."""
        person = self.grant.person
        if any(
            binding.subjects is not None or binding.person != person
            for binding in self.held.bindings
        ):
            return True
        edited = (
            policy.spec
            for policy in self.held.policies
            if policy_diff(policy, person, self.settings)
        )
        return any(self._lets_others_in(spec) for spec in edited)

    def _lets_others_in(self, spec: bytes) -> bool:
        """Whether a policy lets in others than this person, whom the settings may name with another prefix."""
        let_in = policies.people_of_owners_policy(spec, self.settings)
        return len(let_in) > 1 or not all(
            other.name.endswith(self.grant.person.name) for other in let_in
        )

    def _action(self) -> Action:
        if not (self.held.bindings or self.held.policies):
            return Action.CREATE
        renewed = any(one.path == "role" for one in self.fields)
        return Action.REPLACE if renewed or self.same else Action.UPDATE

    def _reason(self, *, created: bool) -> Reason:
        reasons = (
            (Reason.WANTED, not (self.held.bindings or self.held.policies)),
            (Reason.ROLE_CHANGED, self.replaced),
            (Reason.DUPLICATE, self.same and self.binding is not None),
            (Reason.RENAMED, self.same),
            (Reason.DRIFTED, self.drifted),
            (Reason.INCOMPLETE, created),
            (Reason.ADOPTED, any(one.path == "managed by" for one in self.fields)),
            (Reason.MOVED, any(one.path == "source" for one in self.fields)),
        )
        return next((reason for reason, applies in reasons if applies), Reason.CHANGED)
