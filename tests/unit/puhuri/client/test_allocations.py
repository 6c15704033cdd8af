"""Allocations: ordered, found by every filter, given other limits, renamed and terminated."""

import json
from datetime import date
from decimal import Decimal

import pytest

from profiles_management.puhuri.client.errors import NotFound, PuhuriAway, Refused
from puhuri.client.portal_use import LIMITS, MANAGER, names
from puhuri.server.asking import GRANTS, NEW, OLD
from puhuri.server.generations import generations
from puhuri_server.server import Fault
from puhuri_server.world import Version

UNKNOWN = "0" * 32


@pytest.fixture
def project(portal):
    return portal.project()


def limits_of(portal, allocation):
    return dict(portal.allocator.allocations.get(allocation).limits)


# ordering


def test_an_order_is_for_a_new_allocation(portal, project):
    order = portal.order(project, attributes={"purpose": "weather"})

    assert (order.type, order.state, order.name) == ("Create", "pending-provider", "training")
    assert order.is_open
    assert order.limits == LIMITS
    assert (order.project_uuid, order.customer_uuid) == (project, portal.customer)
    offering = portal.offering()
    assert (order.offering_uuid, order.offering_name) == (offering.uuid, "LUMI regular")
    assert order.plan_uuid == offering.plans[0].uuid
    assert portal.world.orders[0].attributes == {"purpose": "weather", "name": "training"}

    allocation = portal.allocator.allocations.get(order.allocation_uuid)
    assert (allocation.name, allocation.state) == ("training", "Creating")


def test_an_allocation_has_what_was_ordered(portal, project):
    uuid = portal.allocation(project)
    portal.world.resources[0].end_date = date(2027, 1, 31)
    portal.world.resources[0].backend_id = "slurm-1"

    allocation = portal.allocator.allocations.get(uuid)
    assert (allocation.uuid, allocation.name, allocation.state) == (uuid, "training", "OK")
    assert (allocation.project_uuid, allocation.project_name) == (project, "Quantum")
    assert allocation.customer_uuid == portal.customer
    assert (allocation.offering_name, allocation.plan_name) == ("LUMI regular", "Common")
    assert (allocation.end_date, allocation.backend_id) == (date(2027, 1, 31), "slurm-1")
    assert allocation.limits == LIMITS
    assert all(isinstance(limit, int) for limit in allocation.limits.values())
    assert [*portal.allocator.allocations.find()] == [allocation]


def test_a_plan_and_limits_may_be_left_out(portal, project):
    order = portal.order(project, plan_url="", limits={})
    assert (order.plan_uuid, order.limits) == ("", {})


def test_a_name_in_the_attributes_does_not_replace_the_name(portal, project):
    portal.order(project, attributes={"name": "other"})
    assert portal.world.resources[0].name == "training"


def test_the_terms_of_an_offering_are_accepted_or_it_is_refused(portal, project):
    portal.world.offerings[0].terms_of_service = "Be nice."
    with pytest.raises(Refused, match="have not been accepted"):
        portal.order(project)
    assert portal.order(project, accepts_terms=True).is_open


@pytest.mark.parametrize("name", ["", " ", "x" * 151])
def test_a_name_that_makes_a_portal_fail_is_not_sent(portal, project, name):
    with pytest.raises(Refused, match="1 to 150 characters"):
        portal.order(project, name)
    assert portal.sent("POST", "/marketplace-") == []


@pytest.mark.parametrize("limit", [-1, 2**63, 2**70, Decimal("-0.5")])
def test_a_limit_that_no_portal_has_is_not_sent(portal, project, limit):
    allocation = portal.allocation(project)
    portal.portal.requests.clear()
    for call in (
        lambda: portal.order(project, limits={"cpu_k_hours": limit, "gb_k_hours": 1}),
        lambda: portal.allocator.allocations.set_limits(allocation, {"cpu_k_hours": limit}),
    ):
        with pytest.raises(Refused, match=r"from 0 to 2\^63 - 1: cpu_k_hours\."):
            call()
    assert portal.sent("POST", "/marketplace-") == []


