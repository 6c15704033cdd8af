"""The cluster that is meant: that of a kubeconfig and a context, that of the environment, or that of our pod.

What kubectl obeys in a kubeconfig is obeyed here, or refused by name. No message holds a
credential.
"""

import os
from pathlib import Path

from lightkube import Client

from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.reconcile.clock import SYSTEM, Clock

PATIENCE = 30.0


def connect(
    path: Path | None = None,
    context: str | None = None,
    *,
    timeout: float = PATIENCE,
    clock: Clock = SYSTEM,
) -> Client:
    """Return a client. A plugin of the kubeconfig is run; nothing is sent to the cluster yet.

    Args:
        path: a kubeconfig; by default those of KUBECONFIG, else that of the pod we run in, else
            ~/.kube/config.
        context: its context; by default the current one.
        timeout: how many seconds one request may take, and a plugin that has nobody to ask.
        clock: what the expiry of credentials is measured with.

    Raises:
        ClusterError: there is no cluster, or it cannot be used as the kubeconfig says.
    """
    # Loaded here: who hands in a client of their own needs none of it.
    from profiles_management.kubeflow.cluster.kubeconfig import pod  # noqa: PLC0415
    from profiles_management.kubeflow.cluster.kubeconfig.opening import open_client  # noqa: PLC0415

    meant = path is not None or context is not None or bool(os.environ.get("KUBECONFIG"))
    if not meant and pod.is_there(os.environ):
        server, user = pod.select(os.environ)
        name = ""
    else:
        from profiles_management.kubeflow.cluster.kubeconfig import files, selection  # noqa: PLC0415 - not needed in a pod

        server, user, name = selection.select(files.read(_paths(path)), context)
    return open_client(server, user, name, timeout=timeout, clock=clock)


def context_names(path: Path | None = None) -> list[str]:
    """Return the names of the contexts in a kubeconfig; by default in those of KUBECONFIG, or in ~/.kube/config.

    Raises:
        ClusterError: there is no kubeconfig, or it cannot be read.
    """
    from profiles_management.kubeflow.cluster.kubeconfig import files  # noqa: PLC0415 - not needed in a pod

    return [*files.read(_paths(path)).entries["context"]]


def _paths(path: Path | None) -> list[Path]:
    from profiles_management.kubeflow.cluster.kubeconfig import files  # noqa: PLC0415 - not needed in a pod

    if path is not None:
        return [path.expanduser()]
    named = files.named_by_environment(os.environ)
    default = files.DEFAULT.expanduser()
    if not named and not default.exists():
        raise ClusterError(
            "No cluster is configured. Set KUBECONFIG, or name a kubeconfig or a folder (--kubeconfig, --directory)."
        )
    return named or [default]
