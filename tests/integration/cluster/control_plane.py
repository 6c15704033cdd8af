"""A control plane on loopback: etcd, kube-apiserver with RBAC and kube-controller-manager."""

from __future__ import annotations

import base64
import secrets
import shutil
import socket
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from integration.cluster.build import Say, built
from integration.cluster.processes import Child, Died
from integration.cluster.waiting import wait_for

ADMIN = "admin"
_CONTROLLERS = (
    "namespace-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
    "resourcequota-controller",
    "garbage-collector-controller",
    "clusterrole-aggregation-controller",
    "root-ca-certificate-publisher-controller",
)
_ROOM = 8 * 2**30  # bytes; etcd's own 2 GB is less than 250,000 objects, written a few times, take
_STARTS = 3
# seconds; one that begins with 270,000 objects reads them first, and who dies is seen at once
_READY_WITHIN = 300.0


class ControlPlane:
    """A running control plane. It ends with its `with` block, or with this process.

    Args:
        prepare: called with the control plane before the controllers start. CRDs belong here: the
            garbage collector looks for new kinds every 30 s only, and until then deletes no
            dependents of these kinds.
        say: called with a line of text before each long step.
        controllers: whether to start kube-controller-manager; without it only the tests send
            requests.
        data: data of `save`, of which this control plane starts with a copy.
        flags: further flags of kube-apiserver.

    Attributes:
        kubeconfig: of an administrator.
        folder: keys, data and logs; removed at the end unless `keep` is set.
        keep: whether to keep the folder, for its logs.
    """

    def __init__(
        self,
        prepare: Callable[[Self], object] = lambda plane: None,
        say: Say = lambda line: None,
        *,
        controllers: bool = True,
        data: Path | None = None,
        flags: Iterable[str] = (),
    ) -> None:
        self.programs = built(say)
        self.folder = Path(tempfile.mkdtemp(prefix="profiles-cluster-"))
        self.folder.chmod(0o700)
        self.kubeconfig = self.folder / "kubeconfig"
        self.kubectl = self.programs / "kubectl"
        self._prepare = prepare
        self._controllers, self._begins_with = controllers, data
        self._flags = tuple(flags)
        self.keep = False
        self._children: list[Child] = []
        self._start_somehow(say)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def logs(self) -> Path:
        """The folder that the logs are in."""
        return self.folder / "logs"

    @property
    def etcd(self) -> str:
        """The address of etcd, for clients and metrics."""
        return f"http://127.0.0.1:{self._etcd_port}"

    @contextmanager
    def no_api_server(self) -> Iterator[None]:
        """Have none for a while."""
        self.kill_api_server()
        try:
            yield
        finally:
            self.start_api_server()

    def kill_api_server(self) -> None:
        """Kill kube-apiserver at once; call `start_api_server` afterwards."""
        next(child for child in self._children if child.name == "kube-apiserver").end()

    def start_api_server(self) -> None:
        """Start it again, on the same port and the same data, and wait until it answers."""
        at = next(
            number for number, child in enumerate(self._children) if child.name == "kube-apiserver"
        )
        self._children[at] = self._api_server()
        self._wait_for_api_server()

    def save(self, data: Path) -> None:
        """End every process and keep the data of etcd for another control plane."""
        self._end_children()
        shutil.copytree(self.folder / "etcd", data)

    def end(self) -> None:
        """End every process and remove its files."""
        self._end_children()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _end_children(self) -> None:
        for child in reversed(self._children):
            child.end()
        self._children.clear()

    # starting

    def _start_somehow(self, say: Say) -> None:
        """Another process may take a port between our look and our use of it: then try others."""
        for attempt in range(1, _STARTS + 1):
            try:
                self._start()
            except Died as death:
                self.keep = attempt == _STARTS
                say(str(death))
                self.end()
                if self.keep:
                    raise
            except BaseException:
                self.keep = True
                self.end()
                raise
            else:
                return

    def _start(self) -> None:
        for name in ("etcd", "tls", "logs"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        if self._begins_with is not None:
            shutil.copytree(self._begins_with, self.folder / "etcd", dirs_exist_ok=True)
        self._token = secrets.token_urlsafe(24)
        self._etcd_port, self._peer_port, self._port = _free_ports(3)
        self._write("tokens", f"{self._token},{ADMIN},{ADMIN},system:masters\n")
        self._write("service-accounts.key", _private_key())
        self._child("etcd", *self._etcd_flags())
        self._children.append(self._api_server())
        self._wait_for_api_server()
        self._write("kubeconfig", self._kubeconfig_text())
        self._prepare(self)
        if self._controllers:
            self._child("kube-controller-manager", *self._controller_flags())

    def _child(self, name: str, *flags: str) -> None:
        self._children.append(self._launched(name, *flags))

    def _launched(self, name: str, *flags: str) -> Child:
        return Child(name, [str(self.programs / name), *flags], self.logs / f"{name}.log")

    def _etcd_flags(self) -> list[str]:
        client, peer = self.etcd, f"http://127.0.0.1:{self._peer_port}"
        return [
            *("--data-dir", str(self.folder / "etcd")),
            "--unsafe-no-fsync",
            *("--quota-backend-bytes", str(_ROOM)),
            *("--log-level", "warn"),
            *("--listen-client-urls", client),
            *("--advertise-client-urls", client),
            *("--listen-peer-urls", peer),
            *("--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"default={peer}"),
        ]

    def _api_server(self) -> Child:
        """Start the API server, which creates its TLS certificate and authority in `tls`."""
        return self._launched(
            "kube-apiserver",
            *("--etcd-servers", self.etcd),
            *("--bind-address", "127.0.0.1"),
            *("--advertise-address", "127.0.0.1"),
            *("--secure-port", str(self._port)),
            *("--endpoint-reconciler-type", "none"),
            *("--cert-dir", str(self.folder / "tls")),
            *("--token-auth-file", str(self.folder / "tokens")),
            *("--authorization-mode", "RBAC"),
            *("--service-account-issuer", "https://kubernetes.default.svc"),
            *("--service-account-key-file", str(self.folder / "service-accounts.key")),
            *("--service-account-signing-key-file", str(self.folder / "service-accounts.key")),
            *("--service-cluster-ip-range", "10.0.0.0/16"),
            *self._flags,
        )

    def _controller_flags(self) -> list[str]:
        return [
            *("--kubeconfig", str(self.kubeconfig)),
            *("--secure-port", "0"),
            "--leader-elect=false",
            "--use-service-account-credentials=true",
            *("--service-account-private-key-file", str(self.folder / "service-accounts.key")),
            *("--root-ca-file", str(self._authority)),
            *("--controllers", ",".join(_CONTROLLERS)),
        ]

    @property
    def _authority(self) -> Path:
        return self.folder / "tls" / "apiserver.crt"

    def _wait_for_api_server(self) -> None:
        wait_for("kube-apiserver to be ready", self._is_ready, seconds=_READY_WITHIN)

    def _is_ready(self) -> bool:
        for child in self._children:
            child.alive()
        if not self._authority.exists():
            return False
        request = urllib.request.Request(
            f"https://127.0.0.1:{self._port}/readyz",
            headers={"Authorization": f"Bearer {self._token}"},
        )
        try:
            context = ssl.create_default_context(cafile=str(self._authority))
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
            )
            with opener.open(request, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def _kubeconfig_text(self) -> str:
        authority = base64.b64encode(self._authority.read_bytes()).decode()
        return (
            "apiVersion: v1\nkind: Config\n"
            f'clusters: [{{name: tests, cluster: {{server: "https://127.0.0.1:{self._port}", '
            f"certificate-authority-data: {authority}}}}}]\n"
            f'users: [{{name: {ADMIN}, user: {{token: "{self._token}"}}}}]\n'
            f"contexts: [{{name: tests, context: {{cluster: tests, user: {ADMIN}}}}}]\n"
            "current-context: tests\n"
        )

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _private_key() -> str:
    """Return a new P-256 key in PEM, to sign service accounts' tokens with.

    The public half is left out, Go works it out. Source: RFC 5915, ECPrivateKey.
    """
    number = (secrets.randbelow(_P256_ORDER - 1) + 1).to_bytes(32)
    body = bytes.fromhex("020101 0420") + number + bytes.fromhex("a00a06082a8648ce3d030107")
    der = bytes([0x30, len(body)]) + body
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.encodebytes(der).decode()}-----END EC PRIVATE KEY-----\n"
