"""A portal, an installation of the command with a name that no other run has, and a person."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.puhuri import portals
from integration.puhuri.installation import Installation
from integration.puhuri.portals import Portal

_HERE = Path(__file__).parent
_NOT_REAL = (
    "NOT RUN on a real portal, because PUHURI_URL and PUHURI_TOKEN are not set. "
    "The scenarios of Puhuri ran on the test portal of this project."
)
_NO_CUID = (
    "NOT RUN: the look-up of a person on the real portal, because PROFILES_TEST_CUID is not set."
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fail at once if only half of a real portal is named."""
    if portals.IS_HALF and any(_HERE in item.path.parents for item in items):
        pytest.exit("PUHURI_URL and PUHURI_TOKEN belong together: set both or none.", returncode=1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print which portal the scenarios ran on."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    if not any("integration/puhuri/" in getattr(report, "nodeid", "") for report in reports):
        return
    terminalreporter.section("Puhuri")
    if not portals.IS_REAL:
        terminalreporter.write_line(_NOT_REAL, yellow=True)
        return
    terminalreporter.write_line("The scenarios of Puhuri ran on the real portal of PUHURI_URL.")
    if not portals.HAS_CUID:
        terminalreporter.write_line(_NO_CUID, yellow=True)


@pytest.fixture(scope="module", params=portals.PORTALS, ids=str)
def portal(request: pytest.FixtureRequest) -> Iterator[Portal]:
    """The real portal, else the test portal in each version."""
    with portals.opened(request.param) as portal:
        yield portal


@pytest.fixture
def installation(portal: Portal, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose projects are deleted after the test."""
    installation = Installation(portal, f"test-{secrets.token_hex(6)}", tmp_path)
    try:
        yield installation
    finally:
        installation.clean_up()


@pytest.fixture(params=["own", "looked up"] if portals.HAS_CUID else ["own"])
def person(request: pytest.FixtureRequest, portal: Portal, installation: Installation) -> str:
    """Whom the portal looks up, or the owner of the token, who is never looked up.

    A look-up deactivates a user whom the registry does not know.
    """
    if request.param == "looked up":
        return portal.cuid
    return installation.add_owner_of_token()
