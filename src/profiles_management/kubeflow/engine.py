"""Public entry points: plan, apply, list, export, delete."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.kubeflow.cluster_errors import ClusterError
from profiles_management.kubeflow.document_target import DocumentTarget, SettingsTarget
from profiles_management.kubeflow.observation import slim_classes
from profiles_management.kubeflow.settings import UPSTREAM, Settings
from profiles_management.kubeflow.targets import Where, reached
from profiles_management.pmr import rules
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import DocumentError, Problem
from profiles_management.reconcile import loop
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.executor import execute
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.waiting import Progress

if TYPE_CHECKING:
    from profiles_management.kubeflow.access.cluster_wide import ClusterWide
    from profiles_management.kubeflow.access.role_assignments import AccessEntry
    from profiles_management.kubeflow.planning.stale import StaleProfile
    from profiles_management.kubeflow.quota_usage import QuotaUsages
    from profiles_management.pmr.exported_document import Export

# An event of the charm needs `create_or_update_profiles` alone and is measured: the other functions
# import what they need.


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
    with reached(target, settings, clock) as opened:
        whole = DocumentTarget(opened, settings, clock, pmr)
        return loop.planned(whole, clock.now if now is None else lambda: now)


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
    checked(pmr, settings)
    with reached(target, settings, clock) as opened:
        whole = DocumentTarget(opened, settings, clock, pmr)
        return loop.reconcile(whole, settings.limits, clock, progress)


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

    Returns and raises what create_or_update_profiles does, except DocumentError. An object that
    changed since the plan was made is not overwritten: its change is pending, or takes away what is
    left to take.
    """
    with reached(target, settings, clock) as opened:
        if pmr is None:
            bare = SettingsTarget(opened, settings, clock)
            return loop.apply(plan, bare, settings.limits, clock, progress)
        whole = DocumentTarget(opened, settings, clock, pmr)
        replan = partial(loop.planned, whole, clock.now)
        return loop.apply(plan, whole, settings.limits, clock, progress, replan=replan)


def list_stale_profiles(
    pmr: ProfilesManagementRepresentation, *, target: Where = None, settings: Settings = UPSTREAM
) -> tuple[StaleProfile, ...]:
    """Return the profiles that the document does not name.

    By default of those that we made or adopted.

    Raises:
        ClusterError: the target cannot be read.
    """
    from profiles_management.kubeflow.planning import stale  # noqa: PLC0415

    with reached(target, settings) as opened:
        return stale.found(pmr, opened.observe(settings), settings)


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
    from profiles_management.kubeflow.planning import stale  # noqa: PLC0415

    checked(pmr, settings)
    with reached(target, settings) as opened:
        observed = SettingsTarget(opened, settings, SYSTEM).observe()
        return stale.deletion(pmr, observed, settings, keep_data=keep_data, only=only)


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
    """Remove every profile that the document does not name.

    Which ones those are, list_stale_profiles says.

    Args:
        keep_data: keep the namespace and what is in it; only the Profile and everybody's access go.
        only: those that somebody has looked at and agreed to; what became stale meanwhile stays.
            None for all.

    Raises:
        DocumentError: the document is not valid; nothing was sent.
        ClusterError: the target cannot be read.
        Interrupted: the clock was ending before the first write.
    """
    with reached(target, settings, clock) as opened:
        plan = plan_deletion(pmr, target=opened, settings=settings, keep_data=keep_data, only=only)
        bare = SettingsTarget(opened, settings, clock)
        return execute(plan, bare, settings.limits, clock, progress)


def export_pmr(*, target: Where = None, settings: Settings = UPSTREAM) -> Export:
    """Return what is there as a document, so that one can adopt it.

    Raises:
        ClusterError: the target cannot be read.
    """
    from profiles_management.kubeflow.export import exporting  # noqa: PLC0415

    with reached(target, settings) as opened:
        return exporting.export(opened.observe(settings), settings)


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
    """Return what `list_access` returns, and what could not be read and may give access.

    Raises:
        UnknownProfile, ClusterError: as `list_access`.
    """
    from profiles_management.kubeflow.access import role_assignments  # noqa: PLC0415

    with reached(target, settings) as opened:
        observed = opened.observe(settings)
    entries = role_assignments.entries(observed, settings, profile)
    return entries, role_assignments.unread(observed, settings, profile)


def list_cluster_wide(*, target: Where = None, settings: Settings = UPSTREAM) -> ClusterWide:
    """Return every ClusterRoleBinding of a user or group.

    Raises:
        ClusterError: they cannot be read, or the target is a folder.
    """
    from profiles_management.kubeflow.access.cluster_wide import gathered  # noqa: PLC0415 - for the command alone

    with reached(target, settings) as opened:
        if not isinstance(opened, Cluster):
            what = "A folder holds no ClusterRoleBindings"
            raise ClusterError(f"{what}: leave out --directory, or --cluster-wide.")
        return gathered(*opened.everything(slim_classes.ClusterRoleBinding, settings))


def list_quotas(*, target: Where = None, settings: Settings = UPSTREAM) -> QuotaUsages:
    """Return what every namespace uses of its ResourceQuotas.

    Raises:
        ClusterError: they cannot be read, or the target is a folder.
    """
    from profiles_management.kubeflow.quota_usage import gathered  # noqa: PLC0415 - for the command alone

    with reached(target, settings) as opened:
        if not isinstance(opened, Cluster):
            raise ClusterError("A folder does not say what is used of quotas: name a cluster.")
        return gathered(*opened.everything(slim_classes.ResourceQuota, settings))


def checked(pmr: ProfilesManagementRepresentation, settings: Settings) -> None:
    """Check what code may have broken in a document since it was validated.

    Raises:
        DocumentError: with everything that is wrong.
    """
    if found := rules.problems(pmr, settings.rules):
        raise DocumentError(found)
