"""The quotas of the profile that a project is in a cluster. Pure."""

from decimal import Decimal

from profiles_management.kubeflow.quota_usage import QuotaResource, QuotaUsage
from profiles_management.pmr.quantities import parse
from profiles_management.puhuri.client.models import Project
from profiles_management.puhuri.portal_settings import backend_prefix
from profiles_management.report.usage.usage_amounts import Amount, amount
from profiles_management.report.usage.usage_rows import (
    ClusterFacts,
    ProfileRow,
    QuotaRow,
    ResourceRow,
)


def profile_of(project: Project, cluster: ClusterFacts) -> ProfileRow | None:
    """Return the profile that the backend_id of a project names.

    None where no cluster was read, or the project is not of its installation.
    """
    prefix = backend_prefix(cluster.instance)
    if cluster.target is None or not project.backend_id.startswith(prefix):
        return None
    name = project.backend_id.removeprefix(prefix)
    return ProfileRow(name, tuple(map(_quota, cluster.quotas.by_namespace.get(name, ()))))


def _quota(usage: QuotaUsage) -> QuotaRow:
    return QuotaRow(usage.name, tuple(map(_resource, usage.resources)))


def _resource(resource: QuotaResource) -> ResourceRow:
    return ResourceRow(
        resource.name, resource.hard, resource.used, _amount(resource.hard), _amount(resource.used)
    )


def _amount(quantity: str) -> Amount | None:
    """Return the value of a quantity, None for none or one with more digits than a report has."""
    try:
        value = parse(quantity)
        return amount(Decimal(value.numerator) / Decimal(value.denominator))
    except (ValueError, ArithmeticError):
        return None
