"""A portal that knows none of the filters: the client applies them, and the answer is the same.

No portal refuses a parameter that it does not know, and each generation knows others.
"""

from datetime import date

import pytest

from puhuri.client.portal_use import ADMIN, MEMBER
from puhuri_server.sample import cuid
from puhuri_server.usages import report_usage

# what every list has besides filters
KNOWN = {"field", "o", "page", "page_size"}
FILTERS = [
    ("customers", {"name": "COMMUNITY"}),
    ("customers", {"name_exact": "Research Community"}),
    ("customers", {"abbreviation": "com"}),
    ("projects", {"name": "SOUP"}),
    ("projects", {"name_exact": "Soup"}),
    ("projects", {"description": "hot"}),
    ("projects", {"backend_id": "lab/soup"}),
    ("projects", {"customer": "uuid of customer"}),
    ("projects", {"customer_name": "allocator"}),
    ("projects", {"abbreviation": "nra"}),
    ("members", {"project": "uuid of project"}),
    ("members", {"project_url": "url of project"}),
    ("members", {"user": "uuid of user"}),
    ("members", {"user_url": "url of user"}),
    ("members", {"username": cuid("ada")}),
    ("members", {"full_name": "ALLOCATED"}),
    ("members", {"role": ADMIN}),
    ("members", {"project": "uuid of project", "user": "uuid of user"}),
    ("offerings", {"name": "lumi"}),
    ("offerings", {"name_exact": "LUMI regular"}),
    ("offerings", {"state": "Paused"}),
    ("offerings", {"shared": False}),
    ("offerings", {"type": "Marketplace.Slurm"}),
    ("offerings", {"customer": "uuid of provider"}),
    ("allocations", {"name": "TRAIN"}),
    ("allocations", {"name_exact": "training"}),
    ("allocations", {"project": "uuid of project"}),
    ("allocations", {"customer": "uuid of customer"}),
    ("allocations", {"offering": "uuid of offering"}),
    ("allocations", {"state": "OK"}),
    ("allocations", {"backend_id": "slurm-1"}),
    ("orders", {"project": "uuid of project"}),
    ("orders", {"customer": "uuid of customer"}),
    ("orders", {"offering": "uuid of offering"}),
    ("orders", {"allocation": "uuid of allocation"}),
    ("orders", {"state": "done"}),
    ("orders", {"type": "Create", "state": "done"}),
    ("usage", {"project": "uuid of project"}),
    ("usage", {"customer": "uuid of customer"}),
    ("usage", {"offering": "uuid of offering"}),
    ("usage", {"allocation": "uuid of allocation"}),
    ("usage", {"type": "gpu_k_hours"}),
    ("usage", {"date_after": date(2026, 11, 1)}),
    ("usage", {"date_before": date(2026, 10, 31)}),
    ("usage", {"billing_period": date(2026, 10, 1)}),
]


@pytest.fixture
def full(portal):
    """Return a portal with two of everything, and the values that filters ask for."""
    world, members = portal.world, portal.allocator.members
    project = portal.project("Soup", description="served hot", backend_id="lab/soup")
    web = portal.allocator.projects.create(customer=world.customers[1].uuid, name="Web").uuid
    members.add(project, portal.user("ada"), MEMBER)
    members.add(web, portal.user("bo"), ADMIN)
    allocation = portal.allocation(project)
    portal.order(web, "site", offering="Site agent Slurm")
    world.resources[0].backend_id = "slurm-1"
    cpu, gpu, _ = world.resources[0].offering.components
    report_usage(world, world.resources[0], gpu, 3, month=date(2026, 10, 1))
    report_usage(world, world.resources[1], cpu, 4)
    world.offerings[2].state = "Paused"
    world.offerings[1].shared = False
    computing = world.customers[2]
    world.grant(world.users[1], computing, "CUSTOMER.OWNER")  # so that all offerings are seen
    world.offerings[0].provider = world.customers[0]
    return {
        "uuid of customer": portal.customer,
        "uuid of project": project,
        "url of project": f"{portal.portal.url}/api/projects/{project}/",
        "uuid of user": portal.user("ada"),
        "url of user": f"{portal.portal.url}/api/users/{portal.user('ada')}/",
        "uuid of provider": computing.uuid,
        "uuid of offering": world.offerings[0].uuid,
        "uuid of allocation": allocation,
    }


@pytest.mark.parametrize(("kind", "filters"), FILTERS, ids=str)
def test_the_answer_is_the_same_where_a_portal_ignores_the_filters(portal, full, kind, filters):
    values = {
        name: full.get(value, value) if isinstance(value, str) else value
        for name, value in filters.items()
    }
    find = getattr(portal.allocator, kind).find
    portal.forget()
    found = [*find(**values)]
    portal.portal.ignored = portal.filters_sent() - KNOWN
    everything = [*find()]

    assert [*find(**values)] == found
    assert 0 < len(found) < len(everything)
