"""The charm's surroundings: ops.testing, a Kubernetes API in memory, a clock of the test."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ops import testing
from portal_world import EchoServer, echoing
from publisher import published, read_answer

from charm import ProfilesManagementCharm
from charms.profiles_management.v0.profiles_management import Report
from memory_api import MemoryApi
from memory_api.controller import CHARMED_PRINCIPALS, ProfileController
from profiles_charm import connection
from profiles_management.reconcile.clock import Clock
from puhuri_server.sample import sample_world
from puhuri_server.server import Portal, serving

_FILE = yaml.load((Path(__file__).parents[3] / "charmcraft.yaml").read_text(), yaml.CSafeLoader)
# What testing.Context would read again for each test.
_META = {key: _FILE[key] for key in ("name", "peers", "provides", "requires") if key in _FILE}
# testing.Context writes and reads these for each event; it needs no descriptions.
_OPTIONS = {
    name: {key: value for key, value in option.items() if key != "description"}
    for name, option in _FILE["config"]["options"].items()
}
CHARM = {"meta": _META, "config": {"options": _OPTIONS}, "actions": _FILE["actions"]}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ROLES = ("kubeflow-admin", "kubeflow-edit", "kubeflow-view")


class Ticks:
    """A clock whose sleep takes no time.

    `slept` is how many seconds it was asked to, `later` how long after noon it is.
    """

    def __init__(self) -> None:
        self.slept = 0.0
        self.later = timedelta()

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: NOON + self.later, monotonic=lambda: self.slept, sleep=self.sleep)


class World:
    """One deployed charm and one cluster.

    `see(event)` lets an event happen and returns the state after it; it goes on from the state
    before, as a unit does.
    """

    def __init__(self, api: MemoryApi, app_name: str, ticks: Ticks) -> None:
        self.api = api
        self.ticks = ticks
        self.context = testing.Context(ProfilesManagementCharm, **CHARM, app_name=app_name)
        self.state = testing.State(leader=True, relations={testing.PeerRelation("peers")})

    def configure(self, *, leader: bool = True, **options: str | float | testing.Secret) -> None:
        """Set the options, all of them; those that are not named go back to their defaults."""
        named = {name.replace("_", "-"): value for name, value in options.items()}
        secrets = {value for value in named.values() if isinstance(value, testing.Secret)}
        config = {
            key: value.id if isinstance(value, testing.Secret) else value
            for key, value in named.items()
        }
        self.state = replace(self.state, leader=leader, config=config, secrets=secrets)

    def relate(self, app: str, document: str | None = None, /, **raw: str) -> testing.Relation:
        """Create or change a relation with a charm's document; None: nothing is published yet."""
        databag = raw or ({} if document is None else published(document))
        before = self._relation(app)
        if before is None:
            after = testing.Relation("profiles", remote_app_name=app, remote_app_data=databag)
        else:
            after = replace(before, remote_app_data=databag)
        self._swap(before, after)
        return after

    def unrelate(self, app: str) -> testing.State:
        """Remove a relation: the charm sees it break, and then it is gone."""
        relation = self._relation(app)
        state = self.context.run(self.context.on.relation_broken(relation), self.state)
        self.state = replace(
            state, relations={one for one in state.relations if one.id != relation.id}
        )
        return self.state

    def publish(self, app: str, document: str | None = None, /, **raw: str) -> testing.State:
        """Have a charm publish a document, and ours see that."""
        relation = self.relate(app, document, **raw)
        self.state = self.context.run(self.context.on.relation_changed(relation), self.state)
        return self.state

    def answer(self, app: str) -> Report:
        """Return the results for a document, as its charm reads them."""
        return read_answer(self._relation(app))

    def _relation(self, app: str) -> testing.Relation | None:
        found = (one for one in self.state.relations if isinstance(one, testing.Relation))
        return next((one for one in found if one.remote_app_name == app), None)

    def _swap(self, before: testing.RelationBase | None, after: testing.RelationBase) -> None:
        others = {one for one in self.state.relations if before is None or one.id != before.id}
        self.state = replace(self.state, relations={*others, after})

    def see(self, event: str = "update_status") -> testing.State:
        self.state = self.context.run(self._event(event), self.state)
        return self.state

    def _event(self, name: str) -> object:
        """Return an event by name; relations are with an application with an empty document."""
        if name == "secret_changed":
            secret = testing.Secret({"ssh-key": "KEY"})
            self.state = replace(self.state, secrets={*self.state.secrets, secret})
            return self.context.on.secret_changed(secret)
        if name.startswith("profiles_relation_"):
            relation = self.relate("nobody", "profiles: []")
            return getattr(self.context.on, name.removeprefix("profiles_"))(relation)
        if name.startswith("service_mesh_relation_"):
            mesh = testing.Relation("service-mesh", remote_app_name="beacon")
            self.state = replace(self.state, relations={*self.state.relations, mesh})
            return getattr(self.context.on, name.removeprefix("service_mesh_"))(mesh)
        return getattr(self.context.on, name)()

    def act(self, name: str, **params: bool) -> dict[str, object]:
        """Run an action and return its results, lists decoded; raise `ActionFailed` if it fails."""
        named = {key.replace("_", "-"): value for key, value in params.items()}
        self.state = self.context.run(self.context.on.action(name, params=named), self.state)
        return self.results()

    def fail(self, name: str, **params: bool) -> str:
        """Run an action that must fail and return why; its other results are in `results()`."""
        with pytest.raises(testing.ActionFailed) as failed:
            self.act(name, **params)
        self.state = failed.value.state
        return failed.value.message

    def results(self) -> dict[str, object]:
        found = self.context.action_results or {}
        return {
            key: json.loads(text) if text[:1] in ("[", "{") else text for key, text in found.items()
        }

    @property
    def logged(self) -> list[str]:
        """The lines of juju-log, each a separate process on a real unit."""
        return [f"{line.level} {line.message}" for line in self.context.juju_log]


