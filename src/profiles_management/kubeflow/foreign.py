"""What gives people access without being managed, in the fields that planning reads. Pure."""

from typing import Any

from profiles_management.kubeflow import names, policies, slim
from profiles_management.kubeflow.observed import ForeignBinding, ForeignPolicy
from profiles_management.kubeflow.recognition import Recognition, annotated_name
from profiles_management.reconcile.plan import Person


def binding(binding: slim.RoleBinding, recognition: Recognition, *, propagated: bool = False) -> ForeignBinding | None:
    """Return a RoleBinding that is not managed, None where it binds nobody."""
    return _binding(binding, recognition.people_bound(binding), recognition, propagated=propagated)


def policy(
    policy: slim.AuthorizationPolicy, recognition: Recognition, *, propagated: bool = False
) -> ForeignPolicy | None:
    """Return an AuthorizationPolicy that is not managed, None where it lets nobody in."""
    return _policy(policy, recognition.people_let_in(policy), propagated=propagated)


def owners_binding(binding: slim.RoleBinding, recognition: Recognition) -> ForeignBinding | None:
    """Return an owner's RoleBinding as far as it binds others, None where it binds none."""
    others = _without_owner(recognition.people_bound(binding), binding.metadata)
    return _binding(binding, others, recognition, propagated=False)


def owners_policy(policy: slim.AuthorizationPolicy, recognition: Recognition) -> ForeignPolicy | None:
    """Return an owner's AuthorizationPolicy as far as it lets others in, None where it lets none in."""
    return _policy(policy, _without_owner(recognition.people_let_in(policy), policy.metadata), propagated=False)


def _binding(
    binding: slim.RoleBinding, people: tuple[Person, ...], recognition: Recognition, *, propagated: bool
) -> ForeignBinding | None:
    if not people:
        return None
    return ForeignBinding(
        role=recognition.role_of(binding.role_ref), **_common(binding.metadata, people, propagated=propagated)
    )


def _policy(policy: slim.AuthorizationPolicy, people: tuple[Person, ...], *, propagated: bool) -> ForeignPolicy | None:
    return ForeignPolicy(**_common(policy.metadata, people, propagated=propagated)) if people else None


def _common(metadata: slim.Metadata, people: tuple[Person, ...], *, propagated: bool) -> dict[str, Any]:
    """Return the fields that every ForeignObject has."""
    return {
        "name": metadata.name,
        "version": metadata.resource_version,
        "people": people,
        "annotated": annotated_name(metadata) is not None and metadata.name not in names.OWNERS,
        "propagated": propagated,
        "deleting": metadata.deletion_timestamp is not None,
        "finalized": bool(metadata.finalizers),
        "uid": metadata.uid,
    }


def _without_owner(people: tuple[Person, ...], metadata: slim.Metadata) -> tuple[Person, ...]:
    """Return the others to whom an owner's object gives access; nobody where it is not, or not yet, the owner's."""
    owner = annotated_name(metadata)
    others = tuple(person for person in people if person.name != owner)
    return others if len(others) < len(people) or Person("User", policies.ANYBODY) in others else ()
