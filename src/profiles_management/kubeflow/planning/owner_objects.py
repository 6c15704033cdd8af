"""The RoleBinding and the AuthorizationPolicy of an owner: what brings them back to what the profile controller writes.

The profile controller sees a change of them only by their ownerReference. A namespace admin who
removes it can bind further people, and the controller does not notice. So the reference is set
again, and in the same request everybody but the owner is removed: that needs no controller, and the
request wakes it. Nothing is deleted on the way, because in a namespace without any policy Istio
lets everybody in.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from profiles_management.kubeflow.objects import builders, compare, merge_patch, naming, policies
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed, OwnerObject
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import Owner, Profile, UserKind
from profiles_management.reconcile.plan import (
    Action,
    Change,
    FieldDiff,
    ObjectRef,
    Person,
    Phase,
    Reason,
    Write,
)

BINDING, POLICY = "RoleBinding", "AuthorizationPolicy"


class OwnerObjects:
    """Plans the two objects of one profile's owner.

    Attributes:
        binding, policy: as they are, None where there is none.
        before: the owner whom the Profile names until it changes hands, None where it names the
            document's.
        quiet: whether the profile controller has nothing to write to them.
        others: by kind, who else has access by an object.
    """

    def __init__(
        self, profile: Profile, footing: ProfileState, observed: Observed, settings: Settings
    ) -> None:
        self.profile = profile
        self.name = profile.name
        self.owner = builders.owner_of(profile)
        self.footing = footing
        self.observed = observed
        self.settings = settings
        self.binding = observed.owner_bindings.get(self.name)
        self.policy = observed.owner_policies.get(self.name)
        seen = footing.profile
        self.before = seen.owner if seen is not None and footing.changes_owner else None
        self.quiet = not (
            footing.needs_annotation or footing.changes_owner or footing.previous_owner
        )
        self.others: dict[str, tuple[Person, ...]] = {}
        for kind, foreign in ((BINDING, observed.foreign), (POLICY, observed.foreign_policies)):
            found = [one for one in foreign.get(self.name, ()) if naming.is_owners(kind, one.name)]
            if found and footing.namespace is not None and not footing.namespace.deleting:
                self.others[kind] = found[0].people

    @property
    def restored(self) -> list[ObjectRef]:
        """The objects that revocations bring back to what they were."""
        return [
            ObjectRef(kind, self.name, name)
            for kind, name, _ in self._objects()
            if kind in self.others
        ]

    def bound_besides(self) -> set[Person]:
        """Return everybody who is bound with the owner, and loses that by revocations."""
        return set(self.others.get(BINDING, ()))

    def revocations(self) -> Iterator[Change]:
        """Yield what takes access from everybody but the owner; each object is right afterwards.

        Whatever somebody wrote meanwhile, only the owner is to have access; unless the owner is
        another one by then.
        """
        for kind, name, owned in self._objects():
            if kind not in self.others:
                continue
            ref = ObjectRef(kind, self.name, name)
            sent = (
                self._standalone(kind, owned)
                if self.settings.standalone
                else (self._restored(ref, owned),)
            )
            fields = (*self._people_field(kind, owned), *self._reference_field(owned))
            yield Change(
                Phase.SWITCH if self._is_owner_with_prefix(kind) else Phase.REVOKE,
                self.name,
                ref,
                Action.UPDATE,
                Reason.DRIFTED,
                fields=fields,
                writes=tuple(sent),
                source=None,
            )

    def _is_owner_with_prefix(self, kind: str) -> bool:
        """Whether the only other person of a policy of ours can be the owner, with another prefix than the settings'.

        Then nobody else loses access, and a wrong setting must not shut the owner out.
        """
        if kind != POLICY or self.policy is None or not self.settings.standalone:
            return False
        others = self.others[kind]
        is_out = not builders.lets_in(self.policy.spec, self.owner, self.settings)
        return is_out and len(others) == 1 and others[0].name.endswith(self.owner.name)

    def corrections(self) -> Iterator[Write]:
        """Yield what the profile controller does not correct in the other objects.

        Where the controller has something to do, it writes to both objects as soon as one of these
        patches wakes it; then only the identity of the object is what it was.
        """
        for kind, name, owned in self._objects():
            if kind in self.others and self.quiet:
                continue
            change: builders.Body = {}
            metadata = self._annotations(owned)
            if kind not in self.others:
                metadata |= self._reference(owned)
            if metadata:
                change["metadata"] = metadata
            if kind == BINDING and kind not in self.others and self._is_misbound(owned):
                change["subjects"] = [builders.owner_spec(self.profile.owner)]
            if change:
                version = owned.version if self.quiet else ""
                yield merge_patch.patch(
                    ObjectRef(kind, self.name, name), change, version, uid=owned.uid
                )

    def fields(self) -> Iterator[FieldDiff]:
        """Yield what corrections change that somebody should know."""
        if (
            self.binding is not None
            and BINDING not in self.others
            and self._is_misbound(self.binding)
        ):
            yield from self._people_field(BINDING, self.binding, f"{naming.OWNER_BINDING}.")
        for kind, name, owned in self._objects():
            if kind not in self.others:
                yield from self._reference_field(owned, f"{name}.")
        if (
            self.settings.standalone
            and self.quiet
            and self.policy is not None
            and POLICY not in self.others
        ):
            yield from self._policy_fields(self.policy)

    def _policy_fields(self, owned: OwnerObject) -> Iterator[FieldDiff]:
        """Yield how the policy differs where there is no profile controller to write it."""
        wanted = compare.encoded(builders.owned(self.profile, self.settings).policy["spec"])
        for field in compare.policy(owned.spec, wanted):
            yield replace(field, path=f"{naming.OWNER_POLICY}.{field.path}")

    def standalone_writes(self) -> Iterator[Write]:
        """Yield what makes or corrects the objects where there is no profile controller."""
        if BINDING not in self.others:
            yield from self._standalone(BINDING, self.binding)
        if POLICY in self.observed.holds and POLICY not in self.others:
            yield from self._standalone(POLICY, self.policy)

    # with a profile controller

    def _restored(self, ref: ObjectRef, owned: OwnerObject) -> Write:
        metadata = self._reference(owned) | (self._annotations(owned) if self.quiet else {})
        change: builders.Body = {"metadata": metadata} if metadata else {}
        if ref.kind == BINDING:
            change["subjects"] = self._subjects_left(owned)
        else:
            owners = (
                {self.owner.name} if self.before is None else {self.owner.name, self.before.name}
            )
            change["spec"] = policies.patch_for_only(owners, owned.spec, self.settings)
        return merge_patch.patch(
            ref, change, owned.version, uid=owned.uid, ends=self.others[ref.kind][0]
        )

    def _subjects_left(self, owned: OwnerObject) -> list[builders.Body]:
        """Return the owner; while a profile changes hands, the one of before, whom the controller replaces."""
        seen = self.footing.profile
        if seen is None or self.before is None or self.before not in owned.people:
            return [builders.owner_spec(self.profile.owner)]
        return [builders.subject(self.before, seen.owner_namespace or self.name)]

    def _is_misbound(self, owned: OwnerObject) -> bool:
        """Whether a RoleBinding does not bind the owner, and no controller corrects that by itself."""
        if len(owned.subjects) != 1:
            return True
        return self.quiet and self._has_lost_reference(owned) and owned.subject != self.owner

    def _annotations(self, owned: OwnerObject) -> dict[str, Any]:
        wrong = {"user": self.owner.name} if owned.user != self.owner.name else {}
        if owned.role != "admin":
            wrong["role"] = "admin"
        return {"annotations": wrong} if wrong else {}

    def _reference(self, owned: OwnerObject) -> dict[str, Any]:
        seen = self.footing.profile
        if seen is None or not self._has_lost_reference(owned):
            return {}
        return {"ownerReferences": [builders.controlled_by(seen.name, seen.uid)]}

    def _reference_field(self, owned: OwnerObject, of: str = "") -> Iterator[FieldDiff]:
        """Yield how an object's ownerReference differs from what the profile controller wrote."""
        if self._has_lost_reference(owned):
            yield FieldDiff(f"{of}ownerReferences", None, f"Profile {self.name}")

    def _has_lost_reference(self, owned: OwnerObject) -> bool:
        seen = self.footing.profile
        if seen is None or not seen.uid or "Namespace" not in self.observed.holds:
            return False
        return owned.controlled_by != seen.name

    # without one

    def _standalone(self, kind: str, owned: OwnerObject | None) -> Iterator[Write]:
        """Yield what makes or corrects one object."""
        made = builders.owned(self.profile, self.settings)
        wanted = made.binding if kind == BINDING else made.policy
        if owned is None:
            yield merge_patch.create(wanted)
            return
        ref = ObjectRef(kind, self.name, wanted["metadata"]["name"])
        ends = next(iter(self.others.get(kind, ())), None)
        change: builders.Body = {
            "metadata": {key: wanted["metadata"][key] for key in ("labels", "annotations")}
        }
        if kind == BINDING:
            if owned.cluster_role != wanted["roleRef"]["name"]:
                yield merge_patch.delete(ref, owned.version, uid=owned.uid, ends=ends)
                yield merge_patch.create(wanted)
                return
            differs = owned.subject != self.owner or owned.namespace != wanted["subjects"][0].get(
                "namespace", ""
            )
            change["subjects"] = wanted["subjects"]
        else:
            differs = bool(compare.policy(owned.spec, compare.encoded(wanted["spec"])))
            change["spec"] = merge_patch.replacing(compare.parsed(owned.spec), wanted["spec"])
        if differs or self._annotations(owned) or owned.mark != self.settings.instance:
            yield merge_patch.patch(ref, change, owned.version, uid=owned.uid, ends=ends)

    # both

    def _people_field(self, kind: str, owned: OwnerObject, of: str = "") -> Iterator[FieldDiff]:
        """Yield who has access by an object and who is to have it; `of` goes before the name of the field."""
        if kind == BINDING:
            yield FieldDiff(
                f"{of}subjects", [str(person) for person in owned.people], [str(self.owner)]
            )
        else:
            people = policies.people_of_owners_policy(owned.spec, self.settings)
            yield FieldDiff("lets in", [person.name for person in people], [self.owner.name])

    def _objects(self) -> Iterator[tuple[str, str, OwnerObject]]:
        if self.binding is not None:
            yield BINDING, naming.OWNER_BINDING, self.binding
        if self.policy is not None:
            yield POLICY, naming.OWNER_POLICY, self.policy


def of_no_document(name: str, observed: Observed, settings: Settings) -> OwnerObjects | None:
    """Return the objects of a profile that no document defines, with the owner that the cluster declares.

    None where that is nobody whom a document could name.
    """
    owner = _declared(name, observed)
    if owner is None:
        return None
    footing = ProfileState(observed.profiles.get(name), observed.namespaces.get(name))
    return OwnerObjects(
        Profile.model_construct(name=name, owner=owner), footing, observed, settings
    )


def _declared(name: str, observed: Observed) -> Owner | None:
    seen, space = observed.profiles.get(name), observed.namespaces.get(name)
    bound = observed.owner_bindings.get(name)
    kind, owner, namespace = "", "", ""
    if seen is not None and seen.owner is not None:
        kind, owner, namespace = *seen.owner, seen.owner_namespace
    # without Profiles, the annotation has the name and no kind
    elif space is not None and bound is not None:
        found = (subject for subject in bound.subjects if subject[1] == space.owner)
        kind, owner, namespace, _ = next(found, ("", "", "", ""))
    if not owner or kind not in {known.value for known in UserKind}:
        return None
    return Owner.model_construct(kind=UserKind(kind), name=owner, namespace=namespace or None)
