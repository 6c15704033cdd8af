"""Allocations: what is checked, made and changed."""

import pytest

from puhuri.server.asking import LIMITS, NEW, OLD
from puhuri.server.generations import generations
from puhuri_server.world import Version

WHOLE = (Version.A, Version.MIXED, Version.B)  # limits are integers
DATA = {"non_field_errors": ["No data provided"]}


@pytest.fixture
def project(portal):
    return portal.project()


def act(portal, allocation, action, body=None):
    path = f"marketplace-resources/{allocation}/{action}/"
    return portal.allocator.ask("POST", path, {} if body is None else body)


def set_limits(portal, allocation, **limits):
    return act(portal, allocation, "update_limits", {"limits": limits})


def test_a_second_allocation_of_one_name_is_made(portal, project):
    for _ in range(2):
        assert portal.allocator.order(project).status == 201

    assert portal.allocator.names("marketplace-resources/") == ["training", "training"]


@pytest.mark.parametrize("fields", [{"plan": None}, {"limits": None}, {"limits": {}}])
def test_an_order_without_plan_or_limits_is_taken(portal, project, fields):
    assert portal.allocator.order(project, **fields).status == 201


def test_an_order_without_attributes_is_not_and_one_with_none_makes_a_nameless_allocation(
    portal, project
):
    answer = portal.allocator.order(project, attributes=None)

    assert (answer.status, answer.body) == (400, DATA)
    assert portal.allocator.order(project, attributes={}).status == 201
    assert portal.allocator.names("marketplace-resources/") == [""]


@pytest.mark.parametrize(
    "fields",
    [
        {"attributes": {"name": "n" * 151}},
        {"attributes": {"name": "x", "end_date": "soon"}},
        {"limits": {"gb_k_hours": 2**63}},
    ],
)
def test_what_does_not_fit_is_a_crash_and_nothing_is_made(portal, project, fields):
    assert portal.allocator.order(project, **fields).status == 500
    assert portal.world.resources == portal.world.orders == []


@pytest.mark.parametrize(("amount", "words"), [(100001, "more than 100000"), (0, "less than 1")])
def test_limits_have_bounds(portal, project, amount, words):
    name = "cpu_k_hours" if amount else "gpu_k_hours"

    answer = portal.allocator.order(project, limits=LIMITS | {name: amount})

    (text,) = answer.body["non_field_errors"]
    assert (answer.status, text.startswith(f"The limit {amount}")) == (400, True)
    assert text.endswith(f"value cannot be {words}.")


def test_a_negative_limit_is_taken_in_an_order_and_not_in_a_change(portal, project):
    allocation = portal.allocation(project, limits=LIMITS | {"cpu_k_hours": -1})

    answer = set_limits(portal, allocation, **LIMITS | {"cpu_k_hours": -2})

    words = "Ensure this value is greater than or equal to 0."
    assert (answer.status, answer.body) == (400, {"limits": {"cpu_k_hours": [words]}})


@generations(*WHOLE)
def test_until_8_limits_are_whole_numbers(portal, project):
    answer = portal.allocator.order(project, limits={"cpu_k_hours": 1.5})

    words = "A valid integer is required."
    assert (answer.status, answer.body) == (400, {"limits": {"cpu_k_hours": [words]}})
    assert portal.allocator.order(project, limits={"cpu_k_hours": 10.0}).status == 201
    assert portal.world.resources[0].limits == {"cpu_k_hours": 10}


@generations(Version.FRACTIONS)
def test_since_8_limits_are_fractions(portal, project):
    allocation = portal.allocation(project, limits={"cpu_k_hours": 1.5})

    assert set_limits(portal, allocation, cpu_k_hours=0.25).status == 200
    row = portal.allocator.get(f"marketplace-resources/{allocation}/").body
    assert row["limits"] == {"cpu_k_hours": 1.5}


def test_since_8_components_tell_how_many_decimals_a_limit_has(portal):
    path = portal.offering_url().partition("/api/")[2]

    (component, *_) = portal.allocator.get(path).body["components"]

    is_newest = portal.world.version == Version.FRACTIONS
    assert ("limit_decimal_places" in component) == is_newest


