"""The profiles of projects in a cluster, with their quotas. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from profiles_management.kubeflow.quota_usage import QuotaResource, QuotaUsage, QuotaUsages
from profiles_management.pmr.quantities import parse
from profiles_management.puhuri.client.models import Project
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.exporting.profile_names import ProfileNames
from profiles_management.puhuri.portal_settings import backend_prefix
from profiles_management.report.usage.usage_amounts import Amount, amount
from profiles_management.report.usage.usage_rows import (
    ClusterFacts,
    ProfileRow,
    QuotaRow,
    ResourceRow,
)


def profile_names(projects: Iterable[Project], cluster: ClusterFacts) -> Mapping[str, str]:
    """Return the name of the profile of each project that has one, by the uuid of the project.

    It is in the backend_id of a project that was made of a profile. Another project has a profile
    where the portal is a source: the one with the name that the source gives it, if the cluster has
    quotas for it. Nothing else tells whether the portal is the source of this cluster.

    Args:
        projects: those of a customer, the oldest first.
    """
    if cluster.target is None:
        return {}
    prefix = backend_prefix(cluster.instance)
    names: dict[str, str] = {}
    others = []
    for project in projects:
        if cluster.instance and project.backend_id.startswith(prefix):
            names[project.uuid] = project.backend_id.removeprefix(prefix)
        else:
            others.append(project)
    if cluster.is_source:
        made = ProfileNames(ExportSettings(prefix=cluster.prefix)).of(others)
        spaces = cluster.quotas.by_namespace
        names |= {project.uuid: name for name, project in made if name in spaces}
    return names


def profile_row(name: str | None, quotas: QuotaUsages) -> ProfileRow | None:
    """Return a profile with its quotas, None without a profile."""
    if name is None:
        return None
    return ProfileRow(name, tuple(map(_quota, quotas.by_namespace.get(name, ()))))


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
