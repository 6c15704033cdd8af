"""What namespaces use of their ResourceQuotas, as the quota controller last counted it. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from profiles_management.kubeflow.objects import stored_json
from profiles_management.kubeflow.state import unread_objects
from profiles_management.pmr.names import shortened
from profiles_management.pmr.problems import Problem

_KIND: Final = "ResourceQuota"


@dataclass(frozen=True, slots=True)
class QuotaResource:
    """How much of one resource a quota allows, and how much is used.

    Attributes:
        hard, used: quantities as the server has them; '' where the controller has not counted yet.
    """

    name: str
    hard: str
    used: str


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """A ResourceQuota with its resources, sorted by name."""

    name: str
    resources: tuple[QuotaResource, ...]


@dataclass(frozen=True, slots=True)
class QuotaUsages:
    """The ResourceQuotas of each namespace, sorted by name, and what could not be read."""

    by_namespace: Mapping[str, Sequence[QuotaUsage]] = field(default_factory=dict)
    unread: tuple[Problem, ...] = ()


def gathered(quotas: Iterable[Any], unread: Iterable[Problem] = ()) -> QuotaUsages:
    """Return what is used of each quota.

    Args:
        quotas: the ResourceQuotas, as slim classes.
        unread: the problems with those that could not be decoded.
    """
    by_namespace: dict[str, list[QuotaUsage]] = defaultdict(list)
    problems = [*unread]
    for quota in quotas:
        name, namespace = quota.metadata.name, quota.metadata.namespace
        try:
            by_namespace[namespace].append(QuotaUsage(name, _resources(quota)))
        except stored_json.Unreadable as why:
            shown = shortened(name), shortened(namespace)
            problems.append(unread_objects.of_object(_KIND, *shown, str(why)))
    in_order = {
        namespace: sorted(own, key=lambda quota: quota.name)
        for namespace, own in by_namespace.items()
    }
    return QuotaUsages(in_order, tuple(problems))


def _resources(quota: Any) -> tuple[QuotaResource, ...]:  # noqa: ANN401 - a slim class
    """Return the resources of a quota; those of its spec where nothing was counted yet.

    Raises:
        Unreadable: see stored_json.
    """
    status = stored_json.quota_status(stored_json.kept(quota.status))
    hard = status.get("hard") or stored_json.quota(stored_json.kept(quota.spec)).get("hard") or {}
    used = status.get("used") or {}
    return tuple(
        QuotaResource(name, str(hard[name]), str(used.get(name, ""))) for name in sorted(hard)
    )
