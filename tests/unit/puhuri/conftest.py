"""A portal of each generation, and no certificates of the system.

Reading the certificates takes longer than most tests of a portal.
"""

import os

import pytest

from puhuri_server.sample import sample_world
from puhuri_server.server import serving
from puhuri_server.world import Version


@pytest.fixture(autouse=True, scope="module")
def no_system_certificates():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", os.devnull)
        yield


@pytest.fixture(scope="module", params=Version)
def server(request):
    with serving(sample_world(request.param)) as portal:
        yield portal


@pytest.fixture
def portal(server):
    """Serve the sample data, in each generation."""
    server.reset(sample_world(server.world.version))
    return server
