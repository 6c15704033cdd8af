"""Orders: what they wait for, found by every filter, and decided by customer and provider."""

from datetime import timedelta

import pytest

from profiles_management.puhuri.client.errors import NotAllowed, NotFound, PuhuriAway, Refused
from puhuri.client.portal_use import MANAGER, names
from puhuri.server.asking import NEW, OLD
from puhuri.server.generations import generations
from puhuri_server.server import Fault

UNKNOWN = "0" * 32


@pytest.fixture
def project(portal):
    return portal.project()


def waiting_for_customer(portal, project):
    """Return the uuid of an order of a manager, which the customer has to approve."""
    user = portal.user("ada")
    portal.allocator.members.add(project, user, MANAGER)
    return portal.order(project, by=portal.client_of(user)).uuid


def waiting_for_provider(portal, project):
    return portal.order(project).uuid


def state_of(portal, order):
    return portal.allocator.orders.get(order).state


# decisions


@pytest.mark.parametrize(
    ("place", "decide", "order_state", "allocation_state"),
    [
        (
            waiting_for_customer,
            lambda use, order: use.allocator.orders.approve_by_consumer(order),
            "pending-provider",
            "Creating",
        ),
        (
            waiting_for_customer,
            lambda use, order: use.allocator.orders.reject_by_consumer(order),
            "rejected",
            "Terminated",
        ),
        (
            waiting_for_provider,
            lambda use, order: use.provider.orders.approve_by_provider(order),
            "done",
            "OK",
        ),
        (
            waiting_for_provider,
            lambda use, order: use.provider.orders.reject_by_provider(order),
            "rejected",
            "Terminated",
        ),
        (
            waiting_for_provider,
            lambda use, order: use.allocator.orders.cancel(order),
            "canceled",
            "Creating",  # for ever
        ),
    ],
    ids=["approve-customer", "reject-customer", "approve-provider", "reject-provider", "cancel"],
)
class TestDecision:
    def test_it_decides_what_becomes_of_the_order(
        self, portal, project, place, decide, order_state, allocation_state
    ):
        order = place(portal, project)
        decide(portal, order)
        assert state_of(portal, order) == order_state
        assert portal.world.resources[-1].state == allocation_state

    @pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.ERROR_AFTER])
    def test_without_an_answer_it_is_looked_up_and_not_sent_again(
        self, portal, project, place, decide, order_state, allocation_state, fault
    ):
        order = place(portal, project)
        portal.portal.requests.clear()
        portal.break_once("POST", "/marketplace-order", fault)
        decide(portal, order)
        assert state_of(portal, order) == order_state
        assert len(portal.sent("POST", "/marketplace-order")) == 1

    @pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR])
    def test_that_was_not_carried_out_is_an_error_and_not_sent_again(
        self, portal, project, place, decide, order_state, allocation_state, fault
    ):
        order = place(portal, project)
        portal.portal.requests.clear()
        portal.break_once("POST", "/marketplace-order", fault)
        with pytest.raises(PuhuriAway) as error:
            decide(portal, order)
        assert error.value.unanswered
        assert len(portal.sent("POST", "/marketplace-order")) == 1
        assert portal.world.orders[-1].is_open

    def test_a_busy_portal_is_asked_again(
        self, portal, project, place, decide, order_state, allocation_state
    ):
        order = place(portal, project)
        portal.break_once("POST", "/marketplace-order", Fault.BUSY)
        decide(portal, order)
        assert portal.world.resources[-1].state == allocation_state

    def test_it_is_made_once(self, portal, project, place, decide, order_state, allocation_state):
        order = place(portal, project)
        decide(portal, order)
        with pytest.raises(Refused, match="Valid states for operation") as refusal:
            decide(portal, order)
        assert refusal.value.status == 409

    def test_of_an_order_that_is_not_there_is_an_error(
        self, portal, project, place, decide, order_state, allocation_state
    ):
        with pytest.raises(NotFound):
            decide(portal, UNKNOWN)


def test_a_customer_does_not_decide_for_a_provider_nor_the_reverse(portal, project):
    ours, theirs = waiting_for_provider(portal, project), waiting_for_customer(portal, project)
    for call in (
        lambda: portal.allocator.orders.approve_by_provider(ours),
        lambda: portal.allocator.orders.reject_by_provider(ours),
        lambda: portal.provider.orders.approve_by_consumer(theirs),
        lambda: portal.provider.orders.reject_by_consumer(theirs),
    ):
        with pytest.raises(NotAllowed, match="do not have permission"):
            call()


# states


def test_an_order_says_what_it_waits_for(portal, project):
    assert state_of(portal, waiting_for_provider(portal, project)) == "pending-provider"
    customer = waiting_for_customer(portal, project)
    order = portal.allocator.orders.get(customer)
    assert (order.state, order.is_open, order.name) == ("pending-consumer", True, "training")


