"""What holds for every test."""

import os

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where PROFILES_NO_SKIPS is set, as in CI, a run that skipped a test has failed."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PROFILES_NO_SKIPS") and terminal and terminal.stats.get("skipped"):
        terminal.write_line("\nPROFILES_NO_SKIPS is set and tests were skipped: this run failed.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
