"""One object of an owner, RoleBinding or AuthorizationPolicy: the writes that correct it. Pure."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from msgspec import structs

from profiles_management.kubeflow.objects import builders, merge_patch
from profiles_management.kubeflow.objects.plan_terms import KubeflowField
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed, OwnerObject
from profiles_management.kubeflow.state.profile_state import ProfileState
from profiles_management.pmr.classes import Profile
from profiles_management.reconcile.plan import (
    LISTED,
    AccessMove,
    FieldDiff,
    ObjectRef,
    Person,
    Write,
)


@dataclass(slots=True)
class OwnerContext:
    """What both objects of one profile's owner are compared with.

    Attributes:
        owner: the owner of the document.
        previous_owner: the owner whom the Profile names until this run changes it, None where it
            names the document's.
        is_settled: whether the profile controller has nothing to write to the objects.
    """

    profile: Profile
    state: ProfileState
    observed: Observed
    settings: Settings
    owner: Person
    previous_owner: Person | None
    is_settled: bool


class OwnerObjectPlanner(ABC):
    """Plans one object of an owner.

    Attributes:
        existing: the object as it is.
        others: who else has access by it; None where nobody does.
    """

    kind: ClassVar[str]
    name: ClassVar[str]
    gives_role: ClassVar[bool] = False

    def __init__(
        self, context: OwnerContext, existing: OwnerObject, others: tuple[Person, ...] | None
    ) -> None:
        self.context = context
        self.existing = existing
        self.others = others

    @property
    def ref(self) -> ObjectRef:
        """The reference of the object."""
        return ObjectRef(self.kind, self.context.profile.name, self.name)

    @property
    @abstractmethod
    def body(self) -> builders.Body:
        """The object as this program creates it where there is no profile controller."""

    # other people's access

    @abstractmethod
    def people_fields(self) -> Iterator[FieldDiff]:
        """Yield who has access by the object, and who is to have it."""

    def moves_of_others(self) -> Iterator[AccessMove]:
        """Yield who else loses access; only a RoleBinding gives a role."""
        for person in self.others or ():
            yield AccessMove(person, LISTED, "", counted=self.gives_role)

    @abstractmethod
    def _only_owner(self) -> builders.Body:
        """Return the part of a patch after which only the owner has access."""

    def is_owner_with_prefix(self) -> bool:
        """Return whether the only other person is the owner with another prefix."""
        return False

    def revocation(self) -> tuple[Write, ...]:
        """Return the writes after which only the owner has access by the object."""
        if self.context.settings.standalone:
            return self.standalone_writes()
        metadata = self._reference_patch()
        if self.context.is_settled:
            metadata |= self._annotations_patch()
        change = {**self._only_owner(), **merge_patch.nonempty(metadata=metadata)}
        return (self._patch(change),)

    # what the profile controller does not correct

    def correction(self) -> builders.Body:
        """Return the patch that corrects the object, empty for one that is right."""
        metadata = self._annotations_patch()
        change: builders.Body = {}
        if self.others is None:
            metadata |= self._reference_patch()
            change = self._correction()
        if metadata:
            change["metadata"] = metadata
        return change

    def corrected_fields(self) -> Iterator[FieldDiff]:
        """Yield what the correction changes, annotations aside.

        An object with others is not corrected.
        """
        if self.others is None:
            for field in self._corrected_fields():
                yield structs.replace(field, path=f"{self.name}.{field.path}")

    def _correction(self) -> builders.Body:
        """Return the part of the correction that is not metadata."""
        return {}

    @abstractmethod
    def _corrected_fields(self) -> Iterator[FieldDiff]:
        """Yield what the correction changes."""

    def reference_fields(self) -> Iterator[FieldDiff]:
        """Yield that the ownerReference is not as the profile controller wrote it."""
        if self._has_lost_reference():
            yield FieldDiff(
                KubeflowField.CONTROLLER,
                "ownerReferences",
                None,
                f"Profile {self.context.profile.name}",
            )

    def _annotations_patch(self) -> builders.Body:
        """Return the part of a patch of the metadata that names the owner."""
        existing, owner = self.existing, self.context.owner.name
        if (existing.user, existing.role) == (owner, "admin"):
            return {}
        wanted = {"user": owner, "role": "admin"}
        current = {"user": existing.user, "role": existing.role}
        return {"annotations": dict(wanted.items() - current.items())}

    def _reference_patch(self) -> builders.Body:
        """Return the part of a patch of the metadata that sets a lost ownerReference again."""
        profile = self.context.state.profile
        if profile is None or not self._has_lost_reference():
            return {}
        return {"ownerReferences": [builders.controlled_by(profile.name, profile.uid)]}

    def _has_lost_reference(self) -> bool:
        profile = self.context.state.profile
        if profile is None or not profile.uid:
            return False
        if "Namespace" not in self.context.observed.holds:
            return False
        return self.existing.controlled_by != profile.name

    # without a profile controller

    @abstractmethod
    def _differs(self, body: builders.Body) -> bool:
        """Return whether the object is not as this program creates it, its metadata aside."""

    @abstractmethod
    def _replacement(self, body: builders.Body) -> builders.Body:
        """Return the part of a patch that makes the object, without metadata, what we create."""

    def _needs_recreation(self, body: builders.Body) -> bool:  # noqa: ARG002 - a policy can always be patched
        return False

    def standalone_writes(self) -> tuple[Write, ...]:
        """Return what corrects the object where there is no profile controller."""
        body, existing = self.body, self.existing
        if self._needs_recreation(body):
            ends = self._loser()
            version, uid = existing.version, existing.uid
            deletion = merge_patch.delete(self.ref, version, uid=uid, ends=ends)
            return deletion, merge_patch.create(body)
        if self._is_as_created(body):
            return ()
        metadata = {key: body["metadata"][key] for key in ("labels", "annotations")}
        return (self._patch({"metadata": metadata, **self._replacement(body)}),)

    def _is_as_created(self, body: builders.Body) -> bool:
        if self.existing.mark != self.context.settings.instance:
            return False
        if self._annotations_patch():
            return False
        return not self._differs(body)

    def _patch(self, change: builders.Body) -> Write:
        version, uid = self.existing.version, self.existing.uid
        return merge_patch.patch(self.ref, change, version, uid=uid, ends=self._loser())

    def _loser(self) -> Person | None:
        """Return a person who loses access by a write."""
        return self.others[0] if self.others else None
