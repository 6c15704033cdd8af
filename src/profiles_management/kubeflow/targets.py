"""Kubeflow's targets: a cluster, or a folder of manifests; and how to open one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lightkube import Client

from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.kubeflow.settings import UPSTREAM, Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.lines import printable
from profiles_management.reconcile.target import WriteTarget
from profiles_management.reconcile.target_errors import TargetError

if TYPE_CHECKING:  # an event of the charm needs it only for an error
    from profiles_management.kubeflow.target_description import TargetDescription


class Target(WriteTarget, Protocol):
    """Where profiles live: a cluster, or a folder of manifests."""

    @property
    def description(self) -> "TargetDescription":
        """Which cluster or folder it is."""
        ...

    def observe(self, settings: Settings) -> Observed:
        """Read all that planning looks at.

        Raises:
            ClusterError: it cannot be read.
        """
        ...


Where = Target | Client | Path | str | None


def open_target(
    where: Where = None,
    *,
    settings: Settings = UPSTREAM,
    clock: Clock = SYSTEM,
    plan_only: bool = False,
) -> Target:
    """Return what is meant by a target.

    Args:
        where: a target; a lightkube Client; a folder; or None for the cluster of the environment:
            that of KUBECONFIG, of the pod we run in, or of ~/.kube/config.
        plan_only: whether it is only read; where a permission is missing, the remedy is about
            reading.

    Raises:
        ClusterError: there is no cluster in the environment, or its kubeconfig cannot be used.
    """
    if where is None:
        where = connect(timeout=settings.request_timeout)
    if isinstance(where, Client):
        return Cluster(where, clock=clock, plan_only=plan_only)
    if not isinstance(where, (str, Path)):
        return where
    # An event of the charm never has a folder.
    from profiles_management.kubeflow.folder.directory import Directory  # noqa: PLC0415

    return Directory(Path(where))


@contextmanager
def reached(where: Where, settings: Settings, clock: Clock = SYSTEM) -> Iterator[Target]:
    """Yield what is meant by a target.

    Connections that were opened for it here are closed again.
    """
    target = open_target(where, settings=settings, clock=clock)
    try:
        yield target
    except TargetError as error:
        note = printable(str(target.description))
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        raise
    finally:
        if where is None and isinstance(target, Cluster):
            target.client.close()
