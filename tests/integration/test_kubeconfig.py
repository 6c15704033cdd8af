"""A kubeconfig gives us the same user as kubectl, or both refuse it."""

import base64
import json
import stat
import subprocess
from contextlib import closing

import pytest

from connections.certificates import Authority
from connections.proxy import Proxy
from integration.cluster.control_plane import ControlPlane
from profiles_management import ProfilesError
from profiles_management.kubeflow.cluster.api_errors import Asked, answers
from profiles_management.kubeflow.cluster.http import Wire
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.reconcile.retry import Passing

V1, BETA = "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


@pytest.fixture(scope="module")
def authority():
    """The authority of client certificates."""
    return Authority("people")


@pytest.fixture(scope="module")
def plane(authority, tmp_path_factory):
    """A control plane that takes client certificates; nothing but its API server matters."""
    ca = tmp_path_factory.mktemp("people") / "ca.crt"
    ca.write_bytes(authority.pem)
    with ControlPlane(controllers=False, flags=["--client-ca-file", str(ca)]) as plane:
        yield plane


@pytest.fixture
def admin(plane):
    """The administrator's own kubeconfig, as data: cluster and token."""
    run = subprocess.run(  # noqa: S603
        [plane.kubectl, "--kubeconfig", plane.kubeconfig, "config", "view", "--raw", "-o", "json"],
        capture_output=True,
        check=True,
    )
    data = json.loads(run.stdout)
    return data["clusters"][0]["cluster"], data["users"][0]["user"]["token"]


