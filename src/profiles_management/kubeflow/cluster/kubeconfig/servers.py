"""The API server of a kubeconfig's cluster, checked as kubectl checks it.

Source: validateClusterInfo and DefaultServerURL of k8s.io/client-go.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry

_NOT_A_URL = "is not a URL. Write it as https://HOST:PORT."


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """An API server, and the options of connections to it.

    Attributes:
        url: without user, password, query and fragment.
        host: its host name or address.
        said: its origin, for messages.
        entry: its entry in the kubeconfig; None in a pod.
        user: the user and the password of the URL, as `user:password`; empty where it has none.
        ca: the certificates to trust, in PEM; empty for those of the system.
        insecure: whether any certificate is trusted.
        name: the name in the certificate, where it is not the host.
        proxy: the proxy to use instead of the environment's.
        compressed: whether answers may be compressed.
    """

    url: str
    host: str
    said: str
    entry: Entry | None = None
    user: str = ""
    ca: bytes = b""
    insecure: bool = False
    name: str = ""
    proxy: str = ""
    compressed: bool = True

    @property
    def encrypted(self) -> bool:
        """Whether the URL is https://."""
        return self.url.startswith("https:")


def server_of(cluster: Entry) -> Server:
    """Return the API server that an entry describes.

    Raises:
        ClusterError: it cannot be used.
    """
    url = _url(cluster)
    ca, insecure = _trust(cluster) if url.scheme == "https" else (b"", False)
    return Server(
        url=f"{url.scheme}://{_authority(url)}{url.path}",
        host=url.hostname or "",
        said=str(cluster),
        entry=cluster,
        user=_login(url),
        ca=ca,
        insecure=insecure,
        name=cluster.text("tls-server-name"),
        proxy=cluster.text("proxy-url"),
        compressed=not cluster.flag("disable-compression"),
    )


def _trust(cluster: Entry) -> tuple[bytes, bool]:
    """Return the certificates to trust, and whether every certificate is trusted."""
    ca = cluster.data_or_content("certificate-authority")
    insecure = cluster.flag("insecure-skip-tls-verify")
    if ca and insecure:
        raise cluster.refusal(
            "insecure-skip-tls-verify",
            "and a certificate-authority exclude each other. Keep one of the two.",
        )
    return ca, insecure


def _authority(url: SplitResult) -> str:
    """Return the host and the port of a URL, without the user."""
    host = url.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return f"{host}:{url.port}" if url.port else host


def _login(url: SplitResult) -> str:
    if not url.username:
        return ""
    return f"{unquote(url.username)}:{unquote(url.password or '')}"


def _url(cluster: Entry) -> SplitResult:
    """Return the server's URL; the default scheme is http, as for kubectl."""
    text = cluster.text("server")
    if not text:
        raise cluster.refusal("", "has no server.")
    if cluster.has_placeholder("server"):
        raise cluster.refusal("server", "has a placeholder. Write the address of the API server.")
    url = url_parts(with_scheme(text))
    if url is None:
        raise cluster.refusal("server", _NOT_A_URL)
    if url.path.strip("/") and "://" not in text:
        raise cluster.refusal(
            "server", "is neither a URL nor HOST:PORT. Write it as https://HOST:PORT/PATH."
        )
    if url.scheme not in ("http", "https"):
        raise cluster.refusal("server", "is a URL of another scheme than https and http.")
    if not url.hostname:
        raise cluster.refusal("server", _NOT_A_URL)
    return url


def with_scheme(text: str) -> str:
    """Return a URL; one without a scheme is of http."""
    if "://" in text:
        return text
    return f"http://{text}"


def url_parts(url: str) -> SplitResult | None:
    """Return the parts of a URL, None for other texts."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if not url.isprintable() or len(url.split()) > 1:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine; names are not looked up."""
    if f".{host.lower()}".endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
