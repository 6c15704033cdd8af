"""Connection to a cluster: of a kubeconfig, of the environment, or of the pod that we run in.

Every field that kubectl uses is used here, or refused by name. No message contains a credential.
"""

import os
from pathlib import Path

from lightkube import Client

from profiles_management.kubeflow.cluster_errors import NoCluster
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
        path: a kubeconfig; by default the files of KUBECONFIG, else the pod's ServiceAccount, else
            ~/.kube/config.
        context: its context; by default the current one.
        timeout: seconds for one request, and for a plugin that cannot ask anybody.
        clock: measures when credentials expire.

    Raises:
        ClusterError: there is no cluster, or it cannot be used as the kubeconfig says.
    """
    # Loaded here: a program with a client of its own does not need these modules.
    from profiles_management.kubeflow.cluster.kubeconfig import pod  # noqa: PLC0415
    from profiles_management.kubeflow.cluster.kubeconfig.opening import open_client  # noqa: PLC0415

    chosen = path is not None or context is not None or bool(os.environ.get("KUBECONFIG"))
    if not chosen and pod.is_there(os.environ):
        server, user = pod.select(os.environ)
        name = ""
    else:
        # not needed in a pod
        from profiles_management.kubeflow.cluster.kubeconfig import (  # noqa: PLC0415
            kubeconfig_files,
            selection,
        )

        server, user, name = selection.select(kubeconfig_files.read(_paths(path)), context)
    return open_client(server, user, name, timeout=timeout, clock=clock)


def context_names(path: Path | None = None) -> list[str]:
    """Return the names of the contexts in a kubeconfig.

    Args:
        path: a kubeconfig; by default the files of KUBECONFIG, else ~/.kube/config.

    Raises:
        ClusterError: there is no kubeconfig, or it cannot be read.
    """
    # not needed in a pod
    from profiles_management.kubeflow.cluster.kubeconfig import kubeconfig_files  # noqa: PLC0415

    return [*kubeconfig_files.read(_paths(path)).entries["context"]]


def _paths(path: Path | None) -> list[Path]:
    # not needed in a pod
    from profiles_management.kubeflow.cluster.kubeconfig import kubeconfig_files  # noqa: PLC0415

    if path is not None:
        return [path.expanduser()]
    named = kubeconfig_files.named_by_environment(os.environ)
    default = kubeconfig_files.DEFAULT.expanduser()
    if not named and not default.exists():
        raise NoCluster(
            "No cluster is configured. Set KUBECONFIG, "
            "or name a kubeconfig or a folder (--kubeconfig, --directory).",
            brief="No cluster is configured",
        )
    return named or [default]
