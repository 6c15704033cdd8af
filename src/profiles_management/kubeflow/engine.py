"""The doors of the engine: observe, plan, apply, report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lightkube import Client

from profiles_management.kubeflow.access import role_assignments
from profiles_management.kubeflow.access.role_assignments import AccessEntry
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.cluster.kubeconfig import connect
from profiles_management.kubeflow.cluster.send_events import tell
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.export import exporting
from profiles_management.kubeflow.export.exporting import Export
from profiles_management.kubeflow.folder.directory import Directory
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.planning import planner as planning
from profiles_management.kubeflow.planning import stale
from profiles_management.kubeflow.planning.stale import StaleProfile
from profiles_management.kubeflow.settings import UPSTREAM, Settings
from profiles_management.kubeflow.state import adoption, ownership
from profiles_management.kubeflow.state.observed import Observed
from profiles_management.kubeflow.target import Target
from profiles_management.pmr import rules
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import DocumentError, Problem, SettingsError
from profiles_management.reconcile import brake
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.executor import execute
from profiles_management.reconcile.lines import printable
from profiles_management.reconcile.plan import Plan, SourceAccess
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.stops import Stop
from profiles_management.reconcile.waiting import Progress

if TYPE_CHECKING:
    from profiles_management.kubeflow.access.cluster_wide import ClusterWide
    from profiles_management.kubeflow.planning.gateway_choice import Choice

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
    return Directory(Path(where)) if isinstance(where, (str, Path)) else where


@contextmanager
def _reached(where: Where, settings: Settings, clock: Clock = SYSTEM) -> Iterator[Target]:
    """Yield what is meant by a target; connections that were opened for it here are closed again."""
    target = open_target(where, settings=settings, clock=clock)
    try:
        yield target
    except ClusterError as error:
        note = printable(str(target.description))
        if note not in getattr(error, "__notes__", ()):
            error.add_note(note)
        raise
    finally:
        if where is None and isinstance(target, Cluster):
            target.client.close()


def plan_profiles(
    pmr: ProfilesManagementRepresentation,
    *,
    target: Where = None,
    settings: Settings = UPSTREAM,
    now: datetime | None = None,
    clock: Clock = SYSTEM,
) -> Plan:
    """Return what would be changed; change nothing.

    Args:
        pmr: the document.
        target: see open_target.
        now: the moment, with a zone, for which to plan; by default the present one.

    Raises:
        DocumentError: the document is not valid; nothing was sent.
        SettingsError: standalone mode would begin in a cluster that has Kubeflow.
        ClusterError: the target cannot be read.
    """
    checked(pmr, settings)
    with _reached(target, settings, clock) as reached:
        observed, choice = _observed(reached, settings), None
        if settings.detect_gateways:
            observed, choice = _detected(pmr, reached, observed, settings)
            settings = choice.settings
        if isinstance(reached, Cluster) and (adopted := adoption.adopted(pmr, observed, settings)):
            observed = replace(observed, contents=reached.contents(adopted))
    plan = planning.plan(pmr, observed, settings, now=now or clock.now())
    return plan if choice is None else choice.applied_to(plan)


def _observed(target: Target, settings: Settings) -> Observed:
    """Return a target as it is for a plan.

    Raises:
        SettingsError: standalone mode would begin in a cluster that has Kubeflow.
    """
    observed = target.observe(settings)
    is_new = (
        settings.standalone
        and not settings.allow_kubeflow
        and not ownership.is_begun(observed, settings)
    )
    if is_new and isinstance(target, Cluster) and target.has_profiles():
        raise SettingsError(
            "is for a cluster without Kubeflow, and this cluster has Kubeflow's Profiles. Leave it out, or pass "
            "--allow-kubeflow too (charm: allow-kubeflow=true).",
            setting="standalone",
        )
    return observed


def _detected(
    pmr: ProfilesManagementRepresentation, target: Target, observed: Observed, settings: Settings
) -> tuple[Observed, Choice]:
    """Return the gateways that a target's policies name; it is read again for those that nobody looked for."""
    from profiles_management.kubeflow.planning.gateway_choice import choose  # noqa: PLC0415 - for the command alone

    choice = choose(pmr, observed, settings)
    if not set(choice.settings.principals) <= set(settings.principals):
        observed = target.observe(choice.settings)
    return observed, choice


