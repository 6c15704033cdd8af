"""Unmanaged objects that give access, and owner's objects that give access to others too. Pure."""

from typing import Any, NamedTuple

from profiles_management.kubeflow.objects import naming, policy_rules
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.observation.propagation import is_propagated
from profiles_management.kubeflow.observation.recognition import Recognition, annotated_name
from profiles_management.kubeflow.state.observed import (
    ForeignBinding,
    ForeignPolicy,
    NamespaceSeen,
    OwnerObject,
    ProfileSeen,
)
from profiles_management.reconcile.plan import Person


class DeclaredOwner(NamedTuple):
    """The owner of a profile; without a Profile only the name is known, and `kind` is ''."""

    kind: str
    name: str
    namespace: str = ""

    def is_bound_by(self, subject: tuple[str, str, str, str], space: str) -> bool:
        """Return whether a subject of a RoleBinding in a namespace is this owner."""
        kind, name, namespace, _ = subject
        if not self.kind:
            return name == self.name
        if self.kind == "ServiceAccount":
            return (kind, name, namespace or space) == self
        return (kind, name) == (self.kind, self.name)


def binding(binding: slim_classes.RoleBinding, recognition: Recognition) -> ForeignBinding | None:
    """Return a RoleBinding that is not managed, None where it binds nobody."""
    people = recognition.people_bound(binding)
    if not people:
        return None
    role = recognition.role_of(binding.role_ref)
    return ForeignBinding(role=role, **_common(binding.metadata, people))


def policy(
    policy: slim_classes.AuthorizationPolicy, recognition: Recognition
) -> ForeignPolicy | None:
    """Return an AuthorizationPolicy that is not managed, None where it lets nobody in."""
    people = recognition.people_let_in(policy)
    if not people:
        return None
    return ForeignPolicy(spec=bytes(policy.spec), **_common(policy.metadata, people))


def declared_owner(
    seen: ProfileSeen | None, space: NamespaceSeen | None, owned: OwnerObject
) -> DeclaredOwner:
    """Return the owner of a namespace: of its Profile, its annotation, or the owner's object."""
    if seen is not None and seen.owner is not None:
        return DeclaredOwner(*seen.owner, seen.owner_namespace or seen.name)
    if space is not None and space.owner:
        return DeclaredOwner("", space.owner)
    return DeclaredOwner("", owned.user)


def owners_binding(space: str, binding: OwnerObject, owner: DeclaredOwner) -> ForeignBinding | None:
    """Return the other people of an owner's RoleBinding, None where it binds only the owner.

    The profile controller replaces the owner as the only subject, so a different only subject of a
    binding that it controls is the previous owner.
    """
    people = zip(binding.subjects, binding.people_in(space), strict=True)
    others = tuple(person for subject, person in people if not owner.is_bound_by(subject, space))
    may_be_previous_owner = bool(binding.controlled_by) or not owner.kind
    if not others or (len(binding.subjects) == 1 and may_be_previous_owner):
        return None
    return ForeignBinding(
        role=binding.granted, **_owners_common(naming.OWNER_BINDING, binding, others)
    )


def owners_policy(
    space: str, policy: OwnerObject, owner: DeclaredOwner, recognition: Recognition
) -> ForeignPolicy | None:
    """Return the other people of an owner's AuthorizationPolicy, None where it has none.

    A policy that the profile controller controls and that does not let the owner in is the previous
    owner's, or the settings name another header or prefix than the controller's.
    """
    if recognition.lets_in_only(owner.name, space, policy.spec):
        return None
    people = recognition.people_of_owners_policy(policy.spec)
    others = tuple(person for person in people if person != Person("User", owner.name))
    anybody = Person("User", policy_rules.ANYBODY)
    is_previous_owners = len(others) == len(people) and bool(policy.controlled_by)
    if not others or (is_previous_owners and anybody not in others):
        return None
    return ForeignPolicy(**_owners_common(naming.OWNER_POLICY, policy, others))


def _common(metadata: slim_classes.Metadata, people: tuple[Person, ...]) -> dict[str, Any]:
    """Return the fields that every ForeignObject has."""
    return {
        "name": metadata.name,
        "version": metadata.resource_version,
        "people": people,
        "annotated": annotated_name(metadata) is not None,
        "propagated": is_propagated(metadata),
        "deleting": metadata.deletion_timestamp is not None,
        "finalized": bool(metadata.finalizers),
        "uid": metadata.uid,
    }


def _owners_common(name: str, owned: OwnerObject, people: tuple[Person, ...]) -> dict[str, Any]:
    return {"name": name, "version": owned.version, "people": people, "finalized": owned.finalized}
