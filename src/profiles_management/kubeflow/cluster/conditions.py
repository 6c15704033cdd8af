"""Check of a plan's conditions against the objects that were just read. Pure."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from profiles_management.kubeflow.objects import compare, stored_json
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.reconcile.plan import Condition, ObjectRef


def holds(condition: Condition, part: Observer) -> bool:
    """Return whether a condition holds.

    Args:
        condition: the condition.
        part: the objects of the condition's kind.
    """
    target = condition.target
    check = _CHECKS.get(condition.state)
    if check is None:
        return part.has(target) is (condition.state is State.THERE)
    return check(part, target, condition.value)


def _is_ready(part: Observer, target: ObjectRef, owner: str) -> bool:
    """Return whether a namespace exists, and has the owner."""
    namespace = part.namespaces.get(target.name)
    if namespace is None or namespace.deleting:
        return False
    return namespace.owner == owner


def _is_bound(part: Observer, target: ObjectRef, person: str) -> bool:
    """Return whether an owner's RoleBinding binds just the person."""
    binding = part.owner_bindings.get(target.parent)
    if binding is None or binding.subject is None:
        return False
    return str(binding.subject) == person


def _has_quota(part: Observer, target: ObjectRef, wanted: str) -> bool:
    """Return whether a ResourceQuota has the spec that is wanted, given as JSON."""
    quota = part.quotas.get(target.parent)
    if quota is None:
        return False
    try:
        return not compare.quota(stored_json.quota(quota.spec), compare.parsed(wanted.encode()))
    except stored_json.Unreadable:
        return False


_CHECKS: Mapping[StrEnum, Callable[[Observer, ObjectRef, str], bool]] = {
    State.READY: _is_ready,
    State.BOUND: _is_bound,
    State.MATCHES: _has_quota,
}