def create_or_update_profiles(
    pmr: ProfilesManagementRepresentation,
    *,
    target: Where = None,
    settings: Settings = UPSTREAM,
    clock: Clock = SYSTEM,
    progress: Progress | None = None,
) -> Report:
    """Make a target match a document.

    Args:
        pmr: the document.
        target: see open_target.
        progress: called with the number of changes that are through and of all of them. A Watcher
            is also shown how far the profile controller has come.

    Returns:
        What was done, and for each profile that is not yet as it should be, why.

    Raises:
        DocumentError: the document is not valid; nothing was sent.
        BrakeError: a source would take too much access away, and nothing of it was written.
            Everything else was applied, and is in its report.
        StoppedError: existing policies would get other gateways than the target's policies name.
            Only changes that end access were applied, and are in its report.
        ClusterError: the target cannot be read.
        Interrupted: the clock was ending before the first write.
    """
    with _reached(target, settings, clock) as reached:
        plan = plan_profiles(pmr, target=reached, settings=settings, clock=clock)
        return apply_plan(
            plan, pmr=pmr, target=reached, settings=settings, clock=clock, progress=progress
        )


def apply_plan(
    plan: Plan,
    *,
    pmr: ProfilesManagementRepresentation | None = None,
    target: Where = None,
    settings: Settings = UPSTREAM,
    clock: Clock = SYSTEM,
    progress: Progress | None = None,
) -> Report:
    """Carry out a plan that plan_profiles returned for the same target and settings.

    Args:
        plan: what to do.
        pmr: the document that was planned. With it, a change that meets a conflict is planned again
            and goes on in this run where nothing but the version of its objects changed; without
            it, the change is left to the next run.
        target: see open_target.
        progress: see create_or_update_profiles.

    Returns and raises what create_or_update_profiles does, but for an error of the document. An
    object that changed since the plan was made is not overwritten: its change is pending, or takes
    away what is left to take.
    """
    with _reached(target, settings, clock) as reached:
        replan = (
            None
            if pmr is None
            else partial(plan_profiles, pmr, target=reached, settings=settings, clock=clock)
        )
        rest, why = allowed(plan, settings), stops(plan, settings)
        report = Report(rest)
        if rest or not why:
            report = _told(
                _executed(rest, reached, settings, clock, progress, replan),
                reached,
                settings,
                clock,
            )
        if not why:
            return report
        report = replace(report, stops=why)
        if stopped := stopped_by_brake(plan, settings):
            raise brake.error(stopped, report)
        from profiles_management.reconcile import halts  # noqa: PLC0415 - seldom needed

        raise halts.error(plan, report)


def _executed(
    plan: Plan,
    target: Target,
    settings: Settings,
    clock: Clock,
    progress: Progress | None,
    replan: Callable[[], Plan] | None = None,
) -> Report:
    return execute(
        plan,
        target,
        clock,
        timeout=settings.deadline_for(plan.new),
        writers=settings.writers,
        progress=progress,
        replan=replan,
    )


def allowed(plan: Plan, settings: Settings) -> Plan:
    """Return what an apply makes of a plan: without the changes that it holds back."""
    if plan.halts:
        from profiles_management.reconcile import halts  # noqa: PLC0415 - seldom needed

        plan = halts.released(plan)
    stopped = stopped_by_brake(plan, settings)
    return brake.released(plan, stopped) if stopped else plan


def stops(plan: Plan, settings: Settings) -> tuple[Stop, ...]:
    """Return why an apply would hold changes of a plan back; nothing where it would apply all of it."""
    stopped = stopped_by_brake(plan, settings)
    why = [brake.stop(stopped)] if stopped else []
    why += [halt.stop for halt in plan.halts]
    rest = bool(why) and bool(allowed(plan, settings))
    return tuple(replace(stop, rest=rest) for stop in why)


def stopped_by_brake(plan: Plan, settings: Settings) -> tuple[SourceAccess, ...]:
    """Return the sources of a plan that the brake stops."""
    if settings.allow_revocations:
        return ()
    return brake.stopped(plan, share=settings.brake_share, minimum=settings.brake_minimum)


