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


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """An API server, and how a connection to it is made.

    Attributes:
        url: without user, password, query and fragment.
        host: its host name or address.
        said: where it is from, for messages.
        entry: the entry that it is from; None in a pod.
        user: the user and the password that the URL holds, as `user:password`; empty where it holds
            none.
        ca: the certificates to trust, in PEM; empty for those of the system.
        insecure: whether any certificate will do.
        name: the name that the certificate has to be for, where it is not the host.
        proxy: the proxy to use, in place of the environment's.
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
        """Whether it is an https:// URL."""
        return self.url.startswith("https:")


def server_of(cluster: Entry) -> Server:
    """Return the API server that an entry describes.

    Raises:
        ClusterError: it cannot be used.
    """
    url = _url(cluster)
    if url.scheme == "https":
        ca, insecure = (
            cluster.data_or_content("certificate-authority"),
            cluster.flag("insecure-skip-tls-verify"),
        )
        if ca and insecure:
            raise cluster.refusal(
                "insecure-skip-tls-verify",
                "and a certificate-authority exclude each other. Keep one of the two.",
            )
    else:
        ca, insecure = b"", False
    host = url.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    port = f":{url.port}" if url.port else ""
    user = f"{unquote(url.username)}:{unquote(url.password or '')}" if url.username else ""
    return Server(
        url=f"{url.scheme}://{shown}{port}{url.path}",
        host=host,
        said=str(cluster),
        entry=cluster,
        user=user,
        ca=ca,
        insecure=insecure,
        name=cluster.text("tls-server-name"),
        proxy=cluster.text("proxy-url"),
        compressed=not cluster.flag("disable-compression"),
    )


def _url(cluster: Entry) -> SplitResult:
    """Return the server's URL; without a scheme it is http, as for kubectl."""
    text = cluster.text("server")
    if not text:
        raise cluster.refusal("", "has no server.")
    if cluster.has_placeholder("server"):
        raise cluster.refusal("server", "has a placeholder. Write the address of the API server.")
    bare = "://" not in text
    try:
        url = urlsplit(f"http://{text}" if bare else text)
        _ = url.port
    except ValueError:
        raise cluster.refusal("server", "is not a URL. Write it as https://HOST:PORT.") from None
    if bare and url.path.strip("/"):
        raise cluster.refusal(
            "server", "is neither a URL nor HOST:PORT. Write it as https://HOST:PORT/PATH."
        )
    if url.scheme not in ("http", "https"):
        raise cluster.refusal("server", "is a URL of another scheme than https and http.")
    if not url.hostname or any(mark.isspace() or not mark.isprintable() for mark in text):
        raise cluster.refusal("server", "is not a URL. Write it as https://HOST:PORT.")
    return url


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; names are not looked up."""
    if host.lower() == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
