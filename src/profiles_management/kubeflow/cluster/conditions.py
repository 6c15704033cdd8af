"""Check of a plan's conditions against the objects that were just read. Pure."""

from profiles_management.kubeflow.objects import compare, stored_json
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.kubeflow.state.observed import NamespaceSeen
from profiles_management.reconcile.plan import Condition, Person


def holds(condition: Condition, part: Observer) -> bool:
    """Return whether a condition holds.

    Args:
        condition: the condition.
        part: the objects of the condition's kind.
    """
    target = condition.target
    if condition.state is State.READY:
        namespace = part.namespaces.get(target.name)
        return _is_ready(namespace, condition.value)
    if condition.state is State.BOUND:
        binding = part.owner_bindings.get(target.parent)
        return binding is not None and _is_person(binding.subject, condition.value)
    if condition.state is State.MATCHES:
        quota = part.quotas.get(target.parent)
        return quota is not None and _is(quota.spec, condition.value)
    return part.has(target) is (condition.state is State.THERE)


def _is_ready(namespace: NamespaceSeen | None, owner: str) -> bool:
    return namespace is not None and not namespace.deleting and namespace.owner == owner


def _is_person(subject: Person | None, name: str) -> bool:
    return subject is not None and str(subject) == name


def _is(quota: bytes, wanted: str) -> bool:
    try:
        return not compare.quota(stored_json.quota(quota), compare.parsed(wanted.encode()))
    except stored_json.Unreadable:
        return False
