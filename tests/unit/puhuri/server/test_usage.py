"""Usage: shown to everybody, one record for a component and a month."""

from decimal import Decimal

import pytest

from puhuri.server.asking import GRANTS
from puhuri.server.generations import generations
from puhuri_server.usages import report_usage
from puhuri_server.world import Version

USAGES = "marketplace-component-usages/"


@pytest.fixture
def used(portal):
    """Return a portal with an allocation that used 12 of CPU."""
    portal.allocation(portal.project())
    report(portal, 12)
    return portal


def report(portal, amount, type="cpu_k_hours", **further):  # noqa: A002 - the field's name
    resource = portal.world.resources[0].uuid
    usages = [{"type": type, "amount": amount, **further}]
    return portal.provider.ask(
        "POST", f"{USAGES}set_usage/", {"resource": resource, "usages": usages}
    )


def test_a_usage_is_shown_to_everybody_who_logs_in(used):
    stranger = used.world.customers[1].uuid
    for grant in used.world.active_grants():
        grant.is_active = False

    assert len(used.provider.get(USAGES).body) == 1
    assert used.nobody.get(USAGES).status == 401
    assert used.provider.get(f"{USAGES}?customer_uuid={stranger}").body == []


@generations(*GRANTS)
def test_an_amount_is_a_text_with_two_decimals(used):
    assert used.allocator.get(USAGES).body[0]["usage"] == "12.00"


@generations(Version.A)
def test_in_2021_an_amount_is_a_whole_number(used):
    assert used.allocator.get(USAGES).body[0]["usage"] == 12


def test_the_last_report_of_a_month_replaces_those_before(used):
    (before,) = used.allocator.get(USAGES).body
    report(used, 15)

    (after,) = used.allocator.get(USAGES).body
    assert Decimal(after["usage"]) == 15
    assert after["uuid"] == before["uuid"]


def test_a_usage_may_be_more_than_the_limit_and_less_than_nothing(used):
    for amount in (999999, -1):
        assert report(used, amount).status == 201


def test_what_is_not_reported(used):
    assert report(used, "1.234").status == 400
    assert report(used, 1, type="nope").status == 400
    used.world.resources[0].state = "Terminated"
    assert report(used, 1).body == {"resource": ["Resource is not in valid state."]}


def test_days_are_included_on_both_sides(used):
    day = used.time.date().isoformat()

    assert len(used.allocator.get(f"{USAGES}?date_after={day}&date_before={day}").body) == 1
    assert used.allocator.get(f"{USAGES}?date_before=2026-11-25").body == []
    assert used.allocator.get(f"{USAGES}?date_after=2026-11-27").body == []


@pytest.mark.parametrize("value", ["x", "2026-11", "2026-11-01T00:00:00Z"])
def test_a_day_is_a_day(used, value):
    answer = used.allocator.get(f"{USAGES}?date_after={value}")

    assert (answer.status, answer.body) == (400, {"date_after": ["Enter a valid date."]})


def test_months_are_a_filter_since_2023(used):
    resource = used.world.resources[0]
    month = used.time.date().replace(month=10, day=1)
    report_usage(used.world, resource, resource.offering.components[0], 7, month=month)

    found = used.allocator.get(f"{USAGES}?billing_period=2026-10-01").body

    is_known = used.world.version != Version.A
    assert len(found) == (1 if is_known else 2)


def test_a_type_is_whole_and_of_several_the_last_counts(used):
    assert used.allocator.get(f"{USAGES}?type=cpu").body == []
    assert used.allocator.get(f"{USAGES}?type=CPU_K_HOURS").body == []
    assert used.allocator.get(f"{USAGES}?type=cpu_k_hours&type=gb_k_hours").body == []


def test_usages_outlive_their_allocation(used):
    used.world.resources[0].state = "Terminated"

    assert len(used.allocator.get(USAGES).body) == 1
