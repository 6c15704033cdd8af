"""API servers on loopback, with and without TLS, kubeconfigs that name them, and what reached the servers."""

import datetime
import ipaddress
import json
import socket
import socketserver
import ssl
import stat
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from profiles_management.kubeflow.answers import answers
from profiles_management.kubeflow.kubeconfig import connect
from profiles_management.kubeflow.wire import Wire
from profiles_management.reconcile.clock import SYSTEM

VARIABLES = (
    *("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "SSL_CERT_FILE", "SSL_CERT_DIR"),
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


# certificates


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, in PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Issues certificates."""

    def __init__(self, name="test-ca"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.pem = self._signed(self._name, self._key, ca=True).public_bytes(serialization.Encoding.PEM)

    def issue(self, name, *hosts, days=30, password=None):
        """Return an identity for a person, or for a server that has these host names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self._signed(subject, key, hosts, days=days)
        locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        return Identity(certificate.public_bytes(serialization.Encoding.PEM), private)

    def _signed(self, subject, key, hosts=(), *, ca=False, days=30):
        now = datetime.datetime.now(datetime.UTC)
        begin, end = sorted([now - datetime.timedelta(days=1), now + datetime.timedelta(days=days)])
        builder = x509.CertificateBuilder(
            self._name, subject, key.public_key(), x509.random_serial_number(), begin, end
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(map(_host, hosts)), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _host(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@pytest.fixture(scope="session")
def authority():
    """The authority of the servers' certificates."""
    return Authority()


@pytest.fixture(scope="session")
def other_authority():
    """An authority that nothing trusts."""
    return Authority("other-ca")


# servers


@dataclass
class Seen:
    """One request that reached a server."""

    path: str
    headers: list
    client: dict | None = None

    def header(self, name):
        """Return the values of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def authorization(self):
        """Return what authenticated it; empty where nothing did."""
        return "".join(self.header("Authorization"))


@dataclass
class Served:
    """A server; it answers 401 while `refuses` is true of a request."""

    url: str
    seen: list = field(default_factory=list)
    refuses: object = staticmethod(lambda request: False)

    @property
    def port(self):
        """The port that it listens on."""
        return int(self.url.rpartition(":")[2])


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing: a handshake that fails is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        certificate = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        request = Seen(self.path, self.headers.items(), certificate)
        self.server.served.seen.append(request)
        code, body = (401, b"Unauthorized") if self.server.served.refuses(request) else (200, b'{"major":"1"}')
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(context=None):
    """Run a server on a free port of loopback."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.served = Served(f"http{'s' if context else ''}://localhost:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def plain():
    """An API server without TLS."""
    with serve() as served:
        yield served


@pytest.fixture
def context_of(tmp_path):
    """Return what a server with an identity needs."""

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
    """An API server with TLS whose certificate is for `localhost` and `cluster.invalid`; ca.crt is beside it."""
    identity = authority.issue("server", "localhost", "cluster.invalid")
    with serve(context_of(identity, trusts=authority.pem)) as served:
        yield served


@pytest.fixture
def serving_as(context_of):
    """Run a server that has an identity."""
    return lambda identity: serve(context_of(identity))


class Proxy:
    """A proxy that leads every CONNECT to one port of loopback, or answers it with a code."""

    def __init__(self, port):
        self.port_behind = port
        self.code = 200
        self.reason = "Whatever"
        self.asked = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Accept nobody any more."""
        self._listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                client.close()
                return
            head += piece
        self.asked.append(head.decode())
        with client:
            client.sendall(f"HTTP/1.1 {self.code} {self.reason}\r\nContent-Length: 0\r\n\r\n".encode())
            if self.code == 200:
                with socket.create_connection(("127.0.0.1", self.port_behind)) as behind:
                    back = threading.Thread(target=_pump, args=(behind, client), daemon=True)
                    back.start()
                    _pump(client, behind)
                    back.join()


def _pump(source, sink):
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.fixture
def proxy(secure):
    """A proxy before the API server with TLS."""
    made = Proxy(secure.port)
    yield made
    made.close()


# kubeconfigs


@pytest.fixture
def write(here, authority):
    """Write a kubeconfig with one context and return its path; `ca.crt` lies beside it."""
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
        with answers("get version"):
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