@pytest.mark.parametrize("end", ["soon", "2027-02-30", "", 7, None, [], {}])
def test_an_end_that_makes_a_portal_fail_is_not_sent(portal, project, end):
    with pytest.raises(Refused, match=r"end_date .* is not a date such as 2027-01-31"):
        portal.order(project, attributes={"end_date": end})
    assert portal.sent("POST", "/marketplace-") == []


def test_an_allocation_can_be_ordered_until_a_day(portal, project):
    portal.order(project, attributes={"end_date": "2027-01-31"})
    (allocation,) = portal.allocator.allocations.find()
    assert allocation.end_date == date(2027, 1, 31)


@generations(Version.FRACTIONS)
def test_since_8_a_limit_can_be_a_fraction(portal, project):
    limits = {"cpu_k_hours": Decimal("2.25"), "gb_k_hours": Decimal("3.0")}
    allocation = portal.allocation(project, limits=limits)
    assert limits_of(portal, allocation) == {"cpu_k_hours": Decimal("2.25"), "gb_k_hours": 3}
    assert portal.allocator.generation.has_fractions


def test_a_whole_limit_is_sent_without_a_point(portal, project):
    portal.order(project, limits={"cpu_k_hours": Decimal("2.00"), "gb_k_hours": Decimal("1E+3")})
    body = json.loads(portal.portal.requests[-1].content)
    (item,) = body.get("items", [body])
    assert repr(item["limits"]) == "{'cpu_k_hours': 2, 'gb_k_hours': 1000}"


@generations(Version.A, Version.MIXED, Version.B)
def test_until_8_a_fraction_is_refused_in_the_words_of_the_portal(portal, project):
    with pytest.raises(Refused, match=r"limits\.cpu_k_hours: A valid integer is required"):
        portal.order(project, limits={"cpu_k_hours": Decimal("2.25")})


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"gpu_k_hours": 5001}, "cannot be more than 5000"),
        ({"gpu_k_hours": 0}, "cannot be less than 1"),
        ({"node_hours": 1}, "Invalid types: node_hours"),
    ],
    ids=str,
)
def test_limits_that_the_offering_does_not_have_are_refused(portal, project, limits, words):
    with pytest.raises(Refused, match=words):
        portal.order(project, limits=limits)
    assert portal.world.resources == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda world: setattr(world.offerings[0], "state", "Paused"), "not available"),
        (lambda world: setattr(world.customers[0], "blocked", True), "not available"),
        (lambda world: setattr(world.projects[0], "end_date", world.now().date()), "is expired"),
    ],
    ids=["paused", "blocked", "expired"],
)
def test_an_order_that_the_portal_does_not_take_is_refused(portal, project, change, words):
    offering = portal.offering()
    change(portal.world)
    with pytest.raises(Refused, match=words):
        portal.allocator.allocations.create(
            project=project, offering=offering.uuid, plan_url="", name="training", limits={}
        )


# lists


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["training", "train", "web"]),
        ({"name": "TRAIN"}, ["training", "train"]),
        ({"name_exact": "train"}, ["train"]),
        ({"name_exact": "Train"}, []),
        ({"name_exact": ""}, []),
        ({"state": "OK"}, ["training"]),
        ({"state": "Creating"}, ["train"]),
        ({"state": "Terminated"}, ["web"]),
        ({"state": ""}, []),
        ({"backend_id": "slurm-1"}, ["training"]),
        ({"backend_id": "slurm"}, []),
        ({"backend_id": ""}, ["train", "web"]),
        ({"name": "train", "state": "Creating"}, ["train"]),
    ],
    ids=str,
)
def test_allocations_are_found_by_each_filter(portal, project, filters, found):
    portal.allocation(project)
    portal.order(project, "train")
    portal.order(project, "web")
    portal.world.resources[0].backend_id = "slurm-1"
    portal.world.resources[2].state = "Terminated"

    assert names(portal.allocator.allocations.find(**filters)) == found


