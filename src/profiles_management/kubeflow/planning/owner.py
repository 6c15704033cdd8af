"""Who owns: a new profile with its owner, and a profile that changes hands."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from profiles_management.kubeflow.objects import builders, compare, merge_patch, naming
from profiles_management.kubeflow.objects.plan_terms import State, Verb
from profiles_management.kubeflow.planning import shape, waking
from profiles_management.kubeflow.planning.context import Wanted
from profiles_management.kubeflow.planning.owner_objects import POLICY, OwnerObjects
from profiles_management.kubeflow.planning.resource_quota import follows
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import profile_state, recorded_keys
from profiles_management.kubeflow.state.observed import NamespaceSeen, Observed, ProfileSeen
from profiles_management.kubeflow.state.ownership import refusal
from profiles_management.kubeflow.state.profile_state import ProfileState, namespace_ready
from profiles_management.pmr.classes import Profile
from profiles_management.pmr.problems import Problem
from profiles_management.reconcile.plan import (
    Action,
    Change,
    Condition,
    FieldDiff,
    ObjectRef,
    Pending,
    Person,
    Phase,
    Reason,
    Write,
)


def bound(profile: Profile) -> Condition:
    """Return the condition under which a profile's owner has an owner's access."""
    return Condition(
        ObjectRef("RoleBinding", profile.name, naming.OWNER_BINDING),
        State.BOUND,
        str(builders.owner_of(profile)),
    )


class OwnerPlanner:
    """Plans who owns one profile."""

    def __init__(
        self,
        profile: Profile,
        wanted: Wanted,
        footing: ProfileState,
        observed: Observed,
        settings: Settings,
        now: datetime,
    ) -> None:
        self.profile = profile
        self.name = profile.name
        self.owner = builders.owner_of(profile)
        self.wanted = wanted
        self.footing = footing
        self.observed = observed
        self.settings = settings
        self.now = now
        self.missing = waking.gone(footing, observed, now)
        self.objects = OwnerObjects(profile, footing, observed, settings)
        self.binding, self.policy = self.objects.binding, self.objects.policy

    def comes_first(self, change: Change) -> bool:
        """Return whether a contributor's change makes the owner of before a contributor: it goes ahead of the rest."""
        before, there = self.footing.previous_owner, self.footing.namespace is not None
        gives = any(write.verb is Verb.CREATE for write in change.writes)
        return (
            there
            and before is not None
            and change.person == before
            and change.phase is not Phase.REVOKE
            and gives
        )

    def changes(self, first: Sequence[Change] = ()) -> Iterator[Change]:
        """Yield the changes.

        Args:
            first: what makes the owner of before a contributor; written in the same step, before
                the owner changes.
        """
        standalone = self.settings.standalone
        if (self.footing.namespace if standalone else self.footing.profile) is None:
            yield self._new()
            return
        yield from waking.changes(self.name, self.owner, self.missing, self.now)
        if self._sent:
            yield self._handed_over(first, self._sent)
        else:
            yield from first

    def pending(self) -> Iterator[Pending]:
        """Yield what the profile controller still has to do although nothing is left for us to write."""
        if (
            self.footing.profile is None
            or "Namespace" not in self.observed.holds
            or self._changing()
        ):
            return
        waits = "waits for the profile controller to"
        if self.footing.namespace is None:
            yield Pending(self.name, f"{waits} make the namespace", bound(self.profile))
        elif self.binding is None:
            yield Pending(self.name, f"{waits} bind the owner", bound(self.profile))
        elif self.footing.previous_owner is not None:
            yield Pending(self.name, f"{waits} bind the new owner", bound(self.profile))
        elif self.policy is None:
            ref = ObjectRef("AuthorizationPolicy", self.name, naming.OWNER_POLICY)
            yield Pending(self.name, f"{waits} let the owner in", Condition(ref, State.THERE))

    def warnings(self) -> Iterator[Problem]:
        """Yield what is wrong with the owner's objects, which the profile controller made.

        Until its RoleBinding names the owner, the controller has not come to the profile, so its
        policy is due too.
        """
        seen, space = self.footing.profile, self.footing.namespace
        if (
            seen is None
            or space is None
            or "Namespace" not in self.observed.holds
            or self._changing()
        ):
            return
        drifted = f"the owner's objects in {self.name} are not as the document wants them"
        admin = self.settings.cluster_roles["admin"]
        if self.binding is not None and self.binding.cluster_role != admin:
            what = f"RoleBinding {naming.OWNER_BINDING} binds {self.binding.cluster_role} and not {admin}"
            remedy = "Delete it; the profile controller makes it again."
            yield refusal(self.name, "owner-drift", what, remedy, nameless=drifted)
        followed = self.binding is not None and self.footing.previous_owner is None
        is_restored = POLICY in self.objects.others
        if not followed or self.policy is None or is_restored:
            return
        if not builders.lets_in(self.policy.spec, self.owner, self.settings):
            header = f"the header {self.settings.userid_header}"
            what = f"AuthorizationPolicy {naming.OWNER_POLICY} does not let {self.owner.name} in by {header}"
            remedy = (
                "Set userid_header and userid_prefix as the profile controller has them, "
                "or restart the controller."
            )
            yield refusal(self.name, "owner-drift", what, remedy, nameless=drifted)

    def _changing(self) -> bool:
        return bool(self.missing or self._sent)

    @cached_property
    def _sent(self) -> tuple[Write, ...]:
        """What corrects or changes the owner of a profile that is there."""
        return tuple(self._standalone_steps() if self.settings.standalone else self._steps())

    # a profile that is not there yet

    def _new(self) -> Change:
        made = self._new_namespace() if self.settings.standalone else self._new_profile()
        # a standalone quota is a step of its own
        quota = {} if self.settings.standalone else self.wanted.quota or {}
        kind = "Namespace" if self.settings.standalone else "Profile"
        return Change(
            Phase.GRANT,
            self.name,
            ObjectRef(kind, "", self.name),
            Action.CREATE,
            Reason.ADOPTED if self.footing.namespace is not None else Reason.WANTED,
            fields=(FieldDiff("owner", None, str(self.owner)), *compare.quota({}, quota)),
            writes=tuple(made),
            settled=self._settled_when_new(),
        )

    def _settled_when_new(self) -> tuple[Condition, ...]:
        """A new profile is there once its owner is bound, which comes after the namespace, and has its quota."""
        if "Namespace" not in self.observed.holds:
            return ()
        if self.settings.standalone:
            return (namespace_ready(self.name, self.owner.name),)
        quota = (follows(self.name, self.wanted.quota),) if self.wanted.quota else ()
        return (bound(self.profile), *quota)

    def _new_profile(self) -> Iterator[Write]:
        """A namespace that is there has to name its owner first, or the controller will have nothing to do with it."""
        if self.footing.needs_annotation and self.footing.namespace is not None:
            yield self._annotated(self.footing.namespace)
        space = self.footing.namespace
        touched = profile_state.woken_for(space) if space is not None else ""
        sets = shape.record(self.wanted.sets())
        notes = {naming.SETS: sets, naming.SOURCE: self.wanted.source, naming.TOUCHED: touched}
        kept = {key: value for key, value in notes.items() if value}
        yield merge_patch.create(
            builders.profile_body(self.profile, self.wanted.quota, kept, self.settings)
        )

    def _new_namespace(self) -> Iterator[Write]:
        notes = {
            naming.KEYS: recorded_keys.record(self.wanted.labels, self.wanted.annotations),
            naming.SOURCE: self.wanted.source,
        }
        record = {key: value for key, value in notes.items() if value}
        yield merge_patch.create(
            builders.named(
                "Namespace",
                self.name,
                labels={**self.wanted.labels, **builders.marks(self.settings)},
                annotations={**self.wanted.annotations, **record, naming.OWNER: self.owner.name},
            )
        )
        owned = builders.owned(self.profile, self.settings)
        yield merge_patch.create(owned.binding)
        if "AuthorizationPolicy" in self.observed.holds:
            yield merge_patch.create(owned.policy)

    # a profile that changes hands

    def _handed_over(self, first: Sequence[Change], steps: tuple[Write, ...]) -> Change:
        before = self.footing.previous_owner
        was = _named_beside(before, self.owner) if before is not None else None
        reason = self._reason()
        watched = reason is not Reason.DRIFTED and "Namespace" in self.observed.holds
        return Change(
            Phase.SWITCH,
            self.name,
            ObjectRef("Profile" if not self.settings.standalone else "Namespace", "", self.name),
            Action.UPDATE,
            reason,
            fields=(
                FieldDiff("owner", was, str(self.owner)),
                *self.objects.fields(),
                *(field for one in first for field in _as_contributor(one)),
            ),
            writes=(*(_at_once(write) for one in first for write in one.writes), *steps),
            settled=(bound(self.profile),) if watched else (),
            narrows=before is not None and not first,
        )

    def _reason(self) -> Reason:
        if self.footing.changes_owner or self.footing.previous_owner is not None:
            return Reason.OWNER_CHANGED
        adopted = self.binding is None and (
            self.footing.needs_annotation or self.footing.needs_wake
        )
        return Reason.ADOPTED if adopted else Reason.DRIFTED

    def _steps(self) -> Iterator[Write]:
        """The four places that name an owner, in the order in which Kubeflow's controller follows them.

        `spec.owner`, the namespace's annotation (until then the controller refuses the profile),
        then the annotation of RoleBinding and AuthorizationPolicy, which the controller never
        changes and the dashboard reads.
        """
        seen, space = self.footing.profile, self.footing.namespace
        if seen is None:
            return
        if self.footing.changes_owner:
            yield self._owner_changed(seen)
        if (
            space is not None
            and self.footing.needs_annotation
            and "Namespace" in self.observed.holds
        ):
            yield self._annotated(space)
        corrections = tuple(self.objects.corrections())
        yield from corrections
        if space is not None and self.footing.needs_wake and not corrections:
            touch = {"metadata": {"annotations": {naming.TOUCHED: profile_state.woken_for(space)}}}
            yield merge_patch.patch(ObjectRef("Profile", "", self.name), touch, uid=seen.uid)

    def _owner_changed(self, seen: ProfileSeen) -> Write:
        marks = (
            {"metadata": {"labels": builders.marks(self.settings)}}
            if self.footing.needs_mark
            else {}
        )
        owner = {"apiGroup": None, "namespace": None, **builders.owner_spec(self.profile.owner)}
        return merge_patch.patch(
            ObjectRef("Profile", "", self.name),
            {**marks, "spec": {"owner": owner}},
            seen.version,
            uid=seen.uid,
            replaces=seen.owner.kind_and_name if seen.owner is not None else "",
        )

    def _annotated(self, space: NamespaceSeen) -> Write:
        change = {"metadata": {"annotations": {naming.OWNER: self.owner.name}}}
        return merge_patch.patch(
            ObjectRef("Namespace", "", self.name), change, space.version, replaces=space.owner
        )

    # the owner's objects where there is no controller

    def _standalone_steps(self) -> Iterator[Write]:
        space = self.footing.namespace
        if self.footing.needs_annotation and space is not None:
            yield self._annotated(space)
        yield from self.objects.standalone_writes()


def _as_contributor(change: Change) -> Iterator[FieldDiff]:
    """Yield the role of the owner of before as a contributor, and when it ends."""
    yield FieldDiff(f"contributors.{change.person}", change.before or None, change.after)
    before = next((field.before for field in change.fields if field.path == "until"), None)
    if before or change.until:
        yield FieldDiff(f"until.{change.person}", before, change.until or None)


def _named_beside(before: Person, owner: Person) -> str:
    """Return the owner of before, with the kind where the name is the new owner's too."""
    return before.kind_and_name if before.name == owner.name else str(before)


def _at_once(write: Write) -> Write:
    """Return a write that does not wait for a namespace to name the new owner: that comes later in the same step."""
    waits = write.after is not None and write.after.state is State.READY
    return replace(write, after=None) if waits else write
