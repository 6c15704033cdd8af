"""A usage report as an HTML page."""

import re
from datetime import date, timedelta

import pytest
from portal_samples import (
    NOON,
    allocation,
    cluster,
    facts,
    hostile_report,
    project,
    quota,
    reported,
    sample_report,
    usage,
)

from parsed_page import Page
from profiles_management.puhuri.portal_description import PortalDescription
from profiles_management.report.usage.usage_page import usage_page

PORTAL = PortalDescription("https://puhuri.example.org", "Allocator")
TODAY = NOON.date()


def page(report):
    return usage_page(report, PORTAL, "profiles-management")


def figures(report):
    return {
        words: int(number)
        for number, words in re.findall(r"<b>(\d+)</b> <span>(.*?)</span>", page(report))
    }


def bars(report):
    """Return the class and the length of the bar of each share, and its text."""
    return re.findall(
        r'<svg class="([^"]*)".*?<rect width="(\d+)" height="1"/></svg> <span class="\1">(.*?)<',
        page(report),
    )


def test_the_page_is_kept(keeps):
    keeps("usage.html", page(sample_report()))


@pytest.mark.parametrize("report", [sample_report(), hostile_report(), reported()])
def test_the_page_is_well_formed_and_needs_nothing_else(report):
    Page(page(report)).needs_nothing_else()


def test_whatever_a_name_contains_is_text():
    found = Page(page(hostile_report()))

    assert "<script>alert(1)</script>" in "".join(found.text)
    assert all(part.isprintable() for part in "".join(found.text).splitlines())


def test_the_page_shows_everything_that_the_text_shows():
    shown = " ".join(Page(page(sample_report())).text)

    for words in (
        "Usage in 2026-11",
        "https://puhuri.example.org",
        "context lab, server https://lab.example.org",
        "lab/quantum, 2 members, ends 2027-06-30",
        "Pay per use, Erred, ends 2026-12-31",
        "13,105.25",
        "61440Mi",
        "quota of the profile quantum, now",
        "The cluster has no profile unlimited, or the profile has no quota.",
        "No projects.",
        "left out 1 usage record",
    ):
        assert words in shown


def test_without_customers_the_page_says_so():
    assert "No customers found." in page(reported())


@pytest.mark.parametrize(
    ("used", "bar"),
    [
        (0, ("calm", "0", "0%")),
        (45, ("calm", "45", "45%")),
        (90, ("m", "90", "90%")),
        (100, ("m", "100", "100%")),
        (250, ("m bad", "100", "250%")),
        (-5, ("calm", "0", "-5%")),
    ],
)
def test_a_bar_is_as_long_as_the_share_and_marked_at_the_limit(used, bar):
    report = reported(facts(allocation(cpu=100), usages=[usage(used)]))

    assert bars(report) == [bar, bar]  # of the total, and of the allocation


def test_what_a_reader_looks_at_is_counted_once():
    over, nearly = allocation("over", cpu=10), allocation("nearly", cpu=10)
    usages = [usage(11, by=over), usage(9, by=nearly)]
    projects = [project(backend_id="lab/quantum", end_date=TODAY), project("later")]
    report = reported(
        facts(over, nearly, usages=usages, projects=projects),
        cluster=cluster(quantum=quota(pods=("10", "10"))),
    )

    assert figures(report) == {
        "projects": 2,
        "allocations": 2,
        "over the limit": 1,
        "at 90% of the limit or more": 2,
        "ending within 30 days": 1,
    }


@pytest.mark.parametrize(
    ("end", "soon"),
    [
        (TODAY - timedelta(1), 0),
        (TODAY, 1),
        (TODAY + timedelta(30), 1),
        (TODAY + timedelta(31), 0),
        (date.max, 0),
        (None, 0),
    ],
)
def test_ends_of_projects_and_allocations_within_thirty_days_are_counted(end, soon):
    projects = [project(end_date=end)]
    both = reported(facts(allocation(end=end), projects=projects))

    assert figures(both)["ending within 30 days"] == 2 * soon


def test_a_trend_has_its_months_in_words():
    report = reported(facts(allocation(), usages=[usage(3), usage("1.5", month=date(2026, 9, 1))]))

    words = "2026-06: 0, 2026-07: 0, 2026-08: 0, 2026-09: 1.5, 2026-10: 0, 2026-11: 3"
    assert f"<title>{words}</title>" in page(report)
