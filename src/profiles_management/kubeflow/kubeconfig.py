"""The cluster that a person means: a kubeconfig, a context, or what the environment says.

A kubeconfig holds credentials: no message ever has anything of its contents but the names of contexts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import msgspec
import yaml
from lightkube import Client, KubeConfig
from lightkube.config.kubeconfig import DEFAULT_KUBECONFIG, SERVICE_ACCOUNT, SingleConfig
from lightkube.config.models import User
from lightkube.core.exceptions import ConfigError

from profiles_management.kubeflow.names import MANAGER
from profiles_management.pmr.problems import ClusterError

PATIENCE = 30.0
_LONGEST_CONNECT = 5.0  # a cluster that is there accepts a connection at once

_BROKEN = (
    yaml.YAMLError,
    msgspec.MsgspecError,
    ConfigError,
    httpx2.InvalidURL,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def connect(path: Path | None = None, context: str | None = None, *, timeout: float = PATIENCE) -> Client:
    """Return a client; nothing is sent yet.

    Args:
        path: a kubeconfig; by default that of KUBECONFIG, else that of the pod we run in, else ~/.kube/config.
        context: its context; by default the current one.
        timeout: how many seconds one request may take.

    Raises:
        ClusterError: there is none, it cannot be read, or it does not hold the context.
    """
    if path is None and context is None and _in_pod():
        with _told(SERVICE_ACCOUNT):
            return _client(KubeConfig.from_service_account().get(), timeout)
    chosen = path or _from_environment()
    with _told(str(chosen)):
        text = chosen.expanduser().read_text(encoding="utf-8")
        config = KubeConfig.from_dict(yaml.safe_load(text), fname=chosen.expanduser())
    name = _context(config, context, chosen)
    with _told(str(chosen)):
        return _client(config.get(name), timeout)


def _in_pod() -> bool:
    return not os.environ.get("KUBECONFIG") and bool(os.environ.get("KUBERNETES_SERVICE_HOST"))


def _from_environment() -> Path:
    named = [Path(one) for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    there = [one for one in named if one.expanduser().exists()]
    if len(there) > 1:
        raise ClusterError(f"KUBECONFIG names {len(there)} files. Name one of them with --kubeconfig.")
    if there or named:
        return (there or named)[0]
    default = Path(DEFAULT_KUBECONFIG).expanduser()
    if not default.exists():
        raise ClusterError(
            "No cluster is configured. Set KUBECONFIG, or name a kubeconfig or a folder (--kubeconfig, --directory)."
        )
    return default


def _context(config: KubeConfig, wanted: str | None, path: Path) -> str:
    name = wanted or config.current_context
    if not name:
        raise ClusterError(f"The kubeconfig {path} has no current context. Name one with --context.{_known(config)}")
    if name not in config.contexts:
        raise ClusterError(f"The kubeconfig {path} has no context {name!r}.{_known(config)}")
    meant = config.contexts[name]
    if meant.cluster not in config.clusters or (meant.user and meant.user not in config.users):
        raise ClusterError(f"The context {name!r} of the kubeconfig {path} names a cluster or user that is not in it.")
    return name


def _known(config: KubeConfig) -> str:
    return f" It has: {', '.join(sorted(config.contexts))}." if config.contexts else ""


def _client(config: SingleConfig | None, timeout: float) -> Client:
    if config is None:
        raise ConfigError("no context")
    # lightkube wants a user even where a cluster asks for none
    patience = httpx2.Timeout(timeout, connect=min(timeout, _LONGEST_CONNECT))
    return Client(config._replace(user=config.user or User()), field_manager=MANAGER, timeout=patience)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn what can be wrong with a kubeconfig into one line that repeats nothing of it."""
    try:
        yield
    except OSError as error:
        same = error.filename is None or str(error.filename) == str(Path(path).expanduser())
        what = f"The kubeconfig {path}" if same else f"{error.filename}, which the kubeconfig {path} names,"
        why = (error.strerror or "its certificates are not valid").lower()
        raise ClusterError(f"{what} cannot be used: {why}.") from None
    except _BROKEN:
        raise ClusterError(f"The kubeconfig {path} is not valid. Look at it with: kubectl config view") from None
