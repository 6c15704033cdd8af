"""API servers on loopback, with and without TLS, their kubeconfigs and their requests."""

import json
import ssl
import stat
from contextlib import ExitStack
from dataclasses import replace

import pytest

from connections.certificates import Authority
from connections.proxy import Proxy
from connections.servers import serve
from profiles_management.kubeflow.cluster.api_errors import Asked, answers
from profiles_management.kubeflow.cluster.http import Wire
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.reconcile.clock import SYSTEM

VARIABLES = (
    *(
        "KUBECONFIG",
        "KUBERNETES_SERVICE_HOST",
        "KUBERNETES_SERVICE_PORT",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ),
    *(f"{name}_PROXY" for name in ("HTTP", "HTTPS", "ALL", "NO")),
    *(f"{name}_proxy" for name in ("http", "https", "all", "no")),
)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Be in an empty folder, with nothing in the environment."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def authority():
    """The authority of the servers' certificates."""
    return Authority()


@pytest.fixture(scope="session")
def other_authority():
    """An authority that nothing trusts."""
    return Authority("other-ca")


# servers


@pytest.fixture
def plain():
    """An API server without TLS."""
    with serve() as served:
        yield served


@pytest.fixture
def context_of(tmp_path):
    """Return the TLS settings of a server with an identity."""

    def build(identity, trusts=b""):
        folder = tmp_path / "server"
        folder.mkdir(exist_ok=True)
        (folder / "pem").write_bytes(identity.certificate + identity.key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "pem")
        if trusts:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=trusts.decode())
        return context

    return build


@pytest.fixture
def secure(authority, context_of):
    """An API server with TLS for `localhost` and `cluster.invalid`, and ca.crt next to it."""
    identity = authority.issue("server", "localhost", "cluster.invalid")
    with serve(context_of(identity, trusts=authority.pem)) as served:
        yield served


@pytest.fixture
def serving_as(context_of):
    """Run a server that has an identity."""
    return lambda identity: serve(context_of(identity))


@pytest.fixture
def proxy(secure):
    """A proxy before the API server with TLS."""
    made = Proxy(secure.port)
    yield made
    made.close()


# kubeconfigs


@pytest.fixture
def write(here, authority):
    """Write a kubeconfig with one context and return its path; `ca.crt` is next to it."""
    (here / "ca.crt").write_bytes(authority.pem)

    def kubeconfig(cluster=None, user=None, *, name="config", **top):
        text = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(text | top))
        return path

    return kubeconfig


@pytest.fixture
def user_of(write, secure):
    """Write a kubeconfig for the API server with TLS and a user, and return its path."""
    return lambda **user: write({"server": secure.url, "certificate-authority": "ca.crt"}, user)


@pytest.fixture
def connected():
    """Connect with a kubeconfig; the client is closed in the end."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(connect(*arguments, **options))


@pytest.fixture
def get():
    """Send one request with a client, as the engine does."""

    def send(client):
        with answers(Asked("get", "version")):
            Wire(client).send("GET", "/version")

    return send


@pytest.fixture
def ask(get):
    """Connect with a kubeconfig and send one request."""

    def send(path=None, context=None, **options):
        with connect(path, context, **options) as client:
            get(client)

    return send


@pytest.fixture
def script(here):
    """Write an executable script and return its path."""

    def written(text, name="plugin"):
        path = here / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return written


@pytest.fixture
def quick():
    """A clock whose sleep takes no time."""
    slept = [0.0]
    return replace(SYSTEM, monotonic=lambda: sum(slept), sleep=slept.append)