def list_stale_profiles(
    pmr: ProfilesManagementRepresentation, *, target: Where = None, settings: Settings = UPSTREAM
) -> tuple[StaleProfile, ...]:
    """Return the profiles that the document does not name; by default of those that we made or adopted.

    Raises:
        ClusterError: the target cannot be read.
    """
    with _reached(target, settings) as reached:
        return stale.found(pmr, reached.observe(settings), settings)


def plan_deletion(
    pmr: ProfilesManagementRepresentation,
    *,
    target: Where = None,
    settings: Settings = UPSTREAM,
    keep_data: bool = False,
    only: Collection[str] | None = None,
) -> Plan:
    """Return what delete_stale_profiles would do; change nothing.

    Raises:
        DocumentError: the document is not valid.
        ClusterError: the target cannot be read.
    """
    checked(pmr, settings)
    with _reached(target, settings) as reached:
        return stale.deletion(
            pmr, _observed(reached, settings), settings, keep_data=keep_data, only=only
        )


def delete_stale_profiles(
    pmr: ProfilesManagementRepresentation,
    *,
    target: Where = None,
    settings: Settings = UPSTREAM,
    keep_data: bool = False,
    only: Collection[str] | None = None,
    clock: Clock = SYSTEM,
    progress: Progress | None = None,
) -> Report:
    """Remove every profile that the document does not name; which ones those are, list_stale_profiles says.

    Args:
        keep_data: keep the namespace and what is in it; only the Profile and everybody's access go.
        only: those that somebody has looked at and agreed to; what became stale meanwhile stays.
            None for all.

    Raises:
        DocumentError: the document is not valid; nothing was sent.
        ClusterError: the target cannot be read.
        Interrupted: the clock was ending before the first write.
    """
    with _reached(target, settings, clock) as reached:
        plan = plan_deletion(pmr, target=reached, settings=settings, keep_data=keep_data, only=only)
        return _executed(plan, reached, settings, clock, progress)


def _told(report: Report, target: Target, settings: Settings, clock: Clock) -> Report:
    """Write the Events of a run where the settings ask for them."""
    if clock.ending() or not isinstance(target, Cluster):
        return report
    return tell(report, target, settings, clock)


def export_pmr(*, target: Where = None, settings: Settings = UPSTREAM) -> Export:
    """Return what is there as a document, so that one can adopt it.

    Raises:
        ClusterError: the target cannot be read.
    """
    with _reached(target, settings) as reached:
        return exporting.export(reached.observe(settings), settings)


def list_access(
    *, target: Where = None, settings: Settings = UPSTREAM, profile: str | None = None
) -> tuple[AccessEntry, ...]:
    """Return who has which role where, and until when, sorted by profile and person.

    Args:
        profile: look at this one only.

    Raises:
        UnknownProfile: that profile is not there.
        ClusterError: the target cannot be read.
    """
    return read_access(target=target, settings=settings, profile=profile)[0]


def read_access(
    *, target: Where = None, settings: Settings = UPSTREAM, profile: str | None = None
) -> tuple[tuple[AccessEntry, ...], tuple[Problem, ...]]:
    """Return what `list_access` returns, and what could not be read, by which somebody may have access.

    Raises:
        UnknownProfile, ClusterError: as `list_access`.
    """
    with _reached(target, settings) as reached:
        observed = reached.observe(settings)
    return role_assignments.entries(observed, settings, profile), role_assignments.unread(
        observed, settings, profile
    )


def list_cluster_wide(*, target: Where = None, settings: Settings = UPSTREAM) -> ClusterWide:
    """Return every ClusterRoleBinding of a user or group.

    Raises:
        ClusterError: they cannot be read, or the target is a folder.
    """
    from profiles_management.kubeflow.access.cluster_wide import gathered  # noqa: PLC0415 - for the command alone

    with _reached(target, settings) as reached:
        if not isinstance(reached, Cluster):
            raise ClusterError(
                "A folder holds no ClusterRoleBindings: leave out --directory, or --cluster-wide."
            )
        return gathered(*reached.everything(slim_classes.ClusterRoleBinding, settings))


def checked(pmr: ProfilesManagementRepresentation, settings: Settings) -> None:
    """Check what code may have broken in a document since it was validated.

    Raises:
        DocumentError: with everything that is wrong.
    """
    if found := rules.problems(pmr, settings.rules):
        raise DocumentError(found)
