"""Orders: whom they wait for, who decides, and how each generation shows them."""

import pytest

from puhuri.server.asking import BASE, NEW, OLD
from puhuri.server.generations import generations
from puhuri_server.world import Version


@pytest.fixture
def project(portal):
    return portal.project()


def test_an_order_of_an_owner_waits_for_the_provider(portal, project):
    portal.allocator.order(project)

    assert portal.world.orders[0].state == "pending-provider"
    assert portal.world.resources[0].state == "Creating"


def test_an_order_of_a_manager_waits_for_the_customer(portal, project):
    manager = portal.world.user_of_token(portal.provider.token)
    portal.allocator.add_member(project, manager.uuid, "PROJECT.MANAGER")

    portal.provider.order(project)

    assert portal.world.orders[0].state == "pending-consumer"


@generations(*NEW)
def test_an_order_waits_for_the_start_of_its_project(portal):
    project = portal.project()
    portal.world.projects[0].start_date = portal.time.date().replace(year=2099)

    portal.allocator.order(project)
    assert portal.world.orders[0].state == "pending-project"
    portal.allocator.ask("PATCH", f"projects/{project}/", {"start_date": None})
    assert portal.world.orders[0].state == "pending-provider"


def test_terms_of_service_must_be_accepted(portal, project):
    portal.world.offerings[0].terms_of_service = "You shall not mine."

    answer = portal.allocator.order(project)

    words = "Terms of service for offering 'LUMI regular' have not been accepted."
    assert (answer.status, answer.body) == (400, {"non_field_errors": [words]})
    assert portal.allocator.order(project, accepting_terms_of_service=True).status == 201


@generations(*NEW)
def test_rejecting_a_creation_ends_the_allocation_and_cancelling_leaves_it_for_ever(
    portal, project
):
    first = portal.allocator.order(project).body["uuid"]
    second = portal.allocator.order(project).body["uuid"]

    rejected = portal.provider.ask("POST", f"marketplace-orders/{first}/reject_by_provider/")
    cancelled = portal.allocator.ask("POST", f"marketplace-orders/{second}/cancel/")

    assert (rejected.status, rejected.body) == (200, "")
    assert (cancelled.status, cancelled.body) == (202, "")
    assert [one.state for one in portal.world.resources] == ["Terminated", "Creating"]


@generations(*NEW)
def test_deleting_a_waiting_order_leaves_the_allocation_for_ever(portal, project):
    order = portal.allocator.order(project).body["uuid"]

    assert portal.allocator.ask("DELETE", f"marketplace-orders/{order}/").status == 204
    assert portal.world.resources[0].state == "Creating"


@generations(*NEW)
def test_who_may_not_decide_and_what_is_decided_already(portal, project):
    order = portal.allocator.order(project).body["uuid"]
    path = f"marketplace-orders/{order}"

    assert portal.allocator.ask("POST", f"{path}/approve_by_provider/").status == 403
    answer = portal.allocator.ask("POST", f"{path}/approve_by_consumer/")
    words = "Valid states for operation: pending-consumer."
    assert (answer.status, answer.body) == (409, {"detail": words})


@generations(*NEW)
def test_the_order_of_an_agent_is_not_cancelled(portal, project):
    order = portal.allocator.order(project, "Site agent Slurm").body["uuid"]

    assert portal.allocator.ask("POST", f"marketplace-orders/{order}/cancel/").status == 405


@generations(Version.B)
def test_the_type_in_a_body_is_obeyed(portal, project):
    assert portal.allocator.order(project, type="Update").body["type"] == "Update"


@generations(*NEW)
def test_orders_and_allocations_ignore_the_url_of_a_project_and_want_that_of_the_provider(
    portal, project
):
    portal.allocator.order(project)
    other = f"{BASE}/api/projects/{'0' * 32}/"
    offering = portal.offering_url()

    for route in ("marketplace-orders", "marketplace-resources"):
        assert len(portal.allocator.get(f"{route}/?project={other}").body) == 1
        assert len(portal.allocator.get(f"{route}/?uuid={'0' * 32}").body) == 1
        assert portal.allocator.get(f"{route}/?offering={offering}").body == []
        providers = offering.replace("public", "provider")
        assert len(portal.allocator.get(f"{route}/?offering={providers}").body) == 1


@generations(Version.B)
def test_the_answer_to_a_new_order_has_more_than_the_order_later(portal, project):
    new = portal.allocator.order(project).body

    later = portal.allocator.get(f"marketplace-orders/{new['uuid']}/").body

    assert new.keys() - later.keys() == {"url", "project", "created_by"}


@generations(*NEW)
def test_relations_that_are_empty_are_left_out(portal, project):
    order = portal.allocator.order(project).body

    assert "plan_uuid" not in order
    assert "provider_reviewed_by" not in order


# until December 2023


@generations(*OLD)
def test_an_order_has_items_with_states_of_their_own(portal, project):
    order = portal.allocator.order(project).body

    assert order["state"] == "executing"
    (item,) = order["items"]
    assert (item["type"], item["state"]) == ("Create", "pending")
    assert item["marketplace_resource_uuid"] == portal.world.resources[0].uuid
    detail = portal.allocator.get(f"marketplace-order-items/{item['uuid']}/").body
    assert detail["order_uuid"] == order["uuid"]


@generations(*OLD)
def test_other_limits_are_answered_with_the_order_and_not_with_its_item(portal, project):
    allocation = portal.allocation(project)
    path = f"marketplace-resources/{allocation}/update_limits/"

    body = portal.allocator.ask("POST", path, {"limits": {"cpu_k_hours": 20}}).body
    uuid = body["order_uuid"]

    assert portal.allocator.get(f"marketplace-orders/{uuid}/").status == 200
    assert portal.allocator.get(f"marketplace-order-items/{uuid}/").status == 404


@generations(*OLD)
def test_a_provider_decides_on_items_and_a_customer_on_orders(portal, project):
    order = portal.allocator.order(project).body
    (item,) = order["items"]

    again = portal.allocator.ask("POST", f"marketplace-orders/{order['uuid']}/approve/")
    approved = portal.provider.ask("POST", f"marketplace-order-items/{item['uuid']}/approve/")

    assert again.status == 409
    assert (approved.status, approved.body) == (200, {"details": "Order item has been approved."})
    assert portal.world.resources[0].state == "OK"


@generations(*OLD)
def test_the_plan_of_an_order_has_another_url(portal, project):
    offering = portal.world.offerings[0]
    plan = offering.plans[0].uuid
    old = f"{BASE}/api/marketplace-plans/{plan}/"
    new = f"{portal.offering_url()}plans/{plan}/"
    is_first = portal.world.version == Version.A

    assert portal.allocator.order(project, plan=old).status == (201 if is_first else 400)
    assert portal.allocator.order(project, plan=new).status == (400 if is_first else 201)


@generations(*OLD)
def test_an_item_is_cancelled_while_it_is_open(portal, project):
    (item,) = portal.allocator.order(project).body["items"]
    path = f"marketplace-order-items/{item['uuid']}/terminate/"

    first, second = (portal.allocator.ask("POST", path) for _ in range(2))

    words = "Order item termination has been scheduled."
    assert (first.status, first.body, second.status) == (202, {"details": words}, 409)
    assert portal.world.resources[0].state == "Creating"
