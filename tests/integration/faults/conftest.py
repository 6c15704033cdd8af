"""Fixtures of tests with faults: a lab, the seed, and the part of the grid to run."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator

import pytest

from integration.cluster import confinement, permissions
from integration.cluster import server as servers
from integration.cluster.control_plane import ControlPlane
from integration.cluster.server import Server
from integration.conftest import World
from integration.faults import page
from integration.faults.command import Command
from integration.faults.page import Ledger
from integration.faults.recorder import Recorder
from integration.faults.trial import KILLS, LISTED, Goal, Lab
from integration.seed import SEED
from memory_api import INJURIES
from profiles_management import Settings
from profiles_management.kubeflow.objects import compare
from scenarios.documents import KUBEFLOW, SCENARIOS, Scenario

CHANCE = "by chance"
KINDS = [kind for kind in INJURIES if kind not in KILLS]
LISTS = ("*", *LISTED)
_RESTARTS = 3


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize tests with the whole grid, or with the part that CI has time for."""
    whole, names = metafunc.config.getoption("whole_grid"), set(metafunc.fixturenames)
    if {"scenario", "kind"} <= names:
        metafunc.parametrize(("scenario", "kind"), grid(whole=whole), ids=str)
    elif {"scenario", "resource"} <= names:
        pairs = [
            (scenario, resource)
            for scenario in KUBEFLOW
            for resource in (LISTS if whole else [CHANCE])
        ]
        metafunc.parametrize(("scenario", "resource"), pairs, ids=str)
    elif "scenario" in names:
        some = random.Random(SEED).sample(KUBEFLOW, _RESTARTS)
        metafunc.parametrize("scenario", KUBEFLOW if whole else some, ids=str)


def grid(*, whole: bool) -> list[tuple[Scenario, str]]:
    """Return the faults of each scenario: all, or a kill and a random one."""
    if whole:
        return [
            (one, kind)
            for one in SCENARIOS
            for kind in (KILLS if one.settings.standalone else INJURIES)
        ]
    return [(one, kind) for one in KUBEFLOW for kind in ("kill_after", CHANCE)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Print the seed with each failure."""
    report = yield
    if report.failed:
        report.sections.append(
            ("seed", f"PROFILES_FAULTS_SEED={SEED} repeats what was chosen here.")
        )
    return report


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """The random choices of a test, independent of other tests."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="session")
def ledger(request: pytest.FixtureRequest, server: Server) -> Iterator[Ledger]:
    """The trials and findings; with --faults-page they are written to the page."""
    ledger, begun = Ledger(), time.monotonic()
    yield ledger
    if path := request.config.getoption("faults_page"):
        server_version = server.call("GET", "/version")["gitVersion"]
        page.write(path, ledger, seed=SEED, server=server_version, seconds=time.monotonic() - begun)


@pytest.fixture(scope="session")
def recorder(cluster: World) -> Iterator[Recorder]:
    """Every change of access in the whole cluster, from the first test with faults on."""
    recorder = Recorder(Server(cluster.kubeconfig))
    yield recorder
    recorder.end()


@pytest.fixture(scope="session")
def tokens(cluster: World, server: Server) -> Iterator[dict[bool, str]]:
    """Tokens of confined accounts with the engine's permissions, by `standalone`."""
    found: dict[bool, str] = {}
    with contextlib.ExitStack() as stack:
        for alone in (False, True):
            name, settings = (
                f"faults-{os.getpid():x}-{alone:d}",
                Settings(standalone=alone, allow_kubeflow=alone, instance="any"),
            )
            held = permissions.granted(settings)
            found[alone] = permissions.account(server, name, held)
            stack.callback(permissions.forget, server, name)
            if confinement.known(server):
                client = stack.enter_context(servers.client(cluster.kubeconfig, token=found[alone]))
                printed = confinement.of_any(
                    confinement.policies(name, settings, held), "any", "f.*|another"
                )
                stack.enter_context(confinement.confined(server, client, printed))
        yield found


@pytest.fixture(scope="session")
def settled(server: Server) -> Callable[[str], bool]:
    """Return whether the profile controller has nothing left to do for a profile."""

    def settled(name: str) -> bool:
        profile = server.get("Profile", None, name)
        if profile is None or "profile-finalizer" not in profile["metadata"].get("finalizers", []):
            return False
        spec = profile["spec"]
        wanted = spec.get("resourceQuotaSpec") or {}
        quota = server.get("ResourceQuota", name, "kf-resource-quota")
        bound = server.get("RoleBinding", name, "namespaceAdmin")
        return (
            bound is not None
            and bound["subjects"][0]["name"] == spec["owner"]["name"]
            and (quota is None) == (not wanted.get("hard"))
            and (quota is None or not compare.quota(quota["spec"], wanted))
        )

    return settled


@pytest.fixture(scope="session")
def command() -> Iterator[Command]:
    """The command in separate processes."""
    with Command() as command:
        yield command


@pytest.fixture
def lab(cluster, server, recorder, command, tokens, settled, role_of, tmp_path) -> Lab:
    """Everything that trials need."""
    return Lab(cluster.kubeconfig, server, recorder, command, tokens, role_of, settled, tmp_path)


@pytest.fixture(scope="session")
def _goals() -> dict[str, Goal]:
    return {}


@pytest.fixture
def goal(lab: Lab, _goals: dict[str, Goal]) -> Callable[[Scenario], Goal]:
    """Return the final state of a scenario without faults; access must be right on the way."""

    def goal(scenario: Scenario) -> Goal:
        if scenario.name not in _goals:
            with lab.trial(scenario) as trial:
                _goals[scenario.name] = trial.goal()
        return _goals[scenario.name]

    return goal


@pytest.fixture
def plane(cluster: World) -> ControlPlane:
    """The control plane, for tests that kill a part of it."""
    if cluster.plane is None:
        pytest.skip("this cluster's API server is not ours to kill")
    return cluster.plane
