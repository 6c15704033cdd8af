"""The cluster that we run in, with the service account of our pod.

Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from collections.abc import Mapping
from pathlib import Path

from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster.kubeconfig.users import User
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.permissions.caller import subject
from profiles_management.pmr.redaction import shown

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_HOST, _PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"


def is_there(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> bool:
    """Whether we run in a pod that may talk to its cluster."""
    return (
        bool(environment.get(_HOST))
        and bool(environment.get(_PORT))
        and (folder / "token").is_file()
    )


def select(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> tuple[Server, User]:
    """Return the server and the service account of our pod.

    Raises:
        ClusterError: the certificates to trust cannot be read.
    """
    host, port = environment[_HOST], environment[_PORT]
    try:
        ca = (folder / "ca.crt").read_bytes()
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise ClusterError(f"{shown(folder / 'ca.crt')} cannot be read: {why}.") from None
    address = f"[{host}]" if ":" in host else host
    server = Server(f"https://{address}:{port}", host, "the service account of the pod", ca=ca)
    token, namespace = folder / "token", _text(folder / "namespace")
    return server, User(name=subject(_text(token)), token_file=token, namespace=namespace)


def _text(file: Path) -> str:
    """Return what a file says; the token is read again when it is sent, so a file that cannot be read is no error."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        return ""