@pytest.fixture
def folder(tmp_path, monkeypatch, admin, authority):
    """A folder with everything that the kubeconfigs below name; the environment is empty."""
    for name in (
        "KUBECONFIG",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "https_proxy",
        "all_proxy",
        "no_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    cluster, token = admin
    (tmp_path / "tok").write_text(f"{token}\n")
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    ann = authority.issue("ann")
    (tmp_path / "ann.crt").write_bytes(ann.certificate)
    (tmp_path / "ann.key").write_bytes(ann.key)
    pair = {"clientCertificateData": ann.certificate.decode(), "clientKeyData": ann.key.decode()}
    for name, version, status in (
        ("v1", V1, {"token": token}),
        ("beta", BETA, {"token": token}),
        ("certificate", V1, pair),
        ("both", V1, pair | {"token": token}),
        ("nothing", V1, {}),
    ):
        _plugin(
            tmp_path / name, {"apiVersion": version, "kind": "ExecCredential", "status": status}
        )
    return tmp_path


def _plugin(path, printed):
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(printed)}\nEND\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def write(folder, admin):
    """Write a kubeconfig: the administrator's cluster with some fields changed, and a user."""

    def written(cluster, user, name="config"):
        fields = {key: value for key, value in (admin[0] | cluster).items() if value is not None}
        data = {
            "clusters": [{"name": "c", "cluster": fields}, {"name": "broken", "cluster": None}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        (folder / name).write_text(json.dumps(data))
        return folder / name

    return written


def ours(path=None):
    """Return our user by the API server; None if it or we refuse."""
    try:
        with connect(path) as client, answers(Asked("create", "selfsubjectreviews")):
            return json.loads(Wire(client).send("POST", PATH, json.dumps(REVIEW).encode()))[
                "status"
            ]["userInfo"]
    except (ProfilesError, Passing):
        return None


@pytest.fixture
def kubectls(plane):
    """Return kubectl's user by the API server; None if one of them refuses."""

    def ask(path=None):
        where = [] if path is None else ["--kubeconfig", path]
        run = subprocess.run(  # noqa: S603
            [plane.kubectl, *where, "auth", "whoami", "-o", "json"],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return None if run.returncode else json.loads(run.stdout)["status"]["userInfo"]

    return ask


def execution(command, version=V1, **more):
    return {"exec": {"apiVersion": version, "command": command, "interactiveMode": "Never"} | more}


FILES = {"client-certificate": "ann.crt", "client-key": "ann.key"}
TAKEN = {
    "tokenFile": ({}, {"tokenFile": "tok"}),
    "a client certificate": ({}, FILES),
    "exec v1": ({}, execution("./v1")),
    "exec v1beta1": ({}, execution("./beta", BETA)),
    "a client certificate of a plugin": ({}, execution("./certificate")),
    "a token and a client certificate of a plugin": ({}, execution("./both")),
    "as": ({}, {"tokenFile": "tok", "as": "nina", "as-groups": ["readers", "a b"], "as-uid": "42"}),
    "as with more": (
        {},
        {
            "tokenFile": "tok",
            "as": "nina",
            "as-user-extra": {"scopes": ["a", "b"], "Acme.com/Project": ["x"], "50%": ["y"]},
        },
    ),
    "as with a plugin": ({}, execution("./v1") | {"as": "system:serviceaccount:ops:reader"}),
    "tls-server-name": ({"tls-server-name": "kubernetes.default.svc"}, {"tokenFile": "tok"}),
    "an authority in a file": (
        {"certificate-authority-data": None, "certificate-authority": "ca.crt"},
        {"tokenFile": "tok"},
    ),
    "no check of certificates": (
        {"certificate-authority-data": None, "insecure-skip-tls-verify": True},
        {"tokenFile": "tok"},
    ),
    "no compression": ({"disable-compression": True}, {"tokenFile": "tok"}),
}

REFUSED = {
    "a name that the certificate is not for": (
        {"tls-server-name": "other.invalid"},
        {"tokenFile": "tok"},
    ),
    "no authority": ({"certificate-authority-data": None}, {"tokenFile": "tok"}),
    "an authority and no check": ({"insecure-skip-tls-verify": True}, {"tokenFile": "tok"}),
    "a token and a password": ({}, {"token": "x", "username": "ann", "password": "x"}),
    "a certificate without a key": ({}, {"client-certificate": "ann.crt"}),
    "groups without as": ({}, {"tokenFile": "tok", "as-groups": ["readers"]}),
    "a plugin of an old version": ({}, execution("./v1", "client.authentication.k8s.io/v1alpha1")),
    "a plugin without a mode": ({}, execution("./v1", interactiveMode=None)),
    "a plugin that prints nothing of use": ({}, execution("./nothing")),
    "a plugin that has to ask": ({}, execution("./v1", interactiveMode="Always")),
    "a plugin that is not in PATH": ({}, execution("v1")),
    "a token file that is not there": ({}, {"tokenFile": "absent"}),
    "a proxy that nobody listens on": ({"proxy-url": "http://127.0.0.1:1"}, {"tokenFile": "tok"}),
    "a proxy of another scheme": ({"proxy-url": "socks4://127.0.0.1:1"}, {"tokenFile": "tok"}),
}


@pytest.mark.parametrize("name", TAKEN)
def test_the_server_takes_us_for_whom_it_takes_kubectl(write, kubectls, name):
    path = write(*TAKEN[name])

    seen = ours(path)

    assert seen is not None
    assert seen == kubectls(path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_kubectl_refuses_is_refused(write, kubectls, name):
    path = write(*REFUSED[name])

    assert kubectls(path) is None
    assert ours(path) is None


def test_requests_go_through_the_proxy(write, kubectls, admin):
    with closing(Proxy(int(admin[0]["server"].rpartition(":")[2]))) as proxy:
        path = write({"proxy-url": proxy.url}, {"tokenFile": "tok"})

        assert ours(path) == kubectls(path) is not None
        assert len(proxy.asked) >= 2


def test_several_files_become_one(folder, write, kubectls, monkeypatch):
    whole = json.loads(write({}, {"tokenFile": "tok"}).read_text())
    (folder / "first").write_text(
        json.dumps({"users": [{"name": "u", "user": FILES}], "current-context": None})
    )
    (folder / "second").write_text(json.dumps(whole))
    monkeypatch.setenv("KUBECONFIG", f"{folder / 'absent'}:{folder / 'first'}:{folder / 'second'}")

    assert ours()["username"] == kubectls()["username"] == "ann"
