"""The server and the user of a context in a kubeconfig.

Source: client_config.go of k8s.io/client-go/tools/clientcmd.
"""

from collections.abc import Mapping

from profiles_management.kubeflow.cluster.kubeconfig.entries import Entry
from profiles_management.kubeflow.cluster.kubeconfig.kubeconfig_files import Kubeconfig
from profiles_management.kubeflow.cluster.kubeconfig.servers import Server, is_loopback, server_of
from profiles_management.kubeflow.cluster.kubeconfig.users import User, user_of
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.reconcile.lines import printable


def select(config: Kubeconfig, wanted: str | None) -> tuple[Server, User, str]:
    """Return the server and the user of a context, and its name.

    Args:
        config: the kubeconfig.
        wanted: the name of the context; by default the current one.

    Raises:
        ClusterError: there is no such context, or it cannot be used.
    """
    context = _entry(config, "context", _context_name(config, wanted))
    cluster, user = _named(config, context, "cluster"), _named(config, context, "user")
    if cluster is None:
        raise context.refusal("", "names no cluster.")
    server = server_of(cluster)
    chosen = user_of(user) if user is not None else User()
    _check_encryption(server, chosen, cluster)
    return server, chosen, context.name


def _context_name(config: Kubeconfig, wanted: str | None) -> str:
    if not any(config.entries.values()):
        raise ClusterError(
            f"The {config} contains no clusters, users or contexts. "
            "Name another one with --kubeconfig."
        )
    name = wanted or config.current
    if name in config.entries["context"]:
        return name
    raise ClusterError(f"The {config} has {_missing(config, wanted)}{_contexts(config)}")


def _missing(config: Kubeconfig, wanted: str | None) -> str:
    """Return which context a kubeconfig lacks, as the rest of a sentence."""
    if wanted:
        return f"no context {printable(repr(wanted))}."
    if not config.current:
        return "no current context. Name one with --context."
    name = printable(repr(config.current))
    return f"no context {name}, which is its current one ({_place(config)})."


def _contexts(config: Kubeconfig) -> str:
    """Return a sentence with the names of all contexts, '' where there are none."""
    names = ", ".join(map(printable, sorted(config.entries["context"])))
    if not names:
        return ""
    return f" It has: {names}."


def _place(config: Kubeconfig) -> str:
    """Return the line of the current context, with the file if there are several."""
    line = f"line {config.current_line}"
    if len(config.files) == 1:
        return line
    return f"{config.current_file}, {line}"


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
    """Refuse to send credentials without encryption to another machine.

    kubectl never sends credentials over http.
    """
    if server.encrypted or is_loopback(server.host):
        return
    if any((user.token, user.token_file, user.login, user.plugin, server.user)):
        raise cluster.refusal(
            "server",
            "is http, and credentials are not sent over it. "
            "Write https://, or use a context without a user.",
        )
