"""Limits of allocations as the quota of a profile. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from profiles_management.puhuri.client.models import Allocation, AllocationState
from profiles_management.puhuri.exporting.export_settings import QuotaResource

_USABLE: Final = frozenset({AllocationState.OK, AllocationState.UPDATING})


def hard_limits(
    allocations: Iterable[Allocation], resources: Mapping[str, QuotaResource]
) -> dict[str, str]:
    """Return the quota that a project's allocations give.

    A resource that no allocation gives is 0, because without a limit there would be as much of it
    as the cluster has.

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
