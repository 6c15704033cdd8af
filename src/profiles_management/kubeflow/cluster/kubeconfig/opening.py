"""A client for the server and the user of a kubeconfig or a pod."""

import os
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
from lightkube import Client
from lightkube.config.kubeconfig import SingleConfig
from lightkube.config.models import Cluster, Context
from lightkube.config.models import User as Nobody

from profiles_management.kubeflow.cluster.kubeconfig import tls
from profiles_management.kubeflow.cluster.kubeconfig.authorization import (
    Authorization,
    Issuer,
    Source,
    TokenFile,
    basic,
    bearer,
    token_in,
)
from profiles_management.kubeflow.cluster.kubeconfig.connections import Connections
from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster.kubeconfig.users import User
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.objects.naming import MANAGER
from profiles_management.reconcile.clock import Clock

if TYPE_CHECKING:
    from profiles_management.kubeflow.cluster.kubeconfig.issued import Issued
    from profiles_management.kubeflow.cluster.kubeconfig.proxies import Proxy

_LONGEST_CONNECT = 5.0  # a cluster that is there accepts a connection at once


def open_client(
    server: Server, user: User, context: str = "", *, timeout: float, clock: Clock
) -> Client:
    """Return a client; a plugin is run, and nothing is sent yet.

    lightkube shows credentials in its reprs, and ignores many fields of a kubeconfig. So it gets
    only the address, and a transport that uses the other fields.

    Args:
        server: the server.
        user: the credentials.
        context: the name of the context; empty in a pod.
        timeout: seconds for one request.
        clock: measures when credentials expire.

    Raises:
        ClusterError: credentials or certificates cannot be used.
    """
    patience = httpx2.Timeout(timeout, connect=min(timeout, _LONGEST_CONNECT))
    connections = Connections(
        server, _proxy(server), lambda: _trusting(server, user), tls.variable(os.environ)
    )
    source = _source(server, user, connections, timeout, clock)
    config = _config(server, user, context)
    client = Client(
        config, field_manager=MANAGER, timeout=patience, transport=connections, trust_env=False
    )
    _prepare(client, server, user, source)
    return client


def _config(server: Server, user: User, context: str) -> SingleConfig:
    """Return the names and the address, without credentials; client_description reads them."""
    return SingleConfig(
        context,
        Context(cluster="", user=user.name),
        # insecure: lightkube's own TLS context is not used, so it need not read certificates
        Cluster(server=server.url, insecure=True),
        Nobody(),
        fname=Path(server.entry.file) if server.entry is not None else None,
    )


def _prepare(client: Client, server: Server, user: User, source: Source) -> None:
    http: httpx2.Client = client._client._client  # noqa: SLF001 - there is no public way
    http.auth = Authorization(source, server.name, user.namespace)
    http.headers = httpx2.Headers([*http.headers.raw, *user.headers])
    if not server.compressed:
        http.headers["Accept-Encoding"] = "identity"


def _proxy(server: Server) -> "Proxy | None":
    if not server.proxy and not any(name.upper().endswith("_PROXY") for name in os.environ):
        return None
    # few users need a proxy
    from profiles_management.kubeflow.cluster.kubeconfig.proxies import proxy_of  # noqa: PLC0415

    return proxy_of(server, os.environ)


def _trusting(server: Server, user: User) -> ssl.SSLContext:
    context = tls.trusting(server, os.environ)
    if server.encrypted and user.certificate:
        tls.show(context, user.certificate, user.key, _refusal(user))
    return context


def _source(
    server: Server, user: User, connections: Connections, timeout: float, clock: Clock
) -> Source:
    if user.token_file is not None:
        path, refusal = user.token_file, _refusal(user, "tokenFile")
        return TokenFile(lambda: token_in(path, refusal), user.token, clock)
    if user.token:
        return Source(bearer(user.token))
    if user.login or server.user:
        return Source(basic(user.login or server.user))
    if user.plugin is not None:
        return _issuer(server, user, connections, timeout, clock)
    return Source("")


def _issuer(
    server: Server, user: User, connections: Connections, timeout: float, clock: Clock
) -> Issuer:
    # few kubeconfigs have a plugin
    from profiles_management.kubeflow.cluster.kubeconfig import execution  # noqa: PLC0415

    plugin = user.plugin
    if plugin is None:
        raise AssertionError("only for a user with a plugin")

    def use(issued: "Issued") -> None:
        if server.encrypted and issued.certificate:
            connections.show(
                lambda context: tls.show(context, issued.certificate, issued.key, plugin.refusal)
            )

    return Issuer(lambda: execution.run(plugin, server, patience=timeout), use, clock)


def _refusal(user: User, key: str = "") -> Callable[[str], ClusterError]:
    entry = user.entry
    if entry is None:
        return lambda what: ClusterError(f"The service account of the pod {what}")
    return lambda what: entry.refusal(key, what)
