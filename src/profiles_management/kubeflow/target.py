"""Kubeflow's targets: a cluster, or a folder of manifests."""

from typing import TYPE_CHECKING, Protocol

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.reconcile.target import WriteTarget

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
