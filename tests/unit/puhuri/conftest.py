"""A portal of each generation."""

import pytest

from puhuri_server.sample import sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version


@pytest.fixture(autouse=True, scope="module")
def only_given_certificates(no_system_certificates):
    pass


@pytest.fixture(scope="module", params=Version)
def server(request):
    with serving(sample_world(request.param)) as portal:
        yield portal


@pytest.fixture
def portal(server):
    """Serve the sample data, in each generation."""
    server.reset(sample_world(server.world.version))
    return server
