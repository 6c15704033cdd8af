"""One cluster for all tests of this folder, a name for each test, and what tests read from it."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from lightkube import Client

from integration.cluster import confinement, kubeflow, permissions
from integration.cluster import server as servers
from integration.cluster.build import CannotBuild
from integration.cluster.cleanup import delete_leftovers
from integration.cluster.control_plane import ControlPlane
from integration.cluster.permissions import Permission
from integration.cluster.server import Server
from integration.cluster.stand_ins import StandIns
from integration.cluster.waiting import wait_for
from integration.dashboard import Dashboard
from integration.engine import Engine
from integration.people import OLGA, person
from integration.seed import SEED
from memory_api.status import Refusal
from profiles_management import Settings
from profiles_management.kubeflow.objects.naming import MANAGER
from profiles_management.pmr.classes import Profile

_LONGEST_NAME = 40


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `make faults`, which runs more than CI has time for."""
    parser.addoption("--whole-grid", action="store_true", help="inject every fault at every write")
    parser.addoption(
        "--faults-page", type=Path, metavar="FILE", help="write the results to this page"
    )


def pytest_report_header() -> str:
    """Print the seed of random choices."""
    return f"seed of the faults: {SEED} (PROFILES_FAULTS_SEED)"


@dataclass(slots=True)
class World:
    """The cluster that the tests run on.

    Attributes:
        kubectl: the program.
        stand_ins: our stand-ins, None where the cluster has the real ones.
        plane: our control plane, None where it is somebody else's.
    """

    kubeconfig: Path
    kubectl: str
    kfam: str
    stand_ins: StandIns | None = None
    plane: ControlPlane | None = None


@pytest.fixture(scope="session")
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A cluster with Kubeflow: that of PROFILES_TEST_KUBECONFIG, or a new one."""
    if given := os.environ.get("PROFILES_TEST_KUBECONFIG"):
        yield from _given(Path(given), tmp_path_factory.mktemp("logs"))
        return
    capture = request.config.pluginmanager.getplugin("capturemanager")
    terminal = request.config.pluginmanager.getplugin("terminalreporter")

    def say(line: str) -> None:
        with capture.global_and_fixture_disabled():
            terminal.write_line(line)

    try:
        plane = ControlPlane(kubeflow.install, say)
    except CannotBuild as error:
        pytest.exit(str(error), returncode=1)
    with plane:
        try:
            stand_ins = StandIns(plane.kubeconfig, plane.logs)
            kubeflow.wait_for_roles(plane)
            yield World(plane.kubeconfig, str(plane.kubectl), stand_ins.kfam, stand_ins, plane)
            stand_ins.end()
        finally:
            plane.keep = plane.keep or bool(request.session.testsfailed)
            if plane.keep:
                say(f"\nThe control plane's logs are kept in {plane.logs}")


def _given(kubeconfig: Path, logs: Path) -> Iterator[World]:
    """Use an existing cluster. Without an address of a KFAM, a stand-in for KFAM is started."""
    stand_ins = None
    try:
        with contextlib.closing(Server(kubeconfig)) as server:
            server.objects("Profile")
    except Refusal:
        pytest.exit(
            "The cluster of PROFILES_TEST_KUBECONFIG knows no Profiles. `make cluster` starts one that does.",
            1,
        )
    address = os.environ.get("PROFILES_TEST_KFAM")
    if address is None:
        stand_ins = StandIns(kubeconfig, logs, controller=False)
        address = stand_ins.kfam
    yield World(kubeconfig, shutil.which("kubectl") or "kubectl", address)
    if stand_ins is not None:
        stand_ins.end()


@pytest.fixture
def stand_ins(cluster: World) -> StandIns:
    """The stand-ins, for tests that slow them down or stop them."""
    if cluster.stand_ins is None:
        pytest.skip("this cluster's profile controller is not ours to slow down")
    return cluster.stand_ins


@pytest.fixture(scope="session")
def server(cluster: World) -> Iterator[Server]:
    """The API server, as an administrator sees it: plain values, no engine."""
    with contextlib.closing(Server(cluster.kubeconfig)) as server:
        yield server


@pytest.fixture(scope="session")
def dashboard(cluster: World) -> Iterator[Dashboard]:
    """The dashboard's way to contributors."""
    with contextlib.closing(Dashboard(cluster.kfam)) as dashboard:
        yield dashboard


# names


_RUN = f"{os.getpid():x}"
_COUNT = itertools.count(1)
_OF_THIS_RUN = Settings(instance=f"any-of-{_RUN}")


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """A name that no other test has; what has it in the cluster afterwards is deleted."""
    words = re.sub("[^a-z0-9]+", "-", request.node.originalname.removeprefix("test_"))
    name = f"{words[:_LONGEST_NAME].strip('-')}-{_RUN}-{next(_COUNT)}"
    # not every test with a name needs the cluster
    server = request.getfixturevalue("server") if "server" in request.fixturenames else None
    yield name
    if server is not None:
        delete_leftovers(server, name)


@pytest.fixture
def profile(name: str) -> Callable[..., Profile]:
    """Build a profile of this test's name: `profile(ann="edit", cpu="1")`; olga is its owner."""

    def build(
        suffix: str = "",
        *,
        owner: str | dict[str, str] = OLGA,
        cpu: str | None = None,
        more: dict | None = None,
        **roles: str,
    ) -> Profile:
        fields = {
            "name": f"{name}{suffix}",
            "owner": {"kind": "User", "name": owner} if isinstance(owner, str) else owner,
            "contributors": [{"name": person(who), "role": role} for who, role in roles.items()],
            **({"resources": {"hard": {"limits.cpu": cpu}}} if cpu is not None else {}),
            **(more or {}),
        }
        return Profile.model_validate(fields)

    return build


