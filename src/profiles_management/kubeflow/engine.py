"""The doors of the engine: observe, plan, apply, report."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lightkube import Client
from lightkube.core.exceptions import ConfigError

from profiles_management.kubeflow import plan as planning
from profiles_management.kubeflow.apply import Progress, apply
from profiles_management.kubeflow.cluster import Cluster
from profiles_management.kubeflow.directory import Directory
from profiles_management.kubeflow.settings import UPSTREAM, Settings
from profiles_management.kubeflow.target import Target
from profiles_management.pmr import rules
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.problems import ClusterError, DocumentError
from profiles_management.reconcile import brake
from profiles_management.reconcile.clock import SYSTEM, Clock
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report

Where = Target | Client | Path | str | None


def open_target(where: Where, settings: Settings = UPSTREAM, clock: Clock = SYSTEM) -> Target:
    """Return what is meant by a target.

    Args:
        where: a target; a lightkube Client; a folder; or None for the cluster of the environment: that of the pod,
            of KUBECONFIG or of ~/.kube/config.

    Raises:
        ClusterError: there is no cluster in the environment.
    """
    if where is None:
        try:
            where = Client(field_manager="profiles-management")
        except ConfigError as error:
            raise ClusterError(f"No cluster is configured: {error}. Set KUBECONFIG, or give a target.") from error
    if isinstance(where, Client):
        return Cluster(where, clock=clock)
    return Directory(Path(where)) if isinstance(where, (str, Path)) else where


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
        ClusterError: the target cannot be read.
    """
    checked(pmr, settings)
    observed = open_target(target, settings, clock).observe(settings)
    return planning.plan(pmr, observed, settings, now=now or clock.now())


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
        progress: called with the number of changes that are through and of all of them.

    Returns:
        What was done, and for each profile that is not yet as it should be, why.

    Raises:
        DocumentError: the document is not valid; nothing was sent.
        BrakeError: too much access would be taken away; nothing was written.
        ClusterError: the target cannot be read.
    """
    reached = open_target(target, settings, clock)
    plan = plan_profiles(pmr, target=reached, settings=settings, clock=clock)
    if not settings.allow_revocations:
        brake.check(plan.access, share=settings.brake_share, minimum=settings.brake_minimum)
    return apply(plan, reached, settings, clock, progress)


def checked(pmr: ProfilesManagementRepresentation, settings: Settings) -> None:
    """Check what code may have broken in a document since it was validated.

    Raises:
        DocumentError: with everything that is wrong.
    """
    if found := rules.problems(pmr, settings.rules):
        raise DocumentError(found)
