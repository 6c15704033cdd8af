"""A cluster or a folder with settings and a document: what the engine runs on."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.planning import planner
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.state import adoption, ownership
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.targets import Target
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import Problem, SettingsError
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.plan import Condition, Plan, Write
from profiles_management.reconcile.report import Report

if TYPE_CHECKING:
    from profiles_management.kubeflow.planning.gateway_choice import Choice
    from profiles_management.kubeflow.target_description import TargetDescription


class SettingsTarget:
    """A cluster or a folder with settings: what a plan is applied to."""

    def __init__(self, target: Target, settings: Settings, clock: Clock) -> None:
        self.target = target
        self.settings = settings
        self.clock = clock

    @property
    def description(self) -> "TargetDescription":
        """Which cluster or folder it is."""
        return self.target.description

    def send(self, write: Write, *, deadline: float) -> None:
        """Send a write."""
        self.target.send(write, deadline=deadline)

    def met(self, conditions: Collection[Condition]) -> frozenset[Condition]:
        """Return the conditions that hold now."""
        return self.target.met(conditions)

    def overdue(
        self, awaited: Collection[Condition], left: Collection[Condition], seconds: float
    ) -> Collection[Problem]:
        """Return warnings about conditions that a run waited for without success."""
        return self.target.overdue(awaited, left, seconds)

    def publish(self, report: Report) -> Report:
        """Write the Events of a run, where the settings ask for them."""
        if self.settings.events == "off" or not isinstance(self.target, Cluster):
            return report
        from profiles_management.kubeflow.cluster.send_events import tell  # noqa: PLC0415 - seldom used

        return tell(report, self.target, self.settings, self.clock)

    def observe(self) -> Observed:
        """Return the target as it is for a plan.

        Raises:
            SettingsError: standalone mode would begin in a cluster that has Kubeflow.
            ClusterError: the target cannot be read.
        """
        observed = self.target.observe(self.settings)
        if self._begins_standalone(observed) and self._has_kubeflow():
            raise SettingsError(
                "is for a cluster without Kubeflow, and this cluster has Kubeflow's Profiles. "
                "Leave it out, or pass --allow-kubeflow too (charm: allow-kubeflow=true).",
                setting="standalone",
            )
        return observed

    def _begins_standalone(self, observed: Observed) -> bool:
        """Return whether this is the first run in standalone mode, which needs no Kubeflow."""
        if not self.settings.standalone or self.settings.allow_kubeflow:
            return False
        return not ownership.is_begun(observed, self.settings)

    def _has_kubeflow(self) -> bool:
        return isinstance(self.target, Cluster) and self.target.has_profiles()


class DocumentTarget(SettingsTarget):
    """A cluster or a folder with settings and the document that it is to match."""

    def __init__(
        self,
        target: Target,
        settings: Settings,
        clock: Clock,
        pmr: ProfilesManagementRepresentation,
    ) -> None:
        super().__init__(target, settings, clock)
        self.pmr = pmr

    def plan(self, observed: Observed, now: datetime) -> Plan:
        """Return every change that leads from `observed` to the document.

        Args:
            now: with a zone.

        Raises:
            ClusterError: what only some documents need cannot be read.
        """
        if not self.settings.detect_gateways:
            return self._planned(observed, self.settings, now)
        observed, choice = self._detected(observed)
        return choice.applied_to(self._planned(observed, choice.settings, now))

    def _planned(self, observed: Observed, settings: Settings, now: datetime) -> Plan:
        if isinstance(self.target, Cluster):
            adopted = adoption.adopted(self.pmr, observed, settings)
            if adopted:
                observed = replace(observed, contents=self.target.contents(adopted))
        return planner.plan(self.pmr, observed, settings, now=now)

    def _detected(self, observed: Observed) -> "tuple[Observed, Choice]":
        """Return the gateways that a target's policies name.

        It is read again for those that nobody looked for.
        """
        from profiles_management.kubeflow.planning.gateway_choice import choose  # noqa: PLC0415 - for the command alone

        choice = choose(self.pmr, observed, self.settings)
        if not set(choice.settings.principals) <= set(self.settings.principals):
            observed = self.target.observe(choice.settings)
        return observed, choice
