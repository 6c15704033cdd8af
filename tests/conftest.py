"""Hooks and fixtures of all tests."""

import gc
import os
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

_HERE = Path(__file__).parent
_HOUR = 3600.0
_REAL = 900.0  # seconds, on a real control plane and for a packed charm


# How many examples hypothesis tries, and that a run can be repeated.
hypothesis.settings.register_profile(
    "default",
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.register_profile(
    "thorough",
    hypothesis.settings.get_profile("default"),
    max_examples=int(os.environ.get("EXAMPLES", "2000")),
    derandomize=False,
    print_blob=True,
    phases=set(hypothesis.Phase) - {hypothesis.Phase.explain},
)
hypothesis.settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for reading a single test."""
    text = "print the requests that each test sends to an API server in memory"
    parser.addoption("--requests", action="store_true", help=text)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Print the requests of a test, with `--requests`."""
    if not item.config.getoption("requests"):
        return (yield)
    from memory_api import MemoryApi  # noqa: PLC0415 - few runs need it

    servers: list[MemoryApi] = []
    create = MemoryApi.__init__

    def remember(self: MemoryApi, *args: Any, **kwargs: Any) -> None:
        create(self, *args, **kwargs)
        servers.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryApi, "__init__", remember)
        result = yield
    terminal = item.config.pluginmanager.getplugin("terminalreporter")
    terminal.write_line(f"\n{item.nodeid}")
    for request in (request for server in servers for request in server.log):
        terminal.write_line(f"  {request}")
    return result


def pytest_collection_modifyitems(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Give the tests that run real servers more time than pyproject.toml gives to all.

    Their fixtures are not counted: they build a control plane or pack the charm, which knows its
    own limits.
    """
    whole_grid = config.getoption("whole_grid", default=False)
    for item in items:
        if not item.path.is_relative_to(_HERE) or item.path.relative_to(_HERE).parts[0] in {
            "unit",
            "attacks",
        }:
            continue
        patient = whole_grid or item.get_closest_marker("juju") is not None
        item.add_marker(pytest.mark.timeout(_HOUR if patient else _REAL, func_only=True))


def pytest_collection_finish() -> None:
    """Keep the collected tests out of each later run of the garbage collector."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def no_system_certificates() -> Generator[None, None, None]:
    """Trust no certificate of the system: to read them takes longer than most tests of a portal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", os.devnull)
        yield


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where PROFILES_NO_SKIPS is set, as in CI, a run that skipped a test has failed."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("PROFILES_NO_SKIPS") and terminal and terminal.stats.get("skipped"):
        terminal.write_line(
            "\nPROFILES_NO_SKIPS is set and tests were skipped: this run failed.", red=True
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
