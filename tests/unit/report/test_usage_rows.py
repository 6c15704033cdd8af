"""What a usage report counts, and to whom."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from portal_samples import (
    NOON,
    NOVEMBER,
    OCTOBER,
    allocation,
    components,
    facts,
    grant,
    project,
    reported,
    usage,
    uuid,
)

AUGUST = date(2026, 8, 1)
LAST_YEAR = date(2025, 12, 1)


def part(report, component="cpu", name="training"):
    return components(report)[name, component]


def test_the_period_and_all_months_up_to_its_end_are_counted_apart():
    usages = [usage(1, month=LAST_YEAR), usage(2, month=OCTOBER), usage(4)]

    november = part(reported(facts(allocation(cpu=10), usages=usages)))
    october = part(reported(facts(allocation(), usages=usages), first=OCTOBER, last=OCTOBER))
    autumn = part(reported(facts(allocation(), usages=usages), first=AUGUST))

    assert (november.used, november.used_in_all) == (4, 7)
    assert (october.used, october.used_in_all) == (2, 3)
    assert (autumn.used, autumn.used_in_all) == (6, 7)


def test_the_trend_has_the_last_six_months():
    usages = [usage(2, month=AUGUST), usage(4), usage(9, month=LAST_YEAR)]

    row = part(reported(facts(allocation(), usages=usages)))

    assert row.trend == (0, 0, 2, 0, 0, 4)


@pytest.mark.parametrize(
    ("component", "counted"), [("cpu", 15), ("disk", 4), ("gpu", 6)], ids=["all", "month", "year"]
)
def test_a_share_counts_the_months_of_the_limit(component, counted):
    usages = [
        usage(amount, component, month)
        for amount, month in ((9, LAST_YEAR), (2, OCTOBER), (4, NOVEMBER))
    ]

    row = part(reported(facts(allocation(**{component: 20}), usages=usages)), component)

    assert row.used_of_limit == counted
    assert row.share == Decimal(counted) / 20


@pytest.mark.parametrize("limit", [{}, {"cpu": 0}, {"cpu": -3}])
def test_without_a_limit_above_0_there_is_no_share(limit):
    assert part(reported(facts(allocation(**limit), usages=[usage(1)]))).share is None


def test_a_record_of_another_allocation_or_project_is_left_out_and_told():
    stranger = allocation("training", of="elsewhere")
    usages = [usage(1), usage(7, by=stranger), usage(9, number=1, project_uuid=uuid("other"))]

    report = reported(facts(allocation(), usages=usages))

    assert part(report).used_in_all == 1
    assert report.customers[0].not_counted == 2


def test_a_record_on_two_pages_counts_once_and_two_records_of_a_month_are_added():
    usages = [usage(1), usage(1), usage("0.5", number=1)]

    assert part(reported(facts(allocation(), usages=usages))).used == Decimal("1.5")


def test_members_are_people_whose_role_is_not_over():
    grants = [
        grant("ada"),
        grant("ada", role="PROJECT.MANAGER"),
        grant("bo", until=NOON + timedelta(seconds=1)),
        grant("cleo", until=NOON),
        grant("eve", of="other"),
    ]

    (row,) = reported(facts(grants=grants)).customers[0].projects

    assert row.members == 2
    assert row.roles == {"PROJECT.MANAGER": 1, "PROJECT.MEMBER": 2}


def test_a_terminated_allocation_is_shown_if_something_was_used():
    used, unused = (allocation(name, state="Terminated", cpu=5) for name in ("used", "unused"))

    report = reported(facts(used, unused, usages=[usage(2, by=used)]))

    assert components(report).keys() == {("used", "cpu")}


def test_a_terminated_allocation_is_left_out_of_a_report_on_months_before_its_usage():
    later = allocation("later", of="gone", state="Terminated", cpu=5)
    usages = [usage(2, by=later)]

    before = reported(facts(later, usages=usages, projects=[]), first=OCTOBER, last=OCTOBER)
    after = reported(facts(later, usages=usages, projects=[]))

    assert (before.customers[0].projects, before.customers[0].not_counted) == ((), 0)
    assert components(after).keys() == {("later", "cpu")}


def test_a_total_counts_what_ended_allocations_used_and_not_their_limits():
    ended = allocation("ended", state="Terminated", cpu=200)
    active = allocation("active", cpu=1000)
    usages = [usage(200, by=ended), usage(500, by=active)]

    (total,) = reported(facts(ended, active, usages=usages)).customers[0].totals

    assert (total.component.used, total.component.used_in_all) == (700, 700)
    assert (total.component.limit, total.component.share) == (1000, Decimal("0.5"))


def test_a_total_of_ended_allocations_only_has_no_limit():
    ended = allocation(state="Terminated", cpu=200)

    (total,) = reported(facts(ended, usages=[usage(1)])).customers[0].totals

    assert (total.component.used, total.component.limit) == (1, None)


def test_a_deleted_project_is_shown_with_its_allocations():
    report = reported(facts(allocation(of="gone"), usages=[], projects=[project("here")]))

    shown = [(row.project.name, len(row.allocations)) for row in report.customers[0].projects]
    assert shown == [("gone", 1), ("here", 0)]


def test_components_are_in_the_order_of_the_offering_and_named_by_it():
    limits = {"gpu": 1, "zzz": 1, "cpu": 1}

    rows = components(reported(facts(allocation(**limits), usages=[usage(1, "aaa")])))

    assert [row.name for row in rows.values()] == ["CPU time", "GPU time", "AAA", "zzz"]
    assert rows["training", "aaa"].unit == "hours"


def test_a_total_has_a_limit_only_where_every_allocation_has_one():
    limited, unlimited = allocation("a", cpu=5), allocation("b")
    usages = [usage(1, by=limited), usage(2, by=unlimited)]

    (total,) = reported(facts(limited, unlimited, usages=usages)).customers[0].totals

    assert (total.component.used, total.component.limit) == (3, None)


def test_offerings_are_not_added_up():
    here, there = allocation("a", offering="LUMI"), allocation("b", offering="Other")
    usages = [usage(1, by=here), usage(2, by=there)]

    totals = reported(facts(here, there, usages=usages)).customers[0].totals

    assert [(total.offering_name, total.component.used) for total in totals] == [
        ("LUMI", 1),
        ("Other", 2),
    ]
