"""Which hosts are this machine: only these get credentials without TLS."""

import pytest

from profiles_management.kubeflow.cluster.kubeconfig.servers import is_loopback


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "api.localhost", "127.0.0.1", "127.9.9.9", "::1"]
)
def test_a_host_that_is_this_machine(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["evil-localhost", "notlocalhost", "localhost.example.com", "10.0.0.1", "::2", ""]
)
def test_a_host_that_is_not(host):
    assert not is_loopback(host)