def test_allocations_are_found_by_project_customer_and_offering(portal, project):
    other = portal.world.customers[1].uuid
    web = portal.allocator.projects.create(customer=other, name="Web").uuid
    portal.allocation(project, "training")
    portal.allocation(web, "site")

    find = portal.allocator.allocations.find
    assert names(find(project=project)) == ["training"]
    assert names(find(customer=other)) == ["site"]
    assert names(find(project=project, customer=other)) == []
    assert names(find(offering=portal.offering().uuid)) == ["training", "site"]
    assert names(find(offering=portal.offering("Site agent Slurm").uuid)) == []
    assert names(find(project=UNKNOWN)) == []


def test_a_state_that_no_portal_has_is_refused(portal):
    with pytest.raises(Refused, match="state: Select a valid choice"):
        names(portal.allocator.allocations.find(state="ok"))


@pytest.mark.parametrize("name", ["project", "customer", "offering"])
@pytest.mark.parametrize("value", ["", "x", "../users"])
def test_a_uuid_of_another_shape_is_never_sent(portal, name, value):
    portal.forget()
    with pytest.raises(ValueError, match="is not a uuid"):
        names(portal.allocator.allocations.find(**{name: value}))
    assert portal.portal.requests == []


def test_an_allocation_that_is_not_there_is_an_error(portal):
    allocations = portal.allocator.allocations
    for call in (
        lambda: allocations.get(UNKNOWN),
        lambda: allocations.set_limits(UNKNOWN, LIMITS),
        lambda: allocations.terminate(UNKNOWN),
    ):
        with pytest.raises(NotFound):
            call()


# changes


def test_other_limits_are_an_order_that_replaces_them_all(portal, project):
    allocation = portal.allocation(project)
    uuid = portal.allocator.allocations.set_limits(allocation, {"cpu_k_hours": 20})

    order = portal.allocator.orders.get(uuid)
    assert (order.type, order.state) == ("Update", "pending-provider")
    assert (order.allocation_uuid, order.limits) == (allocation, {"cpu_k_hours": 20})
    assert limits_of(portal, allocation) == LIMITS
    portal.provider.orders.approve_by_provider(uuid)
    assert limits_of(portal, allocation) == {"cpu_k_hours": 20}  # what was left out is gone


@generations(*GRANTS)
def test_the_same_limits_are_refused(portal, project):
    allocation = portal.allocation(project)
    with pytest.raises(Refused, match="exactly the same"):
        portal.allocator.allocations.set_limits(allocation, LIMITS)


def test_an_end_is_an_order(portal, project):
    allocation = portal.allocation(project)
    uuid = portal.allocator.allocations.terminate(allocation)

    order = portal.allocator.orders.get(uuid)
    assert (order.type, order.allocation_uuid) == ("Terminate", allocation)
    portal.provider.orders.approve_by_provider(uuid)
    assert portal.allocator.allocations.get(allocation).state == "Terminated"


def test_an_allocation_that_erred_can_be_terminated_only(portal, project):
    allocation = portal.allocation(project)
    portal.world.resources[0].state = "Erred"
    with pytest.raises(Refused, match="Valid states for operation: OK") as refusal:
        portal.allocator.allocations.set_limits(allocation, {"cpu_k_hours": 1})
    assert refusal.value.status == 409
    assert portal.allocator.allocations.terminate(allocation)


def test_an_allocation_has_one_open_order(portal, project):
    allocation = portal.allocation(project)
    allocations = portal.allocator.allocations
    allocations.set_limits(allocation, {"cpu_k_hours": 20})
    for call in (
        lambda: allocations.set_limits(allocation, {"cpu_k_hours": 30}),
        lambda: allocations.terminate(allocation),
    ):
        with pytest.raises(Refused, match=r"Pending order (item )?for resource already exists"):
            call()
    assert len(portal.world.orders) == 2