@pytest.mark.parametrize("value", ["ten", True, None])
def test_a_limit_is_a_number(portal, project, value):
    assert portal.allocator.order(project, limits={"cpu_k_hours": value}).status == 400


def test_a_component_that_has_no_limit(portal, project):
    allocation = portal.allocation(project)

    new = portal.allocator.order(project, limits={"nope": 1})
    changed = set_limits(portal, allocation, nope=1)

    assert (new.status, new.body) == (400, {"limits": ["Invalid types: nope"]})
    assert (changed.status, changed.body) == (400, {"limits": "Invalid types: nope"})


def test_other_limits_replace_the_whole_map(portal, project):
    allocation = portal.allocation(project)

    set_limits(portal, allocation, cpu_k_hours=20)
    portal.world.execute(portal.world.orders[-1])

    row = portal.allocator.get(f"marketplace-resources/{allocation}/").body
    assert row["limits"] == {"cpu_k_hours": 20}


@generations(*NEW)
def test_the_same_limits_are_refused(portal, project):
    allocation = portal.allocation(project)

    answer = set_limits(portal, allocation, **LIMITS)

    words = "Impossible to create update orders with limits set to exactly the same."
    assert (answer.status, answer.body) == (400, [words])


@generations(Version.A)
def test_in_2021_the_same_limits_are_taken(portal, project):
    assert set_limits(portal, portal.allocation(project), **LIMITS).status == 200


def test_an_allocation_has_one_open_order(portal, project):
    allocation = portal.allocation(project)
    set_limits(portal, allocation, cpu_k_hours=20)

    what = "order item" if portal.world.version in OLD else "order"
    for answer in (
        set_limits(portal, allocation, cpu_k_hours=21),
        act(portal, allocation, "terminate"),
    ):
        words = [f"Pending {what} for resource already exists."]
        assert (answer.status, answer.body) == (400, words)


def test_an_allocation_that_is_not_ok_is_a_conflict(portal, project):
    portal.allocator.order(project)
    allocation = portal.world.resources[0].uuid

    limits = set_limits(portal, allocation, cpu_k_hours=20)
    end = act(portal, allocation, "terminate")

    words = "Valid states for operation: OK."
    assert (limits.status, limits.body) == (409, {"detail": words})
    words = "Valid states for operation: OK, Erred."
    assert (end.status, end.body) == (409, {"detail": words})


def test_an_allocation_that_erred_can_only_be_terminated(portal, project):
    portal.allocator.order(project)
    portal.world.fail(portal.world.orders[0], "no quota")
    allocation = portal.world.resources[0].uuid

    assert set_limits(portal, allocation, cpu_k_hours=20).status == 409
    assert act(portal, allocation, "terminate").status == 200


def test_the_attributes_of_a_termination_may_be_anything(portal, project):
    allocation = portal.allocation(project)

    assert act(portal, allocation, "terminate", {"attributes": "x"}).status == 200


@pytest.mark.parametrize("state", ["Draft", "Paused", "Archived"])
def test_an_offering_that_is_not_active_takes_no_orders(portal, project, state):
    portal.world.offerings[0].state = state

    answer = portal.allocator.order(project)

    assert (answer.status, answer.body) == (400, {"offering": ["Offering is not available."]})


def test_a_paused_offering_takes_other_limits_and_an_archived_one_only_ends(portal, project):
    first, second = portal.allocation(project), portal.allocation(project)
    portal.world.offerings[0].state = "Paused"
    assert set_limits(portal, first, cpu_k_hours=20).status == 200
    portal.world.offerings[0].state = "Archived"
    assert set_limits(portal, second, cpu_k_hours=20).status == 400
    assert act(portal, second, "terminate").status == 200


def test_names_of_allocations_are_changed_by_every_member(portal, project):
    allocation = portal.allocation(project)
    member = portal.world.user_of_token(portal.provider.token)
    portal.allocator.add_member(project, member.uuid)

    body = {"name": "By member", "description": "  <b>x</b> "}
    answer = portal.provider.ask("PATCH", f"marketplace-resources/{allocation}/", body)

    has_end = portal.world.version != Version.A
    assert answer.body == {"name": "By member", "description": "<b>x</b>"} | (
        {"end_date": None} if has_end else {}
    )