# the engine


@pytest.fixture(scope="session")
def _client(cluster: World, server: Server) -> Iterator[Client]:
    with _account(cluster, server, f"engine-{_RUN}", permissions.granted(), _OF_THIS_RUN) as client:
        yield client


@pytest.fixture(scope="session")
def _deleting_client(cluster: World, server: Server) -> Iterator[Client]:
    held = permissions.granted(with_delete=True)
    with _account(cluster, server, f"deleter-{_RUN}", held, _OF_THIS_RUN) as client:
        yield client


@pytest.fixture(scope="session")
def through(server: Server) -> Callable[[str], bool]:
    """Return whether the profile controller is done: it writes the finalizer last."""

    def through(name: str) -> bool:
        profile = server.get("Profile", None, name)
        return profile is None or "profile-finalizer" in profile["metadata"].get("finalizers", [])

    return through


@pytest.fixture
def engine(_client: Client, through: Callable[[str], bool], name: str) -> Engine:
    """The engine of a ServiceAccount with the permissions of `rbac`; its instance is the test's."""
    return Engine(_client, _settings(name), through)


@pytest.fixture
def deleter(_deleting_client: Client, through: Callable[[str], bool], name: str) -> Engine:
    """The same installation with permission to delete: `rbac --with-delete`."""
    return Engine(_deleting_client, _settings(name), through)


@pytest.fixture
def engine_with(
    cluster: World, server: Server, through: Callable[[str], bool], name: str
) -> Iterator[Callable[..., Engine]]:
    """Create an engine whose account has exactly these permissions."""
    with contextlib.ExitStack() as stack:

        def make(held: Iterable[Permission], **changed: Any) -> Engine:
            account, held = f"{name}-{next(_COUNT)}", tuple(held)
            settings = replace(_settings(name), **changed)
            return Engine(
                stack.enter_context(_account(cluster, server, account, held, settings)),
                settings,
                through,
            )

        yield make


@contextlib.contextmanager
def _account(
    cluster: World, server: Server, name: str, held: Iterable[Permission], settings: Settings
) -> Iterator[Client]:
    """Create an account with these permissions, confined by the policies for these settings."""
    held = tuple(held)
    token = permissions.account(server, name, held)
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(
            servers.client(cluster.kubeconfig, token=token, manager=MANAGER)
        )
        if {one.verb for one in held} - {"get", "list"} and confinement.known(server):
            stack.enter_context(
                confinement.confined(server, client, _printed(name, held, settings))
            )
        yield client
    permissions.forget(server, name)


def _printed(account: str, held: Iterable[Permission], settings: Settings) -> dict[str, Any]:
    """Return an account's policies; those of the whole run allow the instance of every test."""
    printed = confinement.policies(account, settings, held)
    if settings is _OF_THIS_RUN:
        printed = confinement.of_any(printed, settings.instance, f"another|.*-{_RUN}-[0-9]+")
    return printed


def _settings(instance: str) -> Settings:
    return Settings(instance=instance, allow_revocations=True, deadline=60.0)


# who may do what


@pytest.fixture(scope="session")
def may(server: Server) -> Callable[..., bool]:
    """Ask the API server: `may("ann@example.com", "list", "pods", "ml")`, or `roles.GROUP`."""

    def ask(
        user: str, verb: str, resource: str, namespace: str, *, groups: Iterable[str] = ()
    ) -> bool:
        plural, _, group = resource.partition(".")
        asked = {"namespace": namespace, "verb": verb, "group": group, "resource": plural}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "groups": list(groups), "resourceAttributes": asked},
        }
        return server.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)[
            "status"
        ]["allowed"]

    return ask


_TELLING = {
    "admin": ("impersonate", "serviceaccounts"),
    "edit": ("create", "pods"),
    "view": ("list", "pods"),
}
# Kubernetes' own edit impersonates
_ALONE = _TELLING | {"admin": ("create", "rolebindings.rbac.authorization.k8s.io")}


@pytest.fixture
def role_of(may: Callable[..., bool]) -> Callable[..., str]:
    """Return a user's role in a namespace by what the API server allows now, or '' for none.

    With `standalone` the roles are Kubernetes' own.
    """

    def found(
        user: str, namespace: str, groups: Iterable[str] = (), *, standalone: bool = False
    ) -> str:
        telling = _ALONE if standalone else _TELLING
        return next(
            (role for role, what in telling.items() if may(user, *what, namespace, groups=groups)),
            "",
        )

    return found


@pytest.fixture
def role(role_of: Callable[..., str]) -> Callable[[str, str], str]:
    """Return a user's role; a name without @ is at example.com."""
    return lambda who, namespace: role_of(who if "@" in who else person(who), namespace)


@pytest.fixture
def roles(role: Callable[[str, str], str]) -> Callable[..., None]:
    """Wait until people have these roles: `roles("ml", ann="edit", bob="")`.

    The API server's authorizer reads a RoleBinding a moment after it was written.
    """

    def check(namespace: str, others: Mapping[str, str] | None = None, /, **wanted: str) -> None:
        people = {**(others or {}), **wanted}
        seen: dict[str, str] = {}

        def so() -> bool:
            seen.update({who: role(who, namespace) for who in people})
            return seen == people

        wait_for(f"{people} in {namespace}", so, instead=lambda: seen)

    return check


@pytest.fixture
def kubectl(cluster: World) -> Callable[..., str]:
    """Run kubectl as an administrator; return its output."""

    def run(*arguments: str, check: bool = True) -> str:
        command = [cluster.kubectl, "--kubeconfig", str(cluster.kubeconfig), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    return run
