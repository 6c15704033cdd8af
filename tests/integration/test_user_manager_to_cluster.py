"""From a request in the User Manager to access in the cluster, and back, by the command alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from integration.command import written
from integration.engine import Engine
from integration.people import OLGA, person
from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from profiles_management.pmr.classes import Profile
from running_server import Server, command, running

LI = person("li")
Call = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The User Manager in a process of its own, on SQLite."""
    with running(tmp_path_factory.mktemp("user-manager")) as server:
        yield server


@pytest.fixture
def call(manager: Server) -> Iterator[Call]:
    """Send a request of somebody: `call(LI, "POST", "accesses/x/revoke")`."""
    address = f"http://localhost:{manager.http_port}/api/v1"
    with httpx2.Client(trust_env=False, headers={"X-Requested-With": "test"}) as client:

        def call(who: str, method: str, path: str, **body: Any) -> dict[str, Any]:
            content = {"json": body} if method == "POST" else {}
            headers = {"kubeflow-userid": who}
            answer = client.request(method, f"{address}/{path}", headers=headers, **content)
            assert answer.is_success, answer.text
            return answer.json()

        yield call


@pytest.fixture
def run(
    engine: Engine,
    manager: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    profile: Callable[..., Profile],
) -> Callable[[str], int]:
    """Run the command with the User Manager and a document that opens a profile."""
    token = command(manager.environment, "token", "create", name[-40:], "--scope", "cluster")
    monkeypatch.setenv("PROFILES_MANAGEMENT_PORTAL_TOKEN", token.split()[-1])
    document = str(written(tmp_path / "pmr.yaml", [profile(ann="view", more={"open": True})]))
    url = f"http://localhost:{manager.http_port}"
    options = ("--instance", name, "--preset", "upstream", "--portal", url)

    def run(verb: str) -> int:
        return main([verb, document, *options], Session(connect=lambda *_, **__: engine.client))

    return run


def test_an_approval_is_access_until_it_is_removed(
    run: Callable[[str], int], call: Call, name: str, roles: Callable[..., None]
) -> None:
    assert run("apply") == 0  # the User Manager learns which profiles are open
    asked = call(LI, "POST", f"users/{LI}/accesses", module=name, types=["WRITE"])
    access = f"accesses/{asked['id']}"
    call(OLGA, "POST", f"{access}/decision", approve=True)
    assert run("plan") == 0
    assert call(LI, "GET", access)["effect"] == "waiting"

    assert run("apply") == 0
    roles(name, olga="admin", ann="view", li="edit")
    assert call(LI, "GET", access)["effect"] == "in_effect"

    call(LI, "POST", f"{access}/revoke")
    assert call(LI, "GET", access)["effect"] == "ending"
    roles(name, li="edit")

    assert run("apply") == 0
    roles(name, olga="admin", ann="view", li="")
    assert call(LI, "GET", access)["effect"] == "ended"
