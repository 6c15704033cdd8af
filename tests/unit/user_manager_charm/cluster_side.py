"""The charm profiles-management beside a cluster in memory, at the other end of `profiles`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from ops import testing
from user_manager_unit import ROOT, Unit

from charm import ProfilesManagementCharm
from memory_api import MemoryApi, ProfileController
from memory_api.controller import CHARMED_PRINCIPALS
from profiles_charm import connection
from profiles_management.reconcile.clock import Clock

_FILE = yaml.load((ROOT / "charmcraft.yaml").read_text(), yaml.CSafeLoader)
_CHARM = {
    "meta": {key: _FILE[key] for key in ("name", "peers", "provides", "requires")},
    "config": _FILE["config"],
    "actions": _FILE["actions"],
}


class ClusterSide:
    """The leader of profiles-management, related to a unit of the User Manager.

    Args:
        document: the option `pmr`.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, unit: Unit, document: str) -> None:
        self.api = MemoryApi()
        for role in ("admin", "edit", "view"):
            self.api.put(
                {
                    "apiVersion": "rbac.authorization.k8s.io/v1",
                    "kind": "ClusterRole",
                    "metadata": {"name": f"kubeflow-{role}"},
                }
            )
        ProfileController(self.api, principals=CHARMED_PRINCIPALS)
        monkeypatch.setattr(connection, "connect", self._connection)
        self._unit = unit
        self._context = testing.Context(ProfilesManagementCharm, **_CHARM)
        relation = testing.Relation("profiles", remote_app_name="user-manager")
        self._state = testing.State(
            leader=True,
            config={"pmr": document},
            relations={testing.PeerRelation("peers"), relation},
        )
        self._relation_id = relation.id

    def _connection(self) -> connection.Connection:
        clock = Clock(
            now=lambda: datetime.now(UTC), monotonic=lambda: 0.0, sleep=lambda _seconds: None
        )
        return connection.Connection(self.api.client, clock)

    @property
    def status(self) -> str:
        return f"{self._state.unit_status.name}: {self._state.unit_status.message}"

    def configure(self, document: str) -> None:
        """Give it another document; it looks at it with the next event."""
        self._state = replace(self._state, config={"pmr": document})

    def see_published(self) -> None:
        """Let it see what the unit published, and the unit its answer, until nothing changes."""
        for _ in range(5):
            answered = dict(self._relation.local_app_data)
            self._see(self._unit.relation("profiles").local_app_data)
            if self._relation.local_app_data == answered:
                return
            self._unit.changed("profiles", **self._relation.local_app_data)
        raise AssertionError("the two charms never agree")

    def contributors(self, namespace: str) -> dict[str, str]:
        """Return who has which role in a profile by a RoleBinding of a contributor."""
        bindings = self.api.objects("RoleBinding", namespace)
        return {
            annotations["user"]: annotations["role"]
            for binding in bindings
            if (annotations := binding["metadata"].get("annotations", {})).get("role") != "admin"
            and "user" in annotations
        }

    @property
    def _relation(self) -> Any:
        return self._state.get_relation(self._relation_id)

    def _see(self, databag: Mapping[str, str]) -> None:
        after = replace(self._relation, remote_app_data=dict(databag))
        others = {each for each in self._state.relations if each.id != self._relation_id}
        state = replace(self._state, relations={*others, after})
        self._state = self._context.run(self._context.on.relation_changed(after), state)
