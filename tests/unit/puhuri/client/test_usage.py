"""Usage: per allocation, component and month, found by every filter; nobody else's is shown."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from puhuri.server.generations import generations
from puhuri_server.usages import report_usage
from puhuri_server.world import Version

UNKNOWN = "0" * 32
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)  # the clock of tests: 2 November 2026


@pytest.fixture
def used(portal):
    """Return the uuids of two allocations of two customers, with usages."""
    other = portal.world.customers[1].uuid
    web = portal.allocator.projects.create(customer=other, name="Web").uuid
    project = portal.project()
    training, site = portal.allocation(project), portal.allocation(web, "site")
    report(portal, training, "cpu_k_hours", 12, OCTOBER)
    report(portal, training, "cpu_k_hours", "7.50", NOVEMBER)
    report(portal, training, "gpu_k_hours", 3, NOVEMBER)
    report(portal, site, "cpu_k_hours", 40, NOVEMBER)
    return {"project": project, "web": web, "training": training, "site": site}


def report(portal, allocation, component, amount, month):
    """Report a usage on a day of the month."""
    (resource,) = (one for one in portal.world.resources if one.uuid == allocation)
    (kind,) = (one for one in resource.offering.components if one.type == component)
    report_usage(portal.world, resource, kind, amount, month=month)


def amounts(usages):
    return {(usage.allocation_name, usage.type, usage.billing_period.month): usage.usage
            for usage in usages}  # fmt: skip


def whole(portal, amount):
    """Return an amount as a generation keeps it: a whole number in 2021."""
    return int(amount) if portal.version == Version.A else amount


CPU_10, CPU_11 = ("training", "cpu_k_hours", 10), ("training", "cpu_k_hours", 11)
GPU_11, SITE_11 = ("training", "gpu_k_hours", 11), ("site", "cpu_k_hours", 11)


def test_a_usage_says_what_was_used_where_and_when(portal, used):
    usages = {usage.type: usage for usage in portal.allocator.usage.find(billing_period=NOVEMBER,
              project=used["project"])}  # fmt: skip
    usage = usages["cpu_k_hours"]

    assert (usage.type, usage.name, usage.measured_unit) == (
        "cpu_k_hours",
        "CPU allocation",
        "k hours",
    )
    assert usage.usage == whole(portal, Decimal("7.5"))
    assert usages["gpu_k_hours"].usage == 3
    assert isinstance(usages["gpu_k_hours"].usage, int)
    assert (usage.allocation_uuid, usage.allocation_name) == (used["training"], "training")
    assert (usage.project_uuid, usage.project_name) == (used["project"], "Quantum")
    assert usage.offering_name == "LUMI regular"
    assert usage.customer_uuid == portal.customer
    assert usage.reported_at.date() == portal.time.now().date()


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [CPU_10, CPU_11, GPU_11, SITE_11]),
        ({"type": "gpu_k_hours"}, [GPU_11]),
        ({"type": "k_hours"}, []),
        ({"type": ""}, []),
        ({"billing_period": OCTOBER}, [CPU_10]),
        ({"billing_period": date(2026, 9, 1)}, []),
        ({"date_after": date(2026, 11, 2)}, [CPU_11, GPU_11, SITE_11]),
        ({"date_after": date(2026, 11, 3)}, []),
        ({"date_before": date(2026, 10, 2)}, [CPU_10]),
        ({"date_before": date(2026, 10, 1)}, []),
        ({"date_after": date(2026, 10, 2), "date_before": date(2026, 10, 31)}, [CPU_10]),
        ({"type": "cpu_k_hours", "billing_period": NOVEMBER}, [CPU_11, SITE_11]),
    ],
    ids=str,
)
def test_usages_are_found_by_each_filter(portal, used, filters, found):
    assert amounts(portal.allocator.usage.find(**filters)).keys() == set(found)


def test_usages_are_found_by_what_they_are_of(portal, used):
    find = portal.allocator.usage.find
    ours = {CPU_10, CPU_11, GPU_11}
    assert amounts(find(allocation=used["training"])).keys() == ours
    assert amounts(find(allocation=used["site"])) == {SITE_11: 40}
    assert amounts(find(project=used["web"])) == {SITE_11: 40}
    assert amounts(find(customer=portal.customer)).keys() == ours
    assert amounts(find(offering=portal.offering().uuid)).keys() == {*ours, SITE_11}
    assert amounts(find(offering=portal.offering("Site agent Slurm").uuid)) == {}
    assert amounts(find(allocation=used["training"], customer=used["web"])) == {}
    for name in ("allocation", "offering", "project", "customer"):
        assert amounts(find(**{name: UNKNOWN})) == {}


def test_the_last_report_of_a_month_counts(portal, used):
    for amount in (50, 60):
        report(portal, used["site"], "cpu_k_hours", amount, NOVEMBER)
    assert amounts(portal.allocator.usage.find(allocation=used["site"])) == {SITE_11: 60}


def test_a_usage_can_be_more_than_the_limit_and_less_than_nothing(portal, used):
    for amount in (10**9, -3):
        report(portal, used["site"], "cpu_k_hours", amount, NOVEMBER)
        assert amounts(portal.allocator.usage.find(project=used["web"])) == {SITE_11: amount}


def test_the_usage_of_a_deleted_project_can_be_read_by_its_uuid(portal, used):
    portal.world.resources[-1].state = "Terminated"
    portal.allocator.projects.delete(used["web"])
    assert amounts(portal.allocator.usage.find(project=used["web"])) == {SITE_11: 40}


@generations(Version.A, Version.MIXED, Version.B)
def test_days_are_those_of_the_portal(portal, used):
    portal.time.elapsed += timedelta(hours=11, minutes=59).total_seconds()
    report(portal, used["site"], "gpu_k_hours", 1, NOVEMBER)
    today = portal.time.now().date()
    found = amounts(portal.allocator.usage.find(date_after=today, date_before=today))
    assert ("site", "gpu_k_hours", 11) in found


@pytest.mark.parametrize("name", ["allocation", "offering", "project", "customer"])
@pytest.mark.parametrize("value", ["", "x", "../users"])
def test_a_uuid_of_another_shape_is_never_sent(portal, name, value):
    portal.forget()
    with pytest.raises(ValueError, match="is not a uuid"):
        amounts(portal.allocator.usage.find(**{name: value}))
    assert portal.portal.requests == []
