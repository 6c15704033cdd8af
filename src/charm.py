#!/usr/bin/env python3
"""The charm routes: an event comes, the options are read, the engine runs, a status tells how it went."""

import logging
from functools import cached_property

import ops

from profiles_charm import actions, config, connection, status
from profiles_management import ProfilesError, Report, Settings, create_or_update_profiles, plan_profiles
from profiles_management.kubeflow.objects import grants
from profiles_management.pmr.classes import ProfilesManagementRepresentation

logger = logging.getLogger(__name__)


class ProfilesManagementCharm(ops.CharmBase):
    """Keeps a Kubeflow cluster as the document says. Only the leader reads and writes; the others stand by."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        connection.hush()
        # How the run of this event went. None where there was none: then no status is set, and the last word stands.
        self._outcome: status.Outcome | None = None
        self._stands_by = False
        for event in (
            self.on.install,
            self.on.upgrade_charm,
            self.on.config_changed,
            self.on.leader_elected,
            self.on.update_status,
        ):
            framework.observe(event, self._on_something_new)
        framework.observe(self.on.sync_now_action, self._on_sync_now)
        framework.observe(self.on.plan_action, self._on_plan)
        framework.observe(self.on.collect_unit_status, self._on_collect_unit_status)
        framework.observe(self.on.collect_app_status, self._on_collect_app_status)

    @cached_property
    def _connection(self) -> connection.Connection:
        return connection.connect()

    # events

    def _on_something_new(self, _: ops.EventBase) -> None:
        self._stands_by = not self.unit.is_leader()
        if not self._stands_by:
            self._run()

    def _on_collect_unit_status(self, event: ops.CollectStatusEvent) -> None:
        if self._stands_by:
            event.add_status(ops.ActiveStatus(status.STANDING_BY))
        elif self._outcome is not None:
            event.add_status(status.status_of(self._outcome, self.app.name))

    def _on_collect_app_status(self, event: ops.CollectStatusEvent) -> None:
        if self._outcome is not None:
            event.add_status(status.status_of(self._outcome, self.app.name))

    # actions

    def _on_sync_now(self, event: ops.ActionEvent) -> None:
        params = event.load_params(actions.SyncNow, errors="fail")
        if not self._may_act(event):
            return
        if params.dry_run:
            self._answer_plan(event, allow_revocations=params.allow_revocations)
        else:
            self._answer_run(event, self._run(allow_revocations=params.allow_revocations))

    def _on_plan(self, event: ops.ActionEvent) -> None:
        if self._may_act(event):
            self._answer_plan(event)

    def _answer_run(self, event: ops.ActionEvent, outcome: status.Outcome) -> None:
        if isinstance(outcome, ProfilesError):
            self._fail(event, outcome)
            return
        event.set_results(actions.of_run(outcome))
        if wrong := status.trouble(outcome.report):
            event.fail(wrong)

    def _answer_plan(self, event: ops.ActionEvent, *, allow_revocations: bool = False) -> None:
        try:
            settings, pmr = self._configured(allow_revocations=allow_revocations)
            client, clock = self._connection
            plan = plan_profiles(pmr, target=client, settings=settings, clock=clock)
            event.set_results(actions.of_plan(plan, settings))
        except ProfilesError as error:
            self._fail(event, error)

    def _may_act(self, event: ops.ActionEvent) -> bool:
        if not self.unit.is_leader():
            event.fail(f"{self.unit.name} is not the leader; run it on {self.app.name}/leader")
        return self.unit.is_leader()

    def _fail(self, event: ops.ActionEvent, error: ProfilesError) -> None:
        event.set_results(actions.of_error(error))
        event.fail(status.status_of(error, self.app.name).message)

    # the engine

    def _run(self, *, allow_revocations: bool = False) -> status.Outcome:
        """Make the cluster match the document; what goes wrong is kept and told, and the next event tries again."""
        try:
            self._outcome = self._sync(allow_revocations=allow_revocations)
        except ProfilesError as error:
            self._outcome = error
        return self._outcome

    def _sync(self, *, allow_revocations: bool) -> status.Synced:
        settings, pmr = self._configured(allow_revocations=allow_revocations)
        client, clock = self._connection
        report = create_or_update_profiles(pmr, target=client, settings=settings, clock=clock)
        _log(report)
        now = clock.now()
        return status.Synced(report, sum(1 for profile in pmr.in_order() for _ in grants(profile, now)))

    def _configured(self, *, allow_revocations: bool) -> tuple[Settings, ProfilesManagementRepresentation]:
        options = config.load(self)
        return options.settings(allow_revocations=allow_revocations), options.pmr()


def _log(report: Report) -> None:
    """Write one line about a run that changed something, and none about one that did not."""
    if report.outcomes:
        logger.info(
            "%s, %s, %d failed, %d pending",
            status.count(len(report.outcomes), "change"),
            status.count(report.writes, "write"),
            len(report.failed),
            len(report.pending),
        )


if __name__ == "__main__":
    ops.main(ProfilesManagementCharm)
