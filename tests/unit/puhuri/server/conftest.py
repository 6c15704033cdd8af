"""A portal of each generation."""

import pytest

from puhuri.server.asking import AskedPortal
from puhuri_server.world import Version


@pytest.fixture(params=list(Version), ids=str)
def portal(request) -> AskedPortal:
    """Return a portal of each generation, or of those of `generations`."""
    return AskedPortal(request.param)
