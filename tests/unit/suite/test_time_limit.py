"""What holds for every test of this suite."""


def test_a_test_that_hangs_is_ended(pytestconfig):
    assert 0 < float(pytestconfig.getini("timeout")) <= 600
    assert pytestconfig.pluginmanager.hasplugin("timeout")
