"""Between November 2022 and 2023 offerings are public while the rest is as in 2021."""

import pytest

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid, sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version


@pytest.fixture
def client():
    world = sample_world(Version.A)
    world.has_public_offerings = True
    with serving(world) as portal, Client(portal.url, Token(ALLOCATOR_TOKEN)) as client:
        yield client


def test_members_are_permissions(client):
    customer = next(client.customers.find()).uuid
    project = client.projects.create(customer=customer, name="Quantum").uuid

    client.members.add(project, client.users.by_cuid(cuid("ada")), "PROJECT.ADMIN")

    (grant,) = client.members.find(project=project)
    assert (grant.role, grant.key.isdigit()) == ("PROJECT.ADMIN", True)


def test_an_allocation_names_the_public_offering_and_its_plan(client):
    customer = next(client.customers.find()).uuid
    project = client.projects.create(customer=customer, name="Quantum").uuid
    (offering,) = client.offerings.find(name_exact="LUMI regular")

    order = client.allocations.create(
        project=project,
        offering=offering.uuid,
        plan_url=offering.plans[0].url,
        name="training",
        limits={"cpu_k_hours": 10},
    )

    assert "/marketplace-public-offerings/" in offering.url
    assert (order.state, order.plan_uuid) == ("pending-provider", offering.plans[0].uuid)
