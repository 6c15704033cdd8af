"""The charm on a real Juju and a scratch cluster: deployed, configured, asked, related and removed.

    charmcraft pack                     # on Ubuntu: `tox run -e pack` has no base of Juju
    juju bootstrap microk8s && make juju

PROFILES_CHARM names another charm than the one next to charmcraft.yaml.
PROFILES_TESTER_CHARM names a charm that was packed from tests/tester_charm elsewhere. Each test has
a namespace, which stays in the cluster: the charm never deletes data.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import jubilant
import pytest

pytestmark = [
    pytest.mark.juju,
    pytest.mark.skipif(
        shutil.which("juju") is None,
        reason="there is no juju on PATH, and so no model to deploy into",
    ),
]

ROOT = Path(__file__).resolve().parents[2]
APP = "profiles-management"
_PATIENCE = 10 * 60.0


def given(variable: str, folder: Path) -> Path:
    """Return the charm that a variable names, or else the packed one in a folder."""
    if named := os.environ.get(variable):
        return Path(named).resolve()
    found = sorted(folder.glob("*.charm"))
    if not found:
        pytest.fail(
            f"There is no charm in {folder}. Run `charmcraft pack` there, or name one with {variable}."
        )
    return found[-1]


@pytest.fixture(scope="module")
def juju() -> Iterator[jubilant.Juju]:
    """A separate model with the charm, on a cluster without Kubeflow."""
    charm = given("PROFILES_CHARM", ROOT)
    with jubilant.temp_model() as juju:
        juju.wait_timeout = _PATIENCE
        juju.deploy(
            charm,
            APP,
            config={"standalone": True, "allow-kubeflow": True, "stale": "off"},
            trust=True,
        )
        juju.wait(lambda status: APP in status.apps and bool(status.apps[APP].units))
        yield juju


@pytest.fixture
def name() -> str:
    """A name that no namespace has."""
    return f"juju-test-{secrets.token_hex(4)}"


@pytest.fixture
def says(juju: jubilant.Juju) -> Callable[..., None]:
    """Wait until an application has this status: `says("active: 1 profile, 1 contributor")`."""

    def wait(wanted: str, app: str = APP) -> None:
        def so(status: jubilant.Status) -> bool:
            found = status.apps[app].app_status
            return f"{found.current}: {found.message}".startswith(wanted)

        juju.wait(so, error=jubilant.any_error)

    return wait


def document(name: str, **roles: str) -> str:
    """Write a document of one profile."""
    people = ", ".join(f"{{name: {who}@example.com, role: {role}}}" for who, role in roles.items())
    return f"profiles:\n- name: {name}\n  owner: {{kind: User, name: olga@example.com}}\n  contributors: [{people}]\n"


def test_a_document_is_applied_and_the_application_is_active(juju, says, name):
    juju.config(APP, {"pmr": document(name, ann="edit", bob="view")})

    says("active: 1 profile, 2 contributors")


def test_a_mistake_blocks_with_its_line_until_it_is_corrected(juju, says, name):
    juju.config(APP, {"pmr": document(name, ann="editor")})
    says("blocked: pmr line 4: ")

    juju.config(APP, {"pmr": document(name, ann="edit")})
    says("active: 1 profile, 1 contributor")


def test_without_a_document_it_says_what_to_run(juju, says):
    juju.config(APP, reset="pmr")

    says(f"blocked: no document; juju config {APP} pmr=@FILE")


def test_the_actions_answer(juju, says, name):
    juju.config(APP, {"pmr": document(name, ann="edit")})
    says("active: 1 profile, 1 contributor")

    done = juju.run(f"{APP}/leader", "sync-now", {"dry-run": False})
    plan = juju.run(f"{APP}/leader", "plan")

    assert done.results["summary"] == "1 profile, 1 contributor"
    assert plan.results["summary"] == "No changes. 1 profile matches."


def test_a_failed_action_says_why(juju, says, name):
    juju.config(APP, {"pmr": document(name, ann="editor")})
    says("blocked: pmr line 4: ")

    with pytest.raises(jubilant.TaskError) as failed:
        juju.run(f"{APP}/leader", "plan")

    assert failed.value.task.message.startswith("pmr line 4: ")


def test_another_charm_publishes_profiles_and_gets_the_results(juju, says, name):
    juju.config(APP, {"pmr": "profiles: []"})
    juju.deploy(given("PROFILES_TESTER_CHARM", ROOT / "tests" / "tester_charm"), "tester")
    juju.config("tester", {"document": document(name, ann="edit")})

    juju.integrate("tester:profiles", f"{APP}:profiles")

    juju.wait(
        lambda status: (
            status.apps["tester"].units["tester/0"].workload_status.message == "1 applied"
        )
    )
    says("active: 1 profile, 1 contributor")
    juju.remove_relation("tester:profiles", f"{APP}:profiles")
    says("active: 0 profiles")


def test_a_removed_application_is_gone_without_an_error(juju, name):
    juju.deploy(
        given("PROFILES_CHARM", ROOT),
        "leaver",
        config={"standalone": True, "allow-kubeflow": True, "instance": name},
        trust=True,
    )
    juju.config("leaver", {"pmr": document(name, ann="edit")})
    juju.wait(lambda status: jubilant.all_active(status, "leaver"))

    juju.remove_application("leaver")

    juju.wait(lambda status: "leaver" not in status.apps, error=jubilant.any_error)
