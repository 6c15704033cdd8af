"""Sends the Kubernetes Events of a run, after everything else; a failure is only a warning."""

from dataclasses import replace

from profiles_management.kubeflow.cluster import events
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.objects import merge_patch
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.problems import Problem, Where
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.target_errors import TargetError, WriteError, write_error

_PATIENCE = 10.0  # seconds for all Events, which only inform


def tell(report: Report, cluster: Cluster, settings: Settings, clock: Clock) -> Report:
    """Write the Events of a run, as `settings.events` says.

    There is no Event for a profile without a Profile (in standalone mode: without a Namespace).

    Returns:
        The report. If an Event could not be written, it has a warning, and the other Events were
        not tried.
    """
    try:
        _send(events.of(report, settings), cluster, settings, clock)
    except TargetError as error:
        what, nameless = f"Events cannot be written: {error}", "Events cannot be written"
        if reason := write_error(error).nameless:
            nameless = f"{nameless}: {reason}"
        remedy = f"{error.remedy} The rest of the run is complete.".lstrip()
        warning = Problem("events-not-written", what, Where(), remedy, nameless=nameless)
        return replace(report, plan=replace(report.plan, warnings=(*report.plan.warnings, warning)))
    return report


def _send(
    due: tuple[events.Event, ...], cluster: Cluster, settings: Settings, clock: Clock
) -> None:
    if not due:
        return
    uids = cluster.uids("Namespace" if settings.standalone else "Profile")
    now, deadline = clock.now(), clock.monotonic() + _PATIENCE
    for event in due:
        if event.profile not in uids:
            continue
        body = events.body(event, uids[event.profile], settings, now)
        try:
            cluster.send(merge_patch.create(body), deadline=deadline)
        except WriteError as error:
            if not error.conflict:  # a conflict: an earlier run has written it
                raise