@generations(*NEW)
def test_an_order_waits_for_the_start_of_its_project(portal, project):
    start = portal.time.now().date() + timedelta(days=2)
    portal.world.projects[0].start_date = start
    order = portal.order(project)
    assert (order.state, order.is_open) == ("pending-project", True)
    assert portal.allocator.projects.get(project).start_date == start


def test_the_order_of_an_agent_is_under_way_until_it_reports(portal, project):
    order = portal.order(project, offering="Site agent Slurm").uuid
    portal.provider.orders.approve_by_provider(order)
    assert state_of(portal, order) == "executing"
    portal.world.finish(portal.world.orders[0])
    done = portal.allocator.orders.get(order)
    assert (done.state, done.is_open) == ("done", False)


def test_an_order_that_failed_says_why(portal, project):
    order = portal.order(project).uuid
    portal.world.fail(portal.world.orders[0], "no space left")
    failed = portal.allocator.orders.get(order)
    assert (failed.state, failed.error_message, failed.is_open) == ("erred", "no space left", False)


def test_an_order_has_the_name_of_its_allocation(portal, project):
    order = portal.order(project).uuid
    portal.world.resources[0].name = "renamed"
    assert portal.allocator.orders.get(order).name == "renamed"


# lists


@pytest.fixture
def placed(portal, project):
    """Return orders by what they are, in two projects of two customers."""
    other = portal.world.customers[1].uuid
    web = portal.allocator.projects.create(customer=other, name="Web").uuid
    allocation = portal.allocation(project, "done")
    portal.order(web, "site", offering="Site agent Slurm")
    portal.allocator.allocations.set_limits(allocation, {"cpu_k_hours": 20})
    customer = waiting_for_customer(portal, project)
    return {"project": project, "web": web, "allocation": allocation, "customer": customer}


def orders(found):
    return [(order.type, order.name) for order in found]


DONE, SITE = ("Create", "done"), ("Create", "site")
LIMITS, ASKED = ("Update", "done"), ("Create", "training")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [DONE, SITE, LIMITS, ASKED]),
        ({"state": "done"}, [DONE]),
        ({"state": "pending-provider"}, [SITE, LIMITS]),
        ({"state": "pending-consumer"}, [ASKED]),
        ({"state": "pending-start-date"}, []),  # no state before 8.x
        ({"state": "rejected"}, []),
        ({"state": ""}, []),
        ({"type": "Update"}, [LIMITS]),
        ({"type": "Terminate"}, []),
        ({"type": ""}, []),
        ({"type": "Create", "state": "pending-provider"}, [SITE]),
    ],
    ids=str,
)
def test_orders_are_found_by_state_and_type(portal, placed, filters, found):
    assert orders(portal.allocator.orders.find(**filters)) == found


def test_orders_are_found_by_what_they_are_for(portal, placed):
    find = portal.allocator.orders.find
    assert orders(find(project=placed["project"])) == [DONE, LIMITS, ASKED]
    assert orders(find(project=placed["web"])) == [SITE]
    assert orders(find(customer=portal.customer)) == [DONE, LIMITS, ASKED]
    assert orders(find(customer=portal.world.customers[1].uuid)) == [SITE]
    assert orders(find(offering=portal.offering().uuid)) == [DONE, LIMITS, ASKED]
    assert orders(find(offering=portal.offering("Site agent Slurm").uuid)) == [SITE]
    assert orders(find(allocation=placed["allocation"])) == [DONE, LIMITS]
    assert orders(find(allocation=placed["allocation"], type="Update")) == [LIMITS]
    assert orders(find(project=placed["web"], allocation=placed["allocation"])) == []
    for name in ("project", "customer", "offering", "allocation"):
        assert orders(find(**{name: UNKNOWN})) == []


@generations(*NEW)
def test_a_state_or_type_that_no_portal_has_is_refused(portal):
    for filters in ({"state": "cancelled"}, {"type": "create"}):
        with pytest.raises(Refused, match="Select a valid choice"):
            names(portal.allocator.orders.find(**filters))


@pytest.mark.parametrize("name", ["project", "customer", "offering", "allocation"])
@pytest.mark.parametrize("value", ["", "x", "../users"])
def test_a_uuid_of_another_shape_is_never_sent(portal, name, value):
    portal.forget()
    with pytest.raises(ValueError, match="is not a uuid"):
        names(portal.allocator.orders.find(**{name: value}))
    assert portal.portal.requests == []


def test_an_order_that_is_not_there_is_an_error(portal):
    with pytest.raises(NotFound):
        portal.allocator.orders.get(UNKNOWN)


@generations(*OLD)
def test_until_2023_an_order_has_an_item_that_says_how_far_it_is(portal, project):
    order = portal.order(project)
    assert order.item_uuid == portal.world.orders[0].item_uuid
    assert [*portal.allocator.orders.find()] == [portal.allocator.orders.get(order.uuid)]


@generations(*NEW)
def test_an_order_in_a_list_is_the_one_that_is_shown(portal, project):
    uuid = portal.order(project).uuid
    (order,) = portal.allocator.orders.find()
    assert order == portal.allocator.orders.get(uuid)
    assert order.item_uuid == ""
