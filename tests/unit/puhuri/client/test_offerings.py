"""Offerings: found by every filter, with their plans and components."""

from dataclasses import replace

import pytest

from profiles_management.puhuri.client.errors import NotFound, Refused
from puhuri.client.portal_use import names
from puhuri.server.generations import generations
from puhuri_server.records import Component, Plan
from puhuri_server.world import Version

UNKNOWN = "0" * 32
LUMI, NODES, AGENT = "LUMI regular", "Node hours pay per use", "Site agent Slurm"
ALL = [LUMI, NODES, AGENT]


@pytest.fixture
def market(portal):
    """Return a portal whose last offering is paused, beside others that nobody may order."""
    _, _, agent = portal.world.offerings
    agent.state = "Paused"
    for state in ("Draft", "Archived"):
        uuid = portal.world.new_uuid()
        portal.world.offerings.append(replace(agent, uuid=uuid, name=state, state=state))
    return portal


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ALL),
        ({"name": "LUMI"}, [LUMI]),
        ({"name": "node HOURS"}, [NODES]),
        ({"name_exact": LUMI}, [LUMI]),
        ({"name_exact": "lumi regular"}, []),
        ({"name_exact": ""}, []),
        ({"state": "Active"}, [LUMI, NODES]),
        ({"state": "Paused"}, [AGENT]),
        ({"state": "Draft"}, []),
        ({"state": "Unavailable"}, []),  # no state before 8.x
        ({"state": ""}, []),
        ({"type": "Marketplace.Slurm"}, [AGENT]),
        ({"type": "Marketplace"}, []),
        ({"type": ""}, []),
        ({"shared": True}, ALL),
        ({"shared": False}, []),
        ({"name": "e", "state": "Active", "type": "Marketplace.Basic"}, [LUMI, NODES]),
    ],
    ids=str,
)
def test_offerings_are_found_by_each_filter(market, filters, found):
    assert names(market.allocator.offerings.find(**filters)) == found


def test_offerings_are_found_by_provider_and_category(market):
    find, world = market.allocator.offerings.find, market.world
    assert names(find(customer=world.customers[2].uuid)) == ALL
    assert names(find(customer=market.customer)) == []
    assert names(find(category=world.offerings[1].category_uuid)) == [NODES]
    assert names(find(category=UNKNOWN)) == []


def test_a_state_that_no_portal_has_is_refused(market):
    with pytest.raises(Refused, match="state: Select a valid choice"):
        names(market.allocator.offerings.find(state="active"))


def test_an_offering_that_is_not_shared_is_there_for_its_provider_only(market):
    private = market.world.offerings[0]
    private.shared = False
    assert names(market.allocator.offerings.find()) == [NODES, AGENT]
    with pytest.raises(NotFound):
        market.allocator.offerings.get(private.uuid)
    assert names(market.provider.offerings.find(shared=False)) == [LUMI]


def test_an_offering_has_its_plans_and_components(market):
    market.world.offerings[0].plans.append(Plan(uuid=UNKNOWN, name="Old", archived=True))
    offering = market.offering()

    assert offering == market.allocator.offerings.get(offering.uuid)
    assert (offering.state, offering.shared, offering.type) == ("Active", True, "Marketplace.Basic")
    assert (offering.customer_name, offering.category_title) == ("Supercomputing Provider", "HPC")
    assert [(plan.name, plan.archived) for plan in offering.plans] == [
        ("Common", False),
        ("Old", True),
    ]
    cpu, gpu, storage = offering.components
    assert (cpu.type, cpu.name, cpu.measured_unit) == ("cpu_k_hours", "CPU allocation", "k hours")
    assert (cpu.billing_type, cpu.is_boolean, cpu.default_limit) == ("limit", False, None)
    assert (cpu.min_value, cpu.max_value, cpu.limit_period) == (None, 100000, "total")
    assert (gpu.min_value, gpu.max_value) == (1, 5000)
    assert storage.limit_period == "month"


def test_a_component_without_a_period_has_none(market):
    market.world.offerings[0].components = [
        Component(type="node_hours", name="Node hours", billing_type="usage", limit_period=None)
    ]
    (component,) = market.offering().components
    assert (component.billing_type, component.limit_period) == ("usage", "")


def test_the_url_of_a_plan_is_the_one_that_the_portal_gives(market):
    offering = market.offering()
    route = "plans" if market.version == Version.A else f"public-offerings/{offering.uuid}/plans"
    plan = market.world.offerings[0].plans[0].uuid
    assert offering.plans[0].url == f"{market.portal.url}/api/marketplace-{route}/{plan}/"


def test_an_offering_that_is_not_there_is_an_error(market):
    with pytest.raises(NotFound):
        market.allocator.offerings.get(UNKNOWN)


@generations(Version.A)
def test_until_november_2022_offerings_have_another_address(market):
    market.forget()
    names(market.allocator.offerings.find())
    assert market.portal.requests[-1].path == "/api/marketplace-offerings/"


@pytest.mark.parametrize("name", ["customer", "category"])
@pytest.mark.parametrize("value", ["", "x", "../users"])
def test_a_uuid_of_another_shape_is_never_sent(market, name, value):
    market.forget()
    with pytest.raises(ValueError, match="is not a uuid"):
        names(market.allocator.offerings.find(**{name: value}))
    assert market.portal.requests == []