@pytest.fixture(autouse=True, scope="module")
def metadata_as_json() -> Iterator[None]:
    """Let testing.Context write JSON, which is YAML too; its writer takes longer than an event."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scenario._runtime.yaml", SimpleNamespace(safe_dump=json.dumps))
        yield


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def api() -> MemoryApi:
    """A cluster with Kubeflow's ClusterRoles and controller."""
    server = MemoryApi()
    server.put_all(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
        }
        for name in ROLES
    )
    ProfileController(server, principals=CHARMED_PRINCIPALS)
    return server


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch, ticks: Ticks) -> Callable[..., World]:
    """Deploy the charm with a cluster in memory; only the creation of its client is replaced."""

    def build(server: MemoryApi, app_name: str = "profiles-management") -> World:
        monkeypatch.setattr(
            connection, "connect", lambda: connection.Connection(server.client, ticks.clock)
        )
        return World(server, app_name, ticks)

    return build


@pytest.fixture
def world(deploy: Callable[..., World], api: MemoryApi) -> World:
    return deploy(api)


@pytest.fixture(scope="module")
def portal_server(no_system_certificates: None) -> Iterator[Portal]:
    with serving(sample_world()) as portal:
        yield portal


@pytest.fixture
def portal(portal_server: Portal) -> Portal:
    """A research portal with sample data: see portal_world."""
    portal_server.reset(sample_world())
    return portal_server


@pytest.fixture(scope="module")
def echo_server(no_system_certificates: None) -> Iterator[EchoServer]:
    """A server that is not a portal, and repeats the credentials of each request."""
    with echoing() as server:
        yield server


@pytest.fixture
def document() -> Callable[..., str]:
    """Write a document, each profile with this number of contributors: `document(ml=2)`."""

    def build(owner: str = "root@example.com", role: str = "edit", **profiles: int) -> str:
        lines = ["profiles:" if profiles else "profiles: []"]
        for name, number in profiles.items():
            lines += [f"- name: {name}", f"  owner: {{kind: User, name: {owner}}}"]
            people = [f"{{name: user{index}@example.com, role: {role}}}" for index in range(number)]
            lines.append(f"  contributors: [{', '.join(people)}]")
        return "\n".join(lines) + "\n"

    return build
