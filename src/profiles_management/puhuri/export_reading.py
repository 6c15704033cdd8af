"""Reading a portal for an export: all that a document says about a customer."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.models import Grant
from profiles_management.puhuri.client.portal_connection import AT_A_TIME
from profiles_management.puhuri.exporting.export_settings import ExportSettings
from profiles_management.puhuri.observing import observe
from profiles_management.puhuri.portal_state import Observed


def read_customer(client: Client, customer: str, settings: ExportSettings) -> Observed:
    """Return what a customer has.

    Args:
        customer: its uuid or its exact name.

    Raises:
        PuhuriError: it cannot be read.
    """
    observed = observe(
        client,
        client.customers.named(customer),
        {},
        every_allocation=settings.reads_allocations,
    )
    undecided = [
        project
        for project, grants in observed.grants.items()
        if _is_undecided(grants, settings.manager)
    ]
    return replace(observed, grants={**observed.grants, **_dated(client, undecided)})


def _is_undecided(grants: Sequence[Grant], role: str) -> bool:
    """Return whether several people have a role, and the portal did not tell since when.

    Members in bulk come without it.
    """
    managers = {grant.user_uuid: grant for grant in grants if grant.role == role}
    return len(managers) > 1 and any(grant.created is None for grant in managers.values())


def _dated(client: Client, projects: Sequence[str]) -> Mapping[str, tuple[Grant, ...]]:
    """Return the grants of projects with the moments at which they were given."""

    def read(project: str) -> tuple[Grant, ...]:
        return tuple(client.members.find(project=project))

    with ThreadPoolExecutor(AT_A_TIME, "puhuri-members") as pool:
        return dict(zip(projects, pool.map(read, projects), strict=True))
