"""A server for each module, with a new world of each generation for each test."""

import pytest

from puhuri.client.portal_use import PortalUse
from puhuri.properties.portals import Time
from puhuri_server.sample import sample_world
from puhuri_server.server import Portal, serving
from puhuri_server.world import Version


@pytest.fixture(scope="module")
def server() -> Portal:
    """Yield a server whose world a test replaces."""
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture(params=list(Version), ids=str)
def portal(request, server) -> PortalUse:
    """Yield the use of a portal of each generation, or of those of `generations`."""
    time = Time()
    server.reset(sample_world(request.param, time.now))
    use = PortalUse(server, time)
    yield use
    use.close()
