#!/usr/bin/env python3
"""Publishes the document of its option, and shows the result in its status."""

import ops

from charms.profiles_management.v0.profiles_management import ProfilesProvider, PublishError


class TesterCharm(ops.CharmBase):
    """Publishes one document."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.profiles = ProfilesProvider(self, "profiles")
        self._refused = ""
        for event in (
            self.on.config_changed,
            self.on.leader_elected,
            self.on.upgrade_charm,
            self.on["profiles"].relation_created,
            self.profiles.on.report_changed,
        ):
            framework.observe(event, self._publish)
        framework.observe(self.on.collect_unit_status, self._on_collect_status)

    def _publish(self, _: ops.EventBase) -> None:
        try:
            if document := str(self.config["document"]):
                self.profiles.publish(document)
        except PublishError as error:
            self._refused = str(error)

    def _on_collect_status(self, event: ops.CollectStatusEvent) -> None:
        event.add_status(ops.BlockedStatus(self._refused) if self._refused else self._answered())

    def _answered(self) -> ops.StatusBase:
        report = self.profiles.report
        if report is None or not report.is_current:
            return ops.WaitingStatus("no answer yet")
        if report.problem:
            return ops.BlockedStatus(report.problem)
        if report.failed:
            return ops.BlockedStatus(
                ", ".join(f"{name}: {reason}" for name, reason in report.failed.items())
            )
        if report.pending:
            return ops.WaitingStatus(f"{len(report.pending)} pending")
        return ops.ActiveStatus(f"{len(report.applied)} applied")


if __name__ == "__main__":
    ops.main(TesterCharm)
