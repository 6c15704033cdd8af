"""What a context of a kubeconfig means: a server and a user.

Source: client_config.go of k8s.io/client-go/tools/clientcmd.
"""

from collections.abc import Mapping

from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry
from profiles_management.kubeflow.cluster.kubeconfig.files import Kubeconfig
from profiles_management.kubeflow.cluster.kubeconfig.servers import Server, is_loopback, server_of
from profiles_management.kubeflow.cluster.kubeconfig.users import User, user_of
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.reconcile.lines import printable


def select(config: Kubeconfig, wanted: str | None) -> tuple[Server, User, str]:
    """Return server and user of a context, and its name; of the current one where none is wanted.

    Raises:
        ClusterError: there is no such context, or it cannot be used.
    """
    context = _entry(config, "context", _context_name(config, wanted))
    cluster, user = _named(config, context, "cluster"), _named(config, context, "user")
    if cluster is None:
        raise context.refusal("", "names no cluster.")
    server = server_of(cluster)
    chosen = User() if user is None else user_of(user)
    _check_encryption(server, chosen, cluster)
    return server, chosen, context.name


def _context_name(config: Kubeconfig, wanted: str | None) -> str:
    known = config.entries["context"]
    has = f" It has: {', '.join(map(printable, sorted(known)))}." if known else ""
    if not any(config.entries.values()):
        raise ClusterError(
            f"The {config} holds no clusters, users and contexts. Name another one with --kubeconfig."
        )
    name = wanted or config.current
    if not name:
        raise ClusterError(f"The {config} has no current context. Name one with --context.{has}")
    if name not in known:
        current = "" if wanted else f", which is its current one ({_place(config)})"
        raise ClusterError(f"The {config} has no context {printable(repr(name))}{current}.{has}")
    return name


def _place(config: Kubeconfig) -> str:
    """Return where the current context is named; the file is named already where there is one."""
    line = f"line {config.current_line}"
    return f"{config.current_file}, {line}" if len(config.files) > 1 else line


def _named(config: Kubeconfig, context: Entry, kind: str) -> Entry | None:
    name = context.text(kind)
    if not name:
        return None
    if name not in config.entries[kind]:
        what = f"names a cluster or user that is not in it: {kind} {printable(repr(name))}."
        raise context.refusal("", what, at=kind)
    return _entry(config, kind, name)


def _entry(config: Kubeconfig, kind: str, name: str) -> Entry:
    entry = config.entries[kind][name]
    if (kind, name) in config.doubled:
        raise entry.refusal("", "is defined twice. Remove one of the two, or rename it.")
    if not isinstance(entry.fields, Mapping):
        raise entry.refusal("", "is not a mapping.")
    return entry


def _check_encryption(server: Server, user: User, cluster: Entry) -> None:
    """Refuse to send credentials in the clear to another machine; kubectl sends none over http at all."""
    sent = user.token or user.token_file or user.login or user.plugin or server.user
    if sent and not server.encrypted and not is_loopback(server.host):
        raise cluster.refusal(
            "server",
            "is http, and credentials are not sent over it. Write https://, or use a context without a user.",
        )
