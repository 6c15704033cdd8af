"""The cluster of a command is named in each result and error, without credentials."""

import base64
import json
import socket

import pytest
from lightkube import Client
from lightkube.config.kubeconfig import KubeConfig
from lightkube.config.models import Cluster, User

from profiles_management import ClusterError, open_target, plan_profiles
from profiles_management.cli.main import main
from profiles_management.cli.session import Session
from profiles_management.kubeflow.cluster.kubeconfig import connect, pod
from profiles_management.pmr.classes import ProfilesManagementRepresentation

SECRET = "s3cr3t-mark"


@pytest.fixture
def failing(here, capsys, quick, connected):
    """Run a command that cannot read its cluster; return its standard error."""
    (here / "pmr.yaml").write_text("profiles: []\n")

    def run(*arguments, timeout=1.0):
        session = Session(quick, connect=lambda *named: connected(*named, timeout=timeout))
        assert main(list(map(str, arguments)), session) == 1
        return " ".join(capsys.readouterr().err.split())

    return run


@pytest.fixture
def silent():
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def plan(path):
    return ("plan", "pmr.yaml", "--kubeconfig", path)


REFUSED = "https://127.0.0.1:1"


@pytest.mark.parametrize(
    ("server", "cluster", "check"),
    [
        (REFUSED, {}, "Check that the API server runs, and the port of the server."),
        (
            "https://nowhere.invalid:6443/k8s",
            {},
            "Check the host name of the server, and DNS or the VPN",
        ),
        (REFUSED, {"proxy-url": "http://127.0.0.1:1"}, "Check the proxy, and whether NO_PROXY"),
    ],
    ids=["refused", "unknown host", "proxy"],
)
def test_a_network_error_names_context_server_and_user_and_what_to_check(
    failing, write, server, cluster, check
):
    said = failing(*plan(write({"server": server} | cluster, {"token": SECRET})))

    assert "error: The cluster does not answer: " in said
    assert check in said
    assert said.endswith(f"Cluster: context x, server {server}, user u")
    assert SECRET not in said


def test_a_server_that_never_answers_is_named(failing, write, silent):
    server = f"http://127.0.0.1:{silent}"

    said = failing(*plan(write({"server": server}, {})), timeout=0.05)

    assert "Check the network, the VPN and firewalls" in said
    assert said.endswith(f"Cluster: context x, server {server}, user u")


def test_a_certificate_that_is_not_trusted_names_the_cluster(failing, write, secure):
    said = failing(*plan(write({"server": secure.url}, {"token": SECRET})))

    assert "is from an authority that is not trusted" in said
    assert said.endswith(f"Cluster: context x, server {secure.url}, user u")


def test_credentials_that_are_refused_name_the_cluster_and_whom_we_act_as(failing, user_of, secure):
    secure.refuses = lambda _: True

    said = failing(*plan(user_of(token=SECRET, **{"as": "ann"})))

    assert "does not accept the credentials" in said
    assert said.endswith(f"Cluster: context x, server {secure.url}, user u, acting as ann")
    assert SECRET not in said


def test_no_credential_of_the_servers_url_is_shown(failing, write):
    said = failing(
        *plan(
            write({"server": f"https://ann:{SECRET}@127.0.0.1:1/k8s?token={SECRET}#{SECRET}"}, {})
        )
    )

    assert said.endswith("Cluster: context x, server https://127.0.0.1:1/k8s, user u")
    assert SECRET not in said


def test_names_that_would_steer_a_terminal_are_escaped(failing, write):
    contexts = [{"name": "x\x1b[2J", "context": {"cluster": "c", "user": "u"}}]
    path = write({"server": REFUSED}, {}, contexts=contexts, **{"current-context": "x\x1b[2J"})

    assert r"context x\x1b[2J, server" in failing(*plan(path))


def test_an_error_has_the_target_as_data(here, write, capsys, quick, connected):
    (here / "pmr.yaml").write_text("profiles: []\n")

    main(
        [*map(str, plan(write({"server": REFUSED}, {}))), "--output", "json"],
        Session(quick, connect=connected),
    )

    data = json.loads(capsys.readouterr().out)
    known = {
        "kind": "cluster",
        "context": "x",
        "server": REFUSED,
        "user": "u",
        "acting_as": "",
        "path": "",
    }
    assert data["target"] == known
    assert data["errors"][0]["remedy"].startswith("Check that the API server runs")


def test_in_a_pod_the_service_account_and_the_server_are_named(here, monkeypatch, failing):
    claims = base64.urlsafe_b64encode(
        b'{"sub": "system:serviceaccount:kubeflow:profiles-management"}'
    )
    token = f"header.{claims.decode().rstrip('=')}.{SECRET}"
    (here / "ca.crt").write_text("")
    (here / "token").write_text(token)
    for function in (pod.is_there, pod.select):
        monkeypatch.setattr(function, "__defaults__", (here,))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")

    said = failing("access")

    assert said.endswith(f"Cluster: server {REFUSED}, ServiceAccount kubeflow/profiles-management")
    assert SECRET not in said


@pytest.mark.parametrize(
    "url", [f"https://ann:{SECRET}@127.0.0.1:1?q={SECRET}", f"{REFUSED}#{SECRET}"]
)
def test_a_client_of_the_caller_is_described_by_its_server(url):
    config = KubeConfig.from_one(cluster=Cluster(server=url), user=User(token=SECRET))

    with Client(config) as client:
        description = open_target(client).description

    assert str(description) == f"Cluster: server {REFUSED}"
    assert SECRET not in repr(description)


def test_an_error_of_the_library_has_a_note_with_the_target(write, quick):
    with connect(write({"server": REFUSED}, {})) as client, pytest.raises(ClusterError) as raised:
        plan_profiles(ProfilesManagementRepresentation([]), target=client, clock=quick)

    assert raised.value.__notes__ == [f"Cluster: context x, server {REFUSED}, user u"]
