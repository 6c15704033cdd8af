"""What the engine asks of a target: to be looked at, to be written to, and to say whether a condition holds."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.pmr.problems import ClusterError
from profiles_management.reconcile.plan import Condition, Write

if TYPE_CHECKING:  # an event of the charm needs it only for an error
    from profiles_management.kubeflow.target_description import TargetDescription


class WriteError(ClusterError):
    """One write was refused, or got no answer in time.

    Attributes:
        conflict: somebody else changed the object at the same moment. It is worth another try.
        unanswered: no answer came, however often it was tried.
        nameless: the message without names of people and of objects, which contain them; '' where
            there is none.
    """

    def __init__(
        self, message: str, *, conflict: bool = False, unanswered: bool = False, nameless: str = ""
    ) -> None:
        super().__init__(message)
        self.nameless = nameless
        self.conflict = conflict
        self.unanswered = unanswered


class Target(Protocol):
    """Where profiles live: a cluster, or a folder of manifests."""

    @property
    def description(self) -> "TargetDescription":
        """Which cluster or folder it is."""
        ...

    def observe(self, settings: Settings) -> Observed:
        """Read all that planning looks at. Raises ClusterError where it cannot be read."""
        ...

    def send(self, write: Write, *, deadline: float) -> None:
        """Carry a write out. Raises WriteError; gives up at `deadline`, a reading of the monotonic clock."""
        ...

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return those that hold by now. Raises ClusterError where that cannot be told."""
        ...
