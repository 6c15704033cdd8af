"""Telling a run as Kubernetes Events: sent after everything else, and never a reason for a run to fail."""

from dataclasses import replace

from profiles_management.kubeflow.cluster import events
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import merge_patch
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.target_errors import TargetError, WriteError

_PATIENCE = 10.0  # seconds for all of them: nobody waits longer for what only tells


def tell(report: Report, cluster: Cluster, settings: Settings, clock: Clock) -> Report:
    """Write the Events of a run, as far as `settings.events` wants them.

    Returns:
        The report; where an Event could not be written, with a warning, and the others were not
        tried. A profile without a Profile (in standalone mode: without a Namespace) has nothing
        that an Event could be about.
    """
    if settings.events == "off" or not (found := events.of(report, settings)):
        return report
    try:
        _send(found, cluster, settings, clock)
    except TargetError as error:
        remedy = "Everything else of the run is done."
        warning = Problem(
            "events-not-written", f"Events cannot be written: {error}", Where(), remedy
        )
        return replace(report, plan=replace(report.plan, warnings=(*report.plan.warnings, warning)))
    return report


def _send(
    found: tuple[events.Event, ...], cluster: Cluster, settings: Settings, clock: Clock
) -> None:
    uids, now = cluster.uids("Namespace" if settings.standalone else "Profile"), clock.now()
    deadline = clock.monotonic() + _PATIENCE
    for event in found:
        if uid := uids.get(event.profile):
            try:
                cluster.send(
                    merge_patch.create(events.body(event, uid, settings, now)), deadline=deadline
                )
            except WriteError as error:
                if not error.conflict:  # it is there: a run before this one has told it
                    raise
