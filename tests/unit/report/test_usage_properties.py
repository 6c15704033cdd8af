"""Whatever a portal has: totals are the sums of the rows, and no row is lost."""

import csv
import io
import re
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from portal_samples import allocation, facts, project, reported, usage

from profiles_management.puhuri.client.wire import quantity
from profiles_management.puhuri.mapping.usage_months import month_after
from profiles_management.puhuri.portal_description import PortalDescription
from profiles_management.report.usage.usage_page import usage_page
from profiles_management.report.usage.usage_period import month_of
from profiles_management.report.usage.usage_tables import usage_csv, usage_data
from profiles_management.report.usage.usage_text import usage_lines

LAST = month_of("2026-11")
PROJECTS = ("one", "two", "three")
TYPES = ("cpu", "disk", "gpu", "other")
amounts = st.one_of(
    st.integers(-(10**20), 10**20),
    st.decimals(-(10**9), 10**9, places=2).map(quantity),
)
months = st.integers(-14, 3).map(lambda number: month_after(LAST, number))


@st.composite
def portals(draw):
    """What a portal may have of a customer, with records of others."""
    names = draw(
        st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(PROJECTS)), unique=True)
    )
    allocations = [
        allocation(
            name,
            of,
            draw(st.sampled_from(["LUMI", "Other"])),
            draw(st.sampled_from(["OK", "Erred", "Terminated"])),
            **draw(st.dictionaries(st.sampled_from(TYPES), amounts)),
        )
        for name, of in names
    ]
    owners = st.sampled_from([*allocations, allocation("theirs", of="elsewhere")])
    usages = [
        usage(amount, component, month, by=by, number=number)
        for number, (amount, component, month, by) in enumerate(
            draw(st.lists(st.tuples(amounts, st.sampled_from(TYPES), months, owners)))
        )
    ]
    projects = [project(name) for name in draw(st.sets(st.sampled_from(PROJECTS)))]
    return facts(*allocations, usages=usages, projects=projects)


@given(portals())
def test_a_total_is_the_sum_of_its_rows(portal):
    (customer,) = reported(portal).customers
    sums = defaultdict(Counter)
    for row in customer.allocations:
        for part in row.components:
            for name in ("used", "used_in_all", "used_of_limit"):
                key = row.allocation.offering_uuid, part.type
                counts = name != "used_of_limit" or not row.has_ended
                sums[key][name] += Fraction(getattr(part, name)) if counts else 0

    assert {
        (total.offering_uuid, total.component.type): {
            name: Fraction(getattr(total.component, name)) for name in sums[next(iter(sums))]
        }
        for total in customer.totals
    } == sums


@given(portals())
def test_everything_used_up_to_the_end_of_the_period_is_in_a_row(portal):
    (customer,) = reported(portal).customers
    own = {one.uuid for one in portal.allocations}
    counted = [
        one for one in portal.usages if one.allocation_uuid in own and one.billing_period <= LAST
    ]

    shown = sum(
        Fraction(part.used_in_all) for row in customer.allocations for part in row.components
    )

    assert shown == sum(Fraction(one.usage) for one in counted)
    assert customer.not_counted == sum(one.allocation_uuid not in own for one in portal.usages)


@given(portals())
def test_no_project_and_no_allocation_is_lost_in_any_form(portal):
    report = reported(portal)
    used = {one.allocation_uuid for one in portal.usages if one.billing_period <= LAST}
    kept = {one.uuid for one in portal.allocations if one.state != "Terminated" or one.uuid in used}
    projects = {one.uuid for one in portal.projects}

    lines = list(csv.DictReader(io.StringIO(usage_csv(report), newline="")))
    (data,) = usage_data(report)["customers"]

    assert {line["allocation_uuid"] for line in lines} - {""} == kept
    assert {line["project_uuid"] for line in lines} >= projects
    assert {row["uuid"] for row in data["projects"]} >= projects
    assert {row["uuid"] for one in data["projects"] for row in one["allocations"]} == kept
    page = usage_page(report, PortalDescription("https://portal.invalid"), "")
    headings = re.findall(r'<tr class="a"><th.*?>(.*?) <span>', page)
    assert Counter(headings) == Counter(one.name for one in portal.allocations if one.uuid in kept)
    text = [str(line) for line in usage_lines(report)]
    assert sum(line.startswith("Allocation ") for line in text) == len(kept)


@given(portals())
def test_the_lines_of_the_csv_add_up_to_the_data(portal):
    report = reported(portal)
    lines = csv.DictReader(io.StringIO(usage_csv(report), newline=""))
    (customer,) = report.customers

    used = sum(Fraction(line["used"].lstrip("'") or 0) for line in lines)

    totals = sum(Fraction(total.component.used) for total in customer.totals)
    assert used == totals


def test_amounts_of_any_size_are_shown():
    tiny, huge = Decimal("1E-28"), 10**20
    report = reported(facts(allocation(cpu=huge), usages=[usage(tiny), usage(huge, number=1)]))

    assert "100,000,000,000,000,000,000" in "\n".join(map(str, usage_lines(report)))
    assert usage_data(report)["customers"][0]["totals"][0]["used"] == huge
