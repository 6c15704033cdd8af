"""The generated client, and the portals whose API its schema describes."""

from importlib import import_module

import pytest

from puhuri.server.asking import NEW
from puhuri_server.sample import sample_world
from puhuri_server.server import serving


@pytest.fixture(scope="session")
def generated():
    """Return the module with the generated client; its import takes seconds."""
    return import_module("puhuri.generated.generated_client")


@pytest.fixture(params=NEW, ids=str)
def version(request):
    return request.param


@pytest.fixture(scope="module")
def server():
    with serving(sample_world()) as portal:
        yield portal
