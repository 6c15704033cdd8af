#!/usr/bin/env python3
"""The charm. It routes: an event, the sources, the engine, a status."""

import gc

# Everything that is loaded stays, and collecting garbage in it takes a quarter of the time of most
# events.
gc.disable()

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

import ops

from charms.profiles_management.v0.profiles_management import ProfilesRequirer
from profiles_charm import (
    config,
    connection,
    juju_log,
    leadership,
    memory,
    mesh,
    sources,
    status,
    telemetry,
)
from profiles_charm.endpoints import Endpoints
from profiles_charm.portal_as_target import PortalAsTarget
from profiles_charm.portal_run import PORTAL
from profiles_charm.relation_source import RELATION
from profiles_charm.run import NOTHING_ALLOWED, Inputs, Run
from profiles_charm.target_result import TargetResult
from profiles_management import (
    ProfilesError,
    Report,
    Settings,
    create_or_update_profiles,
)
from profiles_management.reconcile.lines import count, printable
from profiles_management.sources import Gathered

gc.freeze()
gc.enable()

logger = logging.getLogger(__name__)


class ProfilesManagementCharm(ops.CharmBase):
    """Makes a Kubeflow cluster match its sources. Only the leader reads and writes."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        juju_log.guard()
        self.profiles = ProfilesRequirer(self, RELATION)
        self._memory = memory.Memory(self)
        self._endpoints = Endpoints(self, mesh.ENDPOINT, *telemetry.ENDPOINTS)
        self._telemetry = telemetry.Telemetry(self, self._endpoints)
        # None if this event had no run: no status is set then, and the last one stays.
        self._last: Run | None = None
        self._stands_by = False
        for event in (
            self.on.install,
            self.on.upgrade_charm,
            self.on.config_changed,
            self.on.secret_changed,
            self.on.leader_elected,
            self.on.update_status,
            self.profiles.on.documents_changed,
            self.on[mesh.ENDPOINT].relation_changed,
            self.on[mesh.ENDPOINT].relation_broken,
        ):
            framework.observe(event, self._on_something_new)
        framework.observe(self.on.sync_now_action, self._on_action)
        framework.observe(self.on.plan_action, self._on_action)
        framework.observe(self.on.list_stale_profiles_action, self._on_action)
        framework.observe(self.on.delete_stale_profiles_action, self._on_action)
        framework.observe(self.on.export_pmr_action, self._on_action)
        framework.observe(self.on.list_access_action, self._on_action)
        framework.observe(self.on.collect_unit_status, self._on_collect_unit_status)
        framework.observe(self.on.collect_app_status, self._on_collect_app_status)

    @cached_property
    def _connection(self) -> connection.Connection:
        connected = connection.connect()
        connected.clock = leadership.while_leader(connected.clock, self.unit)
        return connected

    # events

    def _on_something_new(self, event: ops.EventBase) -> None:
        self._stands_by = not self.unit.is_leader()
        if not self._stands_by and not self._leaves(event):
            self._run()

    def _leaves(self, event: ops.EventBase) -> bool:
        """Whether the charm is being removed, which changes nothing in the cluster."""
        broken = isinstance(event, ops.RelationBrokenEvent)
        return self.profiles.leaving or (broken and self.app.planned_units() == 0)

    def _on_collect_unit_status(self, event: ops.CollectStatusEvent) -> None:
        if self._stands_by:
            event.add_status(ops.ActiveStatus(status.STANDING_BY))
        self._on_collect_app_status(event)

    def _on_collect_app_status(self, event: ops.CollectStatusEvent) -> None:
        if self._last is not None:
            for run_status in status.statuses_of(self._last, self.app.name):
                event.add_status(run_status)

    def _on_action(self, event: ops.ActionEvent) -> None:
        """Answer an action. It fails where this unit is not the leader or something is wrong."""
        # Other events, which come every few minutes, do without these modules.
        from profiles_charm import operations, results  # noqa: PLC0415

        operation = operations.OPERATIONS[event.handle.kind]
        params = event.load_params(operation.params, errors="fail")
        if not self.unit.is_leader():
            event.fail(f"{self.unit.name} is not the leader; run it on {self.app.name}/leader")
            return
        leader = operations.Leader(
            self.app.name, self._connection, self._settings, self._inputs, self._run
        )
        answer = operation.answer(leader, params)
        for portion in results.calls(answer.results):
            event.set_results(portion)
        if answer.wrong:
            event.fail(printable(answer.wrong))

    # the engine

    def _run(self, allowed: Mapping[str, bool] = NOTHING_ALLOWED) -> Run:
        """Make the cluster match the sources, and report it. The next event tries again."""
        clock, began = self._connection.clock, self._connection.clock.monotonic()
        inputs: Inputs | None = None
        outcome: Report | ProfilesError
        try:
            inputs = self._inputs(allowed)
            outcome = create_or_update_profiles(
                inputs.gathered.pmr,
                target=self._connection.client,
                settings=inputs.settings,
                clock=clock,
            )
        except ProfilesError as error:
            outcome = error
        gathered = None if inputs is None else inputs.gathered
        portal = None if inputs is None else inputs.portal.run(inputs.gathered, outcome)
        now = clock.now()
        run = Run(
            outcome=outcome,
            now=now,
            gathered=gathered,
            portal=portal,
            contributors=sources.contributors(gathered, now) if gathered is not None else 0,
            since=self._since(gathered, portal, now),
            seconds=clock.monotonic() - began,
            requests=self._connection.requests,
        )
        _log(run)
        if gathered is not None:
            sources.answer(gathered, outcome, now)
        self._telemetry.send(run)
        self._last = run
        return run

    def _since(
        self, gathered: Gathered | None, portal: TargetResult | None, now: datetime
    ) -> Mapping[str, datetime]:
        """Return since when each source is frozen, and since when the portal cannot be read."""
        if gathered is None:
            return {}
        states = [reading.name for reading in gathered.frozen]
        if portal is not None and portal.error is not None:
            states.append(PORTAL)
        return self._memory.since(states, now)

    def _settings(self) -> Settings:
        return config.load(self).settings(self.model.name)

    def _inputs(self, allowed: Mapping[str, bool] = NOTHING_ALLOWED) -> Inputs:
        options = config.load(self)
        settings = options.settings(self.model.name, **allowed)
        meshes = self._endpoints.relations(mesh.ENDPOINT)
        settings = replace(settings, waypoint=mesh.waypoint(meshes, settings.waypoint))
        clock = self._connection.clock
        gathered = sources.gather(options, self.profiles, settings.rules, self._memory.seen, clock)
        portal = PortalAsTarget(options, settings, clock)
        return Inputs(settings, gathered, portal)


def _log(run: Run) -> None:
    """Log a run that changed something in one line for each target."""
    _log_changes("", run.outcome)
    if run.portal is not None:
        _log_changes("portal: ", run.portal.outcome)


def _log_changes(target: str, outcome: Report | ProfilesError) -> None:
    if isinstance(outcome, Report) and outcome.outcomes:
        logger.info(
            "%s%s, %s, %d failed, %d pending",
            target,
            count(len(outcome.outcomes), "change"),
            count(outcome.writes, "write"),
            len(outcome.failed),
            len(outcome.pending),
        )


if __name__ == "__main__":
    ops.main(ProfilesManagementCharm)
