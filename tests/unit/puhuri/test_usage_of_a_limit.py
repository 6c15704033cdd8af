"""A limit that is lowered below its usage: usage counts in the months for which the limit holds."""

from datetime import date

import pytest

from profiles_management.puhuri.mapping.usage_months import month_after
from puhuri.exports import MANAGER, allocate, project
from puhuri.runs import allocation, document, run
from puhuri_server.usages import report_usage

TEAM = ("quantum", "ada", {})


def lowered(portal, limit_period, months, limit):
    """Return the warnings of a run that lowers a limit of 10, with 4 used in each of some months.

    Args:
        months: how many, of which the current one is the last.
        limit: the new limit.
    """
    world = portal.world
    of = project(world, "quantum", ("ada", MANAGER), backend_id="test/quantum")
    resource = allocate(world, of, cpu_k_hours=10)
    component = resource.offering.components[0]
    component.limit_period = limit_period
    for number in range(months):
        month = month_after(this_month(world), -number)
        report_usage(world, resource, component, 4, month=month)
    report = run(portal, document(TEAM, allocations=[allocation(cpu_k_hours=limit)]))
    return [(problem.code, problem.what) for problem in report.plan.warnings]


def this_month(world):
    return world.now().date().replace(day=1)


@pytest.mark.parametrize("limit_period", ["total", None])
def test_usage_of_all_months_counts_against_a_limit_in_total(portal, limit_period):
    words = "training of LUMI regular gets 8 cpu_k_hours, and 12 are used in all"

    assert lowered(portal, limit_period, 3, 8) == [("limit-below-usage", words)]
    (order,) = portal.world.orders
    assert order.limits == {"cpu_k_hours": 8}


def test_usage_of_earlier_months_does_not_count_against_a_monthly_limit(portal):
    assert lowered(portal, "month", 3, 8) == []


def test_usage_of_this_month_counts_against_a_monthly_limit(portal):
    month = f"{this_month(portal.world):%Y-%m}"
    words = f"training of LUMI regular gets 3 cpu_k_hours, and 4 are used in {month}"

    assert lowered(portal, "month", 3, 3) == [("limit-below-usage", words)]


def test_usage_of_this_year_counts_against_an_annual_limit(portal):
    first = date(portal.world.now().year, 1, 1)
    used = 4 * min(12, portal.world.now().month)

    warnings = lowered(portal, "annual", 14, 3)

    assert [code for code, _ in warnings] == ["limit-below-usage"]
    assert f"and {used} are used in {first:%Y-%m}" in warnings[0][1]


def test_an_allocation_is_judged_although_its_offering_is_not_shown(portal):
    for offering in portal.world.offerings:
        offering.state = "Draft"

    assert [code for code, _ in lowered(portal, "month", 3, 8)] == ["limit-below-usage"]
