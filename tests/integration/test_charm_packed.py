"""The packed charm as a unit, on a real API server, with exactly the permissions of `rbac`."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import yaml

from integration.cluster import permissions
from integration.cluster.permissions import Permission
from integration.cluster.waiting import wait_for
from packed import charm_file, kubeconfigs
from packed.unit import Dispatch, Unit
from profiles_management.kubeflow.settings import UPSTREAM

_PATIENCE = {"request_timeout": 2}


@pytest.fixture(scope="module")
def charm() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="charm-") as folder:
        Path(folder).chmod(0o755)
        yield charm_file.unpacked(charm_file.packed(), Path(folder))


@pytest.fixture
def unit_with(cluster, server, charm, name) -> Iterator[Callable[[Iterable[Permission]], Unit]]:
    """Create a leader unit whose account has these permissions; its instance is the test's."""
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    with contextlib.ExitStack() as stack:

        def make(held: Iterable[Permission]) -> Unit:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unit-")))
            home.chmod(0o755)
            token = permissions.account(server, name, held)
            stack.callback(permissions.forget, server, name)
            written = kubeconfigs.write(
                home / "kubeconfig", config["clusters"][0]["cluster"], {"token": token}
            )
            unit = Unit(home, charm, written)
            # as the stand-in has them
            unit.config |= {"instance": name, "principals": ",".join(UPSTREAM.principals)}
            return unit

        yield make


@pytest.fixture
def unit(unit_with) -> Unit:
    return unit_with(permissions.granted())


@pytest.fixture
def document(name) -> Callable[..., str]:
    """Write a document of one profile, the test's: `document(ann="edit")`."""

    def build(**roles: str) -> str:
        people = [{"name": f"{who}@example.com", "role": role} for who, role in roles.items()]
        owner = {"kind": "User", "name": "olga@example.com"}
        quota = {"hard": {"limits.cpu": "2"}}
        return json.dumps(
            {
                "profiles": [
                    {"name": name, "owner": owner, "contributors": people, "resources": quota}
                ]
            }
        )

    return build


def settled(unit: Unit, event: str = "update-status") -> Dispatch:
    """Send an event until nothing is pending: Kubernetes' controllers take a moment."""
    seen: list[Dispatch] = []

    def through() -> bool:
        seen.append(unit.see(event))
        return "pending" not in seen[-1].status and not [
            line for line in seen[-1].logged if line.startswith("INFO")
        ]

    wait_for("an event with nothing to do", through, instead=lambda: seen[-1])
    return seen[-1]


def versions(server, namespace: str) -> dict[str, str]:
    """Return the version of every managed object in a namespace."""
    kinds = ("RoleBinding", "AuthorizationPolicy", "ResourceQuota")
    found = (one["metadata"] for kind in kinds for one in server.objects(kind, namespace))
    return {one["uid"]: one["resourceVersion"] for one in found}


def test_config_changed_gives_everybody_their_role_and_the_unit_is_active(
    unit, document, roles, name
):
    unit.config["pmr"] = document(ann="edit", bob="view")

    done = unit.see("config-changed")

    assert done.status == done.app_status == "active: 1 profile, 2 contributors"
    roles(name, ann="edit", bob="view", dan="")


def test_an_update_status_with_nothing_to_do_leaves_every_object_as_it_was(
    unit, document, server, name
):
    unit.config["pmr"] = document(ann="edit", bob="view")
    unit.see("config-changed")
    settled(unit)
    before = versions(server, name)

    done = unit.see("update-status")

    assert done.status == "active: 1 profile, 2 contributors"
    assert versions(server, name) == before
    assert len(done.of("juju-log")) == 1  # ops: up and running


def test_the_action_plan_says_what_sync_now_then_does(unit, document, roles, name):
    unit.config["pmr"] = document(ann="edit")
    unit.see("config-changed")
    settled(unit)
    unit.config["pmr"] = document(ann="view", bob="edit")

    plan = unit.act("plan")
    done = unit.act("sync-now")

    assert plan.results["summary"].startswith("Plan: 1 to add, 1 to replace")
    assert (done.failed, done.results["summary"]) == ("", "1 profile, 2 contributors")
    roles(name, ann="view", bob="edit")


def test_while_the_api_server_is_away_the_unit_waits_and_access_stays(
    cluster, unit, document, roles, name
):
    if cluster.plane is None:
        pytest.skip("this cluster's API server is not ours to stop")
    unit.config |= {"pmr": document(ann="edit"), **_PATIENCE}
    unit.see("config-changed")
    settled(unit)

    with cluster.plane.no_api_server():
        away = unit.see("update-status")
        action = unit.act("plan")

    assert away.status.startswith("waiting: Kubernetes API unavailable: ")
    assert action.failed.startswith("Kubernetes API unavailable: ")
    assert settled(unit).status == "active: 1 profile, 1 contributor"
    roles(name, ann="edit")


MISSING = ["list profiles", "list rolebindings", "create profiles", "create rolebindings"]


@pytest.mark.parametrize("missing", MISSING)
def test_a_missing_permission_is_named_in_the_status(unit_with, document, missing):
    unit = unit_with(one for one in permissions.granted() if str(one) != missing)
    unit.config |= {"pmr": document(ann="edit"), **_PATIENCE}

    done = unit.see("config-changed")

    assert done.status.startswith("blocked: ")
    assert missing in done.status


def test_an_account_without_permissions_gets_a_message_with_the_remedy(unit_with, document):
    unit = unit_with(())
    unit.config["pmr"] = document(ann="edit")

    done = unit.see("config-changed")

    assert done.status.endswith("; run juju trust profiles-management --scope=cluster")


def test_a_token_that_is_not_accepted_is_waited_for(cluster, charm, document, name):
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    with tempfile.TemporaryDirectory(prefix="unit-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        cluster_of = config["clusters"][0]["cluster"]
        unit = Unit(
            home, charm, kubeconfigs.write(home / "kubeconfig", cluster_of, {"token": "made-up"})
        )
        unit.config |= {"instance": name, "pmr": document(ann="edit")}

        done = unit.see("update-status")

    assert done.status == "waiting: the Kubernetes API does not accept the pod's token"
