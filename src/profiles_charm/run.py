"""One run of the charm: what statuses, answers of actions and telemetry report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from profiles_charm import sources
from profiles_charm.portal_as_target import PortalAsTarget
from profiles_charm.target_result import TargetResult
from profiles_management import ProfilesError, Settings
from profiles_management.reconcile.plan import Frozen
from profiles_management.sources import Gathered, Reading

NOTHING_ALLOWED: Mapping[str, bool] = {}
"""What a run that nobody asked for may do in addition, by the names of settings."""


class Inputs(NamedTuple):
    """What a run works with."""

    settings: Settings
    gathered: Gathered
    portal: PortalAsTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(TargetResult):
    """The result of one run: on the cluster, and all else.

    Attributes:
        now: the moment at which it ended, with a zone.
        gathered: what the sources said; None if the options could not be read.
        contributors: number of contributors that the document gives access to.
        since: by name of a frozen source, the moment since which it is frozen.
        seconds: duration of the run.
        requests: number of requests to the Kubernetes API.
        portal: the result on the portal; None without one, or if it did not get the document.
    """

    now: datetime
    gathered: Gathered | None = None
    contributors: int = 0
    since: Mapping[str, datetime] = field(default_factory=dict)
    seconds: float = 0.0
    requests: int = 0
    portal: TargetResult | None = None

    @property
    def frozen(self) -> tuple[Reading, ...]:
        """The sources that are configured and could not be used."""
        if self.gathered is None:
            return ()
        return self.gathered.frozen

    @property
    def commit(self) -> str:
        """The commit in force, '' without Git."""
        if self.gathered is None:
            return ""
        return sources.commit(self.gathered)

    @property
    def kept(self) -> Mapping[str, Frozen]:
        """What stays unchanged because its source cannot be read or is not there.

        By the name of the source, '' where none is recorded.
        """
        if isinstance(self.outcome, ProfilesError):
            return {}
        frozen = self.outcome.plan.frozen
        return {source.source: source for source in frozen if source.profiles}
