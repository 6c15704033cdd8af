"""One request, from the browser to a real API server and back, until it ends."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from integration.conftest import World, cluster, may, name, role, role_of, server
from running_server import SOURCES, Server, command, running

__all__ = ["cluster", "may", "name", "role", "role_of", "server"]  # fixtures

ANN, OLGA = "ann@example.com", "olga@example.com"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as service:
        yield service


@pytest.fixture
def apply(cluster: World, portal: Server, name: str, tmp_path: Path) -> Callable[[], str]:
    """Apply the document of the administrator together with the User Manager's."""
    document = tmp_path / "pmr.yaml"
    document.write_text(
        f"profiles:\n- name: {name}\n  open: true\n  owner: {{kind: User, name: {OLGA}}}\n"
    )
    token = command(portal.environment, "token", "create", "cluster", "--scope", "cluster")
    environment = os.environ | {
        "KUBECONFIG": str(cluster.kubeconfig),
        "PYTHONPATH": str(SOURCES),
        "PROFILES_MANAGEMENT_PORTAL": f"http://127.0.0.1:{portal.http_port}",
        "PROFILES_MANAGEMENT_PORTAL_TOKEN": token.strip(),
        "PROFILES_MANAGEMENT_INSTANCE": name,
    }

    def run() -> str:
        arguments = [sys.executable, "-m", "profiles_management", "apply", str(document), "--yes"]
        done = subprocess.run(  # noqa: S603
            arguments, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def signed_in(browser: Browser, portal: Server, person: str) -> Page:
    """Open the pages as a person whom the mesh has authenticated."""
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{portal.http_port}",
        extra_http_headers={"kubeflow-userid": person},
    )
    return context.new_page()


def let_time_pass(portal: Server) -> None:
    """Move the end of every access to a second ago, which is what waiting would do."""
    file = Path(portal.environment["USER_MANAGER_DATA_DIR"]) / "db.sqlite3"
    with sqlite3.connect(file) as database:
        database.execute(
            "UPDATE user_manager_access SET until = datetime('now', '-1 second'),"
            " requested_at = datetime('now', '-2 days') WHERE state = 'APPROVED'"
        )
    database.close()


def test_a_request_becomes_access_in_the_cluster_and_ends_there(
    browser: Browser,
    portal: Server,
    apply: Callable[[], str],
    role: Callable[[str, str], str],
    name: str,
) -> None:
    apply()
    assert role(ANN, name) == ""

    ann = signed_in(browser, portal, ANN)
    ann.goto(f"/ask/{name}")
    ann.get_by_role("radio", name=re.compile("^Write")).check()
    ann.get_by_label("Why you need it").fill("Training of the new model")
    ann.get_by_label("30 days", exact=True).check()
    ann.get_by_role("button", name="Send the request").click()
    expect(ann.get_by_text("Waiting for a decision").first).to_be_visible()

    olga = signed_in(browser, portal, OLGA)
    olga.goto("/requests")
    expect(olga.get_by_text("Training of the new model")).to_be_visible()
    olga.get_by_role("button", name="Approve", exact=True).click()
    expect(olga.get_by_text("Training of the new model")).not_to_be_visible()

    ann.goto("/")
    expect(ann.get_by_text("Being applied")).to_be_visible()
    assert role(ANN, name) == ""

    apply()
    assert role(ANN, name) == "edit"
    expect(ann.get_by_text("In effect")).to_be_visible()  # by itself

    let_time_pass(portal)
    apply()
    assert role(ANN, name) == ""
    ann.goto("/history")
    expect(ann.get_by_text("Ended").first).to_be_visible()
    answer = portal.get("/api/v1/accesses", f"kubeflow-userid: {ANN}")
    (access,) = json.loads(answer.body)["items"]
    assert (access["state"], access["effect"]) == ("EXPIRED", "ended")
