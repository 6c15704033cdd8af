"""From a request in the portal to the cluster and back, through both charms.

The workload is the real one, in processes of its own, with the settings that the charm gives it.
The relation carries the databags of both charms, and the engine writes to an API server in memory.
"""

import json
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue
from typing import Any
from zlib import crc32

import httpx2
import pytest
import telemetry_stand_in
from cluster_side import ClusterSide
from portal_stand_in import Portal
from user_manager_unit import Unit

from running_server import Server, command, running
from user_manager.serving import pebble_notice
from user_manager_charm.settings import NOTICE, PREFIX

ANN, OLGA = "ann@example.com", "olga@example.com"
OWN = ("HTTP_PORT", "GRPC_PORT", "METRICS_PORT", "DATA_DIR")  # of this machine


class Workload(Portal):
    """The portal itself.

    Attributes:
        token: what its command prints for a token with the scope of the cluster.
        platform_url: where it answers checks and has metrics.
        notices: the keys of the notices that it sent to Pebble.
    """

    def __init__(self, server: Server, notices: "Queue[str]") -> None:
        super().__init__()
        self.url = f"http://127.0.0.1:{server.http_port}"
        self.platform_url = f"http://127.0.0.1:{server.metrics_port}"
        self.notices = notices
        arguments = ("token", "create", "charm", "--scope", "cluster")
        self.token = command(server.environment, *arguments).strip()

    def ask(self, person: str, method: str, path: str, body: object = None) -> Any:
        """Send a request of a person behind the proxy; return the decoded answer."""
        headers = {"kubeflow-userid": person, "x-requested-with": "tests"}
        answer = httpx2.request(
            method,
            f"{self.url}/api/v1{path}",
            headers=headers | {"content-type": "application/json"},
            content=json.dumps(body) if body is not None else b"",
            timeout=60,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@contextmanager
def pebble() -> Iterator[tuple[str, "Queue[str]"]]:
    """Serve the socket of Pebble; yield its path and the keys of the notices."""
    notices: Queue[str] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            notices.put(body["key"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with (
        tempfile.TemporaryDirectory() as folder,
        socketserver.ThreadingUnixStreamServer(f"{folder}/socket", Handler) as server,
    ):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"{folder}/socket", notices
        server.shutdown()


@pytest.fixture(scope="module")
def workload(tmp_path_factory) -> Iterator[Workload]:
    """The workload, with the environment of its service `web`."""
    unit = Unit(Portal())
    unit.configure(trusted_proxies="127.0.0.1/32")
    unit.ready()
    settings = {
        name.removeprefix(PREFIX): value
        for name, value in unit.environment.items()
        if name.removeprefix(PREFIX) not in OWN
    }
    with pebble() as (socket, notices), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEBBLE_SOCKET", socket)
        with running(Path(tmp_path_factory.mktemp("data")), **settings) as server:
            yield Workload(server, notices)


@pytest.fixture
def profile(request) -> str:
    """The name of an open profile of this test; its owner is Olga."""
    return f"p{crc32(request.node.name.encode())}"


@pytest.fixture
def unit(workload) -> Unit:
    """A unit that published nobody's access yet, with a token that the workload made."""
    unit = Unit(workload)
    unit.token = workload.token
    unit.ready()
    unit.created("profiles")
    return unit


@pytest.fixture
def cluster(unit, profile, monkeypatch) -> ClusterSide:
    """A cluster with an open profile and a closed one, of which the portal knows."""
    cluster = ClusterSide(monkeypatch, unit, document(profile))
    cluster.see_published()
    return cluster


def document(profile: str, is_open: str = "true") -> str:
    owner = f"{{kind: User, name: {OLGA}}}"
    return f"""
profiles:
- {{name: {profile}, owner: {owner}, open: {is_open}}}
- {{name: closed, owner: {owner}}}
"""


def notified(unit: Unit) -> None:
    """Hand the notice of the workload over to the charm."""
    assert unit.portal.notices.get(timeout=60) == NOTICE
    unit.notice(NOTICE)


def approve(unit: Unit, profile: str) -> dict[str, Any]:
    """Let Ann ask for access to a profile, and its owner approve."""
    body = {"module": profile, "types": ["WRITE"]}
    access = unit.portal.ask(ANN, "POST", f"/users/{ANN}/accesses", body)
    path = f"/accesses/{access['id']}/decision"
    return dict(unit.portal.ask(OLGA, "POST", path, {"approve": True}))


def effect(unit: Unit, access: dict[str, Any]) -> tuple[str, str]:
    """Return state and effect of an access, as Ann sees it."""
    seen = unit.portal.ask(ANN, "GET", f"/accesses/{access['id']}")
    return seen["state"], seen["effect"]


def test_the_workload_sends_the_notice_that_the_charm_waits_for():
    assert pebble_notice.KEY == NOTICE


def test_the_checks_of_the_charm_are_answered(unit):
    paths = [
        httpx2.URL(check.http["url"]).path for check in unit.plan.checks.values() if check.http
    ]

    assert len(paths) == 2
    for path in paths:
        answer = httpx2.get(f"{unit.portal.platform_url}{path}", timeout=60, trust_env=False)
        assert answer.status_code == 200


def test_the_metrics_of_the_workload_reach_a_collector(unit):
    with telemetry_stand_in.serving() as telemetry:
        unit.change_type(metrics_urls={"web": f"{unit.portal.platform_url}/metrics"})
        offer = {"protocol": "http", "endpoint": telemetry.url, "telemetries": ["metrics"]}
        unit.changed("send-otlp", endpoints=json.dumps([offer]))

        assert telemetry.points["user_manager_pending_requests"] == [({"service": "web"}, 0.0)]
        assert "user_manager_requests_total" in telemetry.points


def test_the_portal_knows_the_open_profiles_of_the_cluster(unit, cluster, profile):
    modules = unit.portal.ask(ANN, "GET", "/modules?kind=profile")["items"]
    known = {module["id"] for module in modules if module["in_catalogue"]}

    assert known == {profile}


def test_an_approved_access_is_in_the_cluster_and_the_portal_says_so(unit, cluster, profile):
    access = approve(unit, profile)
    notified(unit)
    cluster.see_published()

    assert cluster.contributors(profile) == {ANN: "edit"}
    assert effect(unit, access) == ("APPROVED", "in_effect")
    assert unit.status == "active: 1 profile applied"


def test_a_removed_access_leaves_the_cluster_and_the_portal_says_so(unit, cluster, profile):
    access = approve(unit, profile)
    notified(unit)
    cluster.see_published()
    unit.portal.ask(ANN, "POST", f"/accesses/{access['id']}/revoke")
    assert effect(unit, access) == ("REVOKED", "ending")
    notified(unit)
    cluster.see_published()

    assert cluster.contributors(profile) == {}
    assert effect(unit, access) == ("REVOKED", "ended")


def test_an_access_to_a_profile_that_is_closed_later_is_refused(unit, cluster, profile):
    access = approve(unit, profile)
    notified(unit)
    cluster.configure(document(profile, is_open="false"))
    cluster.see_published()

    assert cluster.contributors(profile) == {}
    assert effect(unit, access) == ("APPROVED", "refused")


def test_a_token_that_the_workload_does_not_know_is_replaced(unit, cluster, profile):
    unit.lose("cluster-token")
    unit.token = "um_" + "x" * 43
    unit.see("update_status")
    assert unit.status == (
        "blocked: user-manager refuses a new token: PUT /api/v1/cluster was answered with 401"
    )

    unit.token = unit.portal.token
    access = approve(unit, profile)
    notified(unit)
    cluster.see_published()

    assert effect(unit, access) == ("APPROVED", "in_effect")
    assert unit.secret("cluster-token") == {"token": unit.portal.token}
