"""The document for the cluster: what is approved, not over, and in a profile of the catalogue."""

from datetime import datetime

from django.db.models import QuerySet

from user_manager.domain.access_types import cluster_role, from_mask
from user_manager.domain.pmr_document import ClusterAccess, PmrDocument, pmr_document
from user_manager.domain.vocabulary import ModuleKind
from user_manager.models import Access
from user_manager.selectors.ownership import current


def exported_accesses(now: datetime) -> QuerySet[Access]:
    """Return the accesses that the cluster is given."""
    return Access.objects.filter(
        current(now),
        user__active=True,
        module__kind=ModuleKind.PROFILE,
        module__in_catalogue=True,
    )


def cluster_document(now: datetime) -> PmrDocument:
    """Return the document of a time."""
    rows = exported_accesses(now).values_list("module_id", "user_id", "types", "until")
    return pmr_document(
        ClusterAccess(profile, user, cluster_role(from_mask(types)), until)
        for profile, user, types, until in rows.iterator(chunk_size=2000)
    )
