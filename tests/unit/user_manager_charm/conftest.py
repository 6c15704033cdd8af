"""A unit of the charm of the User Manager, and its workload."""

from collections.abc import Iterator

import pytest
from portal_stand_in import Portal, serving
from user_manager_unit import Unit, main

from user_manager_charm import metrics


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not answer is given up early."""
    monkeypatch.setattr(main, "PATIENCE", 0.5)
    monkeypatch.setattr(metrics, "PATIENCE", 0.5)


@pytest.fixture
def portal() -> Iterator[Portal]:
    """A workload on loopback."""
    with serving() as portal:
        yield portal


@pytest.fixture
def unit(portal: Portal) -> Unit:
    """A unit of the charm."""
    return Unit(portal)
