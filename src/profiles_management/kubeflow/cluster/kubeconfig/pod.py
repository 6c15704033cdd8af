"""The cluster that this program runs in, with the ServiceAccount of its pod.

Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from collections.abc import Mapping
from pathlib import Path

from profiles_management.kubeflow.cluster.kubeconfig.servers import Server
from profiles_management.kubeflow.cluster.kubeconfig.users import User
from profiles_management.kubeflow.cluster_errors import ClusterError, reason_of
from profiles_management.kubeflow.permissions.caller import subject
from profiles_management.pmr.redaction import shown

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_HOST, _PORT = "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"


def is_there(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> bool:
    """Return whether this program runs in a pod with access to its cluster."""
    if not environment.get(_HOST) or not environment.get(_PORT):
        return False
    return (folder / "token").is_file()


def select(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> tuple[Server, User]:
    """Return the server and the ServiceAccount of the pod.

    Raises:
        ClusterError: the certificates to trust cannot be read.
    """
    host, port = environment[_HOST], environment[_PORT]
    try:
        ca = (folder / "ca.crt").read_bytes()
    except OSError as error:
        why = reason_of(error, "unknown")
        raise ClusterError(f"{shown(folder / 'ca.crt')} cannot be read: {why}.") from None
    address = f"[{host}]" if ":" in host else host
    server = Server(f"https://{address}:{port}", host, "the service account of the pod", ca=ca)
    token, namespace = folder / "token", _text(folder / "namespace")
    return server, User(name=subject(_text(token)), token_file=token, namespace=namespace)


def _text(file: Path) -> str:
    """Return the content of a file, '' if it cannot be read; requests read the token again."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        return ""
