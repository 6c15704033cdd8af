"""No certificates of the system: reading them takes longer than most tests of a portal."""

import os

import pytest


@pytest.fixture(autouse=True, scope="module")
def no_system_certificates():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", os.devnull)
        yield
