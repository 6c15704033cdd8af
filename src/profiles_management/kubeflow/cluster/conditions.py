"""Whether a condition that a plan names holds by what was just read. Pure."""

from profiles_management.kubeflow.objects import compare, stored_json
from profiles_management.kubeflow.objects.plan_terms import State
from profiles_management.kubeflow.observation.observer import Observer
from profiles_management.reconcile.plan import Condition


def holds(condition: Condition, part: Observer) -> bool:
    """Return whether a condition holds by a list of the kind that it is about."""
    target = condition.target
    if condition.state is State.READY:
        space = part.namespaces.get(target.name)
        return space is not None and not space.deleting and space.owner == condition.value
    if condition.state is State.BOUND:
        bound = part.owner_bindings.get(target.parent)
        return (
            bound is not None
            and bound.subject is not None
            and str(bound.subject) == condition.value
        )
    if condition.state is State.MATCHES:
        quota = part.quotas.get(target.parent)
        return quota is not None and _is(quota.spec, condition.value)
    return part.has(target) is (condition.state is State.THERE)


def _is(quota: bytes, wanted: str) -> bool:
    try:
        return not compare.quota(stored_json.quota(quota), compare.parsed(wanted))
    except stored_json.Unreadable:
        return False
