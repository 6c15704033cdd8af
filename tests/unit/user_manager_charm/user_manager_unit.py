"""A unit of the charm of the User Manager: its state in Juju and Pebble, and the workload.

`see(event)` lets an event happen; the next one goes on from the state after it, as in a unit.
"""

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import ops
import postgresql_stand_in
import profiles_stand_in
import yaml
from ops import testing
from portal_stand_in import Portal

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "charms" / "user-manager"
FILE = yaml.load((FOLDER / "charmcraft.yaml").read_text(), yaml.CSafeLoader)
_KEYS = ("name", "containers", "resources", "storage", "requires", "provides", "peers", "assumes")
CHARM = {
    "meta": {key: FILE[key] for key in _KEYS},
    "config": FILE["config"],
    "actions": FILE["actions"],
}


def _main() -> Any:
    """Load the main module, which every charm calls `charm`."""
    spec = importlib.util.spec_from_file_location("user_manager_main", FOLDER / "src" / "charm.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


main = _main()


class Unit:
    """A unit, the leader, whose container answers.

    Attributes:
        portal: the workload.
        failing: commands of the workload that fail, with what they print.
        token: what `user-manager token create` prints.
    """

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.failing: dict[str, str] = {}
        self.printed: dict[str, str] = {}
        self.token = "um_" + "a" * 40
        portal.tokens.add(self.token)
        self._type = type("Charm", (main.UserManagerCharm,), {"portal_url": portal.url})
        self.context = testing.Context(self._type, **CHARM)
        self.container = testing.Container("user-manager", can_connect=True)
        self.state = testing.State(
            leader=True,
            containers={self.container},
            relations={testing.PeerRelation("peers")},
            planned_units=1,
            model=testing.Model("kubeflow", type="kubernetes"),
        )

    # what Juju knows

    def configure(self, **options: object) -> None:
        """Set the options, all of them; a secret is granted."""
        named = {name.replace("_", "-"): value for name, value in options.items()}
        given = {value for value in named.values() if isinstance(value, testing.Secret)}
        config = {
            name: value.id if isinstance(value, testing.Secret) else value
            for name, value in named.items()
        }
        self.state = replace(self.state, config=config, secrets={*self.state.secrets, *given})

    def relate(self, endpoint: str, app: str = "other", **databag: str) -> testing.Relation:
        """Create a relation, or change what its other end publishes."""
        before = self.relation(endpoint)
        if before is None:
            after = testing.Relation(endpoint, remote_app_name=app, remote_app_data=databag)
        else:
            after = replace(before, remote_app_data=databag)
        others = {each for each in self.state.relations if each.id != after.id}
        self.state = replace(self.state, relations={*others, after})
        return after

    def relation(self, endpoint: str) -> Any:
        """Return the relation of an endpoint, None without one."""
        relations = (each for each in self.state.relations if each.endpoint == endpoint)
        return next(relations, None)

    def unrelate(self, endpoint: str) -> testing.State:
        """Remove a relation: the charm sees it break, and then it is gone."""
        relation = self.relation(endpoint)
        self.run(self.context.on.relation_broken(relation))
        others = {each for each in self.state.relations if each.id != relation.id}
        self.state = replace(self.state, relations=others)
        return self.state

    def change(self, **changes: Any) -> None:
        """Change other parts of the state: `leader`, `planned_units`, `secrets`."""
        self.state = replace(self.state, **changes)

    @property
    def record(self) -> str:
        """The database that the application records."""
        return self.relation("peers").local_app_data.get("published-from", "")

    @property
    def published(self) -> str:
        """The document on the relation `profiles`, '' if none is published."""
        return self.relation("profiles").local_app_data.get("document", "")

    # events

    def see(self, event: str = "update_status") -> testing.State:
        """Send an event without more."""
        return self.run(getattr(self.context.on, event)())

    def ready(self) -> testing.State:
        """Send the event of a container that begins to answer."""
        return self.run(lambda: self.context.on.pebble_ready(self._container()))

    def changed(self, endpoint: str, **databag: str) -> testing.State:
        """Have the other end of a relation publish something."""
        relation = self.relate(endpoint, **databag)
        return self.run(self.context.on.relation_changed(relation))

    def peer_changed(self, **databag: str) -> testing.State:
        """Have another unit of the application write into its databag."""
        peers = replace(self.relation("peers"), peers_data={1: databag})
        others = {each for each in self.state.relations if each.id != peers.id}
        self.state = replace(self.state, relations={*others, peers})
        return self.run(self.context.on.relation_changed(peers, remote_unit=1))

    def created(self, endpoint: str) -> testing.State:
        """Add a relation."""
        return self.run(self.context.on.relation_created(self.relate(endpoint)))

    def notice(self, key: str) -> testing.State:
        """Have the workload send a notice."""
        notice = testing.Notice(key)
        container = replace(self._container(), notices=[notice])
        self.state = replace(self.state, containers={container})
        return self.run(
            lambda: self.context.on.pebble_custom_notice(self._container(), notice=notice)
        )

    def take_down(self, check: str) -> None:
        """Let a check of the workload fail."""
        down = testing.CheckInfo(
            check,
            level=self.plan.checks[check].level,
            status=ops.pebble.CheckStatus.DOWN,
            failures=3,
            threshold=3,
        )
        self._change_check(down)

    def fail_check(self, check: str) -> testing.State:
        """Have Pebble report that a check fails."""
        (info,) = (each for each in self._container().check_infos if each.name == check)
        return self.run(lambda: self.context.on.pebble_check_failed(self._container(), info=info))

    def recover(self, check: str) -> testing.State:
        """Let a check of the workload succeed again."""
        up = testing.CheckInfo(check, level=self.plan.checks[check].level)
        self._change_check(up)
        return self.run(lambda: self.context.on.pebble_check_recovered(self._container(), info=up))

    def _change_check(self, info: testing.CheckInfo) -> None:
        others = {each for each in self._container().check_infos if each.name != info.name}
        container = replace(self._container(), check_infos=frozenset({*others, info}))
        self.state = replace(self.state, containers={container})

    def act(self, name: str, **params: object) -> dict[str, Any]:
        """Run an action and return its results; raise ActionFailed if it fails."""
        try:
            self.run(self.context.on.action(name, params=params))
        except testing.ActionFailed as failed:
            self.state = failed.state
            raise
        return dict(self.context.action_results or {})

    def run(self, event: Any) -> testing.State:
        """Let an event happen."""
        self.context.exec_history.clear()
        self.context.juju_log.clear()
        self.state = replace(self.state, containers={self._with_commands()})
        self.state = self.context.run(event() if callable(event) else event, self.state)
        return self.state

    def _container(self) -> testing.Container:
        (container,) = self.state.containers
        return container

    def _with_commands(self) -> testing.Container:
        known = {
            "migrate": "",
            "token create": f"{self.token}\n",
            "administrator add": "",
            "administrator remove": "",
            "administrator list": "root@example.com\tsetting\n",
        } | self.printed
        commands = {
            testing.Exec(
                ["user-manager", *words.split()],
                return_code=int(words in self.failing),
                stdout=output,
                stderr=self.failing.get(words, ""),
            )
            for words, output in known.items()
        }
        return replace(self._container(), execs=frozenset(commands))

    @property
    def commands(self) -> list[list[str]]:
        """The commands that the last event ran in the container."""
        history = self.context.exec_history.get("user-manager", [])
        return [list(executed.command) for executed in history]

    def path(self, name: str) -> Path:
        """Return where a file of the container is on this machine."""
        return self._container().get_filesystem(self.context).joinpath(name.lstrip("/"))

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the service `web`."""
        return dict(self.plan.services["web"].environment)

    @property
    def plan(self) -> ops.pebble.Plan:
        return self._container().plan

    @property
    def running(self) -> set[str]:
        """The services that run."""
        statuses = self._container().service_statuses
        return {name for name, status in statuses.items() if status.value == "active"}

    @property
    def status(self) -> str:
        """The status of the unit: `active: 1 profile applied`."""
        status = self.state.unit_status
        return f"{status.name}: {status.message}".removesuffix(": ")

    def secret(self, label: str) -> dict[str, str]:
        """Return the content of a secret of the application; nothing if there is none."""
        for secret in self.state.secrets:
            if secret.label == label:
                return dict(secret.latest_content or secret.tracked_content)
        return {}

    def lose(self, label: str) -> None:
        """Remove a secret of the application, as an administrator can."""
        others = {secret for secret in self.state.secrets if secret.label != label}
        self.state = replace(self.state, secrets=others)

    def portal_is_away(self) -> None:
        """Let nothing listen where the workload answers."""
        self.change_type(portal_url="http://127.0.0.1:1")

    def change_type(self, **attributes: object) -> None:
        """Change attributes of the charm: where the workload answers."""
        for name, value in attributes.items():
            setattr(self._type, name, value)

    def report(self, **answer: Any) -> dict[str, str]:
        """Return the databag with which profiles-management answers what is published."""
        return profiles_stand_in.answer(self.relation("profiles").local_app_data, **answer)


def postgresql(unit: Unit, **answer: object) -> None:
    """Relate PostgreSQL, which answers."""
    relation = unit.relate("database", "postgresql-k8s")
    unit.run(unit.context.on.relation_created(relation))
    requested = unit.relation("database").local_app_data
    databag, secrets = postgresql_stand_in.answer(requested, **answer)
    unit.change(secrets={*unit.state.secrets, *secrets})
    unit.changed("database", **databag)
