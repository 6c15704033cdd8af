"""The time limit of every test."""


def test_a_test_that_hangs_is_ended(pytestconfig):
    assert 0 < float(pytestconfig.getini("timeout")) <= 600
    assert pytestconfig.pluginmanager.hasplugin("timeout")
