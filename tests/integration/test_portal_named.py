"""The scenarios on a portal run on the one that the environment names, and print which that is."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from puhuri_server.sample import ALLOCATOR_TOKEN, cuid, sample_world
from puhuri_server.server import serving

_ROOT = Path(__file__).parents[2]
_SCENARIOS = "tests/integration/puhuri"
_NAMED = re.compile(r"PUHURI_|PROFILES_TEST_CUID")
CUSTOMER = "National Research Allocator"


@pytest.fixture
def portal():
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture
def scenarios():
    """Run the scenarios, as `tox run -e integration` does, with these variables."""

    def run(*options, **variables):
        others = {name: value for name, value in os.environ.items() if not _NAMED.match(name)}
        return subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", _SCENARIOS, "-q", *options],
            cwd=_ROOT,
            env={**others, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_they_run_on_the_named_portal_and_leave_nothing_there(portal, scenarios):
    ran = scenarios(
        PUHURI_URL=portal.url,
        PUHURI_TOKEN=ALLOCATOR_TOKEN,
        PUHURI_CUSTOMER=CUSTOMER,
        PROFILES_TEST_CUID=cuid("bo"),
    )

    assert ran.returncode == 0, ran.stdout
    assert "ran on the real portal of PUHURI_URL" in ran.stdout
    assert "NOT RUN" not in ran.stdout
    assert "skipped" not in ran.stdout
    assert portal.world.projects == []
    assert any(sent.path.endswith("/add_user/") for sent in portal.requests)


def test_nobody_is_looked_up_who_is_not_named(portal, scenarios):
    ran = scenarios(PUHURI_URL=portal.url, PUHURI_TOKEN=ALLOCATOR_TOKEN, PUHURI_CUSTOMER=CUSTOMER)

    assert ran.returncode == 0, ran.stdout
    assert "NOT RUN: the look-up of a person" in ran.stdout
    assert all("remote-eduteams" not in sent.path for sent in portal.requests)


def test_without_a_named_portal_it_is_printed_that_they_did_not_run_on_a_real_one(scenarios):
    ran = scenarios("-k", "corrected and 7.0")

    assert ran.returncode == 0, ran.stdout
    assert "NOT RUN on a real portal" in ran.stdout


def test_half_of_a_portal_is_refused(portal, scenarios):
    ran = scenarios(PUHURI_URL=portal.url)

    assert ran.returncode == 1
    assert "PUHURI_URL and PUHURI_TOKEN belong together" in ran.stdout + ran.stderr
    assert portal.requests == []


def test_a_customer_is_asked_for_where_the_token_sees_several(portal, scenarios):
    ran = scenarios(PUHURI_URL=portal.url, PUHURI_TOKEN=ALLOCATOR_TOKEN)

    assert ran.returncode == 1
    assert f"PUHURI_CUSTOMER: {CUSTOMER}, Research Community" in ran.stdout + ran.stderr
    assert {sent.method for sent in portal.requests} == {"GET"}