def test_a_manager_of_a_project_may_order_and_a_stranger_may_not(portal, project):
    user = portal.user("ada")
    portal.allocator.members.add(project, user, MANAGER)
    allocation = portal.allocation(project)
    with pytest.raises(NotFound):
        portal.stranger.allocations.terminate(allocation)
    assert portal.client_of(user).allocations.terminate(allocation)


# requests without an answer

DONE = [Fault.UNANSWERED, Fault.ERROR_AFTER]
NOT_DONE = [Fault.LOST, Fault.ERROR]


@pytest.mark.parametrize("fault", DONE)
def test_an_order_without_an_answer_is_found_and_not_made_again(portal, project, fault):
    portal.order(project)  # of the same name, and older
    portal.break_once("POST", "/marketplace-orders/", fault)
    order = portal.order(project)
    assert order.uuid == portal.world.orders[-1].uuid
    assert len(portal.world.orders) == 2


@pytest.mark.parametrize("fault", NOT_DONE)
def test_an_order_that_was_not_made_is_not_tried_again(portal, project, fault):
    portal.order(project)
    portal.break_once("POST", "/marketplace-orders/", fault)
    with pytest.raises(PuhuriAway) as error:
        portal.order(project)
    assert error.value.unanswered
    assert len(portal.world.orders) == 1


CHANGES = pytest.mark.parametrize(
    ("action", "call"),
    [
        ("update_limits", lambda use, uuid: use.allocator.allocations.set_limits(uuid, {})),
        ("terminate", lambda use, uuid: use.allocator.allocations.terminate(uuid)),
    ],
    ids=["limits", "end"],
)


@CHANGES
@pytest.mark.parametrize("fault", DONE)
def test_a_change_without_an_answer_is_found_and_not_made_again(
    portal, project, action, call, fault
):
    allocation = portal.allocation(project)
    portal.break_once("POST", f"/{action}/", fault)
    assert call(portal, allocation) == portal.world.orders[-1].uuid
    assert len(portal.world.orders) == 2


@CHANGES
@pytest.mark.parametrize("fault", NOT_DONE)
def test_a_change_that_was_not_made_is_not_tried_again(portal, project, action, call, fault):
    allocation = portal.allocation(project)
    portal.break_once("POST", f"/{action}/", fault)
    with pytest.raises(PuhuriAway) as error:
        call(portal, allocation)
    assert error.value.unanswered
    assert len(portal.world.orders) == 1
    assert len(portal.sent("POST", action)) == 1


@CHANGES
def test_an_older_order_is_not_taken_for_the_one_without_an_answer(portal, project, action, call):
    allocation = portal.allocation(project)
    portal.allocator.orders.cancel(call(portal, allocation))
    portal.break_once("POST", f"/{action}/", Fault.LOST)
    with pytest.raises(PuhuriAway):
        call(portal, allocation)


def test_a_busy_portal_is_asked_again_because_nothing_was_ordered(portal, project):
    portal.break_once("POST", "/marketplace-orders/", Fault.BUSY, Fault.BUSY)
    portal.order(project)
    assert len(portal.world.orders) == 1


@generations(*OLD)
def test_an_order_item_of_another_project_is_not_taken_for_the_change(portal, project):
    allocation = portal.allocation(project)
    portal.break_once("POST", "/terminate/", Fault.UNANSWERED)
    uuid = portal.allocator.allocations.terminate(allocation)
    assert portal.allocator.orders.get(uuid).item_uuid == portal.world.orders[-1].item_uuid


@generations(*NEW)
def test_orders_are_slim(portal, project):
    portal.order(project)
    portal.portal.requests.clear()
    names(portal.allocator.allocations.find())
    assert "field=name" in portal.sent("GET", "/marketplace-resources/")[0]
