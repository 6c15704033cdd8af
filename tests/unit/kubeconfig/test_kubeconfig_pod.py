"""The cluster of the pod, and the default cluster."""

import json

import pytest

from profiles_management import ClusterError
from profiles_management.kubeflow.cluster.http import Wire
from profiles_management.kubeflow.cluster.kubeconfig import connect, pod


@pytest.fixture
def mounted(here, monkeypatch, secure, authority):
    """Be in a pod of the API server; return the folder of its service account."""
    folder = here / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text("mounted\n")
    (folder / "ca.crt").write_bytes(authority.pem)
    for function in (pod.is_there, pod.select):
        monkeypatch.setattr(function, "__defaults__", (folder,))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "localhost")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(secure.port))
    return folder


def test_a_pod_talks_to_its_cluster_with_its_service_account(mounted, ask, secure):
    ask()

    assert [request.authorization for request in secure.seen] == ["Bearer mounted"]


def test_the_namespace_of_the_pod_is_known_where_the_token_does_not_say_it(mounted, connected, get):
    (mounted / "namespace").write_text("ci\n")
    client = connected()
    wire = Wire(client)

    wire.send("GET", "/version")

    assert wire.own_namespace == "ci"


def test_a_token_that_is_mounted_again_is_read_after_a_refusal(mounted, connected, get, secure):
    secure.refuses = lambda request: request.authorization == "Bearer mounted"
    client = connected()
    (mounted / "token").write_text("renewed")

    get(client)

    assert [request.authorization for request in secure.seen] == [
        "Bearer mounted",
        "Bearer renewed",
    ]


def test_a_kubeconfig_that_is_named_comes_before_the_pod(mounted, ask, plain, write, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", str(write({"server": plain.url})))

    ask()

    assert len(plain.seen) == 1


@pytest.mark.parametrize("missing", ["token", "KUBERNETES_SERVICE_PORT", "KUBERNETES_SERVICE_HOST"])
def test_a_pod_that_may_not_talk_to_its_cluster_uses_the_file_at_home(
    mounted, ask, plain, write, here, monkeypatch, missing
):
    if missing == "token":
        (mounted / "token").unlink()
    else:
        monkeypatch.delenv(missing)
    write({"server": plain.url}, name="home/.kube/config")

    ask()

    assert len(plain.seen) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("token", "", "The service account of the pod names an empty file"),
        ("token", "a b", "The service account of the pod names a file that contains blanks"),
        ("ca.crt", None, r"serviceaccount/ca\.crt cannot be read: no such file"),
        (
            "ca.crt",
            "nothing",
            "certificate-authority of the service account of the pod contains no certificate in PEM",
        ),
    ],
)
def test_an_unusable_service_account_is_reported(mounted, name, content, said):
    (mounted / name).unlink()
    if content is not None:
        (mounted / name).write_text(content)

    with pytest.raises(ClusterError, match=said):
        connect()


def test_an_ipv6_address_is_put_into_brackets(mounted, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")

    server, _ = pod.select(
        {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}, mounted
    )

    assert server.url == "https://[fd00::1]:443"


def test_without_any_cluster_the_message_says_how_to_name_one():
    with pytest.raises(ClusterError, match="No cluster is configured"):
        connect()


def test_the_file_at_home_is_the_last_choice(ask, plain, write):
    path = write({"server": plain.url}, name="home/.kube/config")
    assert json.loads(path.read_text())

    ask()

    assert len(plain.seen) == 1
