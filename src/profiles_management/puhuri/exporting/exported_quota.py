"""Limits of allocations as the quota of a profile. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from profiles_management.pmr.names import near, quoted
from profiles_management.pmr.problems import Problem, Where
from profiles_management.puhuri.client.models import Allocation, AllocationState
from profiles_management.puhuri.exporting.export_settings import QuotaResource
from profiles_management.reconcile.summary import first_names

_MOST_NAMES: Final = 10
_USABLE: Final = frozenset({AllocationState.OK, AllocationState.UPDATING})


def known_resources(
    components: Collection[str], resources: Mapping[str, QuotaResource]
) -> tuple[Mapping[str, QuotaResource], tuple[Problem, ...]]:
    """Return the resources of components that the customer has, and a warning about the others.

    A quota of 0 stops all work, so a misspelt component gives none. A customer that never had an
    allocation keeps all: nothing tells which components it will have.

    Args:
        components: those that allocations of the customer have, terminated ones too.
        resources: by component, what its limits are in a quota.
    """
    unknown = [name for name in resources if components and name not in components]
    if not unknown:
        return resources, ()
    known = {name: resource for name, resource in resources.items() if name in components}
    return known, (_unknown(unknown, sorted(components)),)


def _unknown(names: Sequence[str], components: Sequence[str]) -> Problem:
    shown = first_names([quoted(name) for name in names], _MOST_NAMES)
    noun = "component" if len(names) == 1 else "components"
    what = f"no allocation of the customer has the {noun} {shown}, so profiles get no quota of it"
    similar = [meant for name in names if (meant := near(name, components)) is not None]
    hint = f"Did you mean {' and '.join(map(quoted, similar))}? " if similar else ""
    there = first_names([quoted(name) for name in components], _MOST_NAMES)
    remedy = f"{hint}Name a component of its allocations for the quota: {there}"
    return Problem("unknown-component", what, Where(), remedy)


def hard_limits(
    allocations: Iterable[Allocation], resources: Mapping[str, QuotaResource]
) -> dict[str, str]:
    """Return the quota that a project's allocations give.

    A resource that no allocation of the project gives is 0, because without a limit there would be
    as much of it as the cluster has.

    Args:
        allocations: those of the project.
        resources: by component, what its limits are in a quota.
    """
    amounts = dict.fromkeys(resources.values(), Decimal(0))
    for allocation in allocations:
        if allocation.state not in _USABLE:
            continue
        for component, limit in allocation.limits.items():
            if component in resources and limit > 0:
                amounts[resources[component]] += limit
    return {
        resource.name: f"{amount:f}{resource.unit}" if amount else "0"
        for resource, amount in sorted(amounts.items(), key=lambda item: item[0].name)
    }
