"""The commands `puhuri plan` and `puhuri apply`: a portal matches a document."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import typer

from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.options import (
    Agreed,
    AllowRevocations,
    At,
    DryRun,
    ExitCode,
    OutputOption,
    PlanOutput,
    Yes,
    moment,
)
from profiles_management.cli.puhuri.portal_group import portal_command
from profiles_management.cli.puhuri.portal_options import (
    PortalOptions,
    PortalRunOptions,
    PortalTimeout,
    ProjectOptions,
)
from profiles_management.cli.session import Session
from profiles_management.cli.source_options import UNTRUSTED_PROFILES, UntrustedOptions
from profiles_management.cli.target_run import TargetRun
from profiles_management.cli.untrusted_files import OPTION, is_portal
from profiles_management.kubeflow.settings import Settings
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.extras import install
from profiles_management.puhuri.planning.portal_confirmation import CONFIRMATION
from profiles_management.puhuri.portal_settings import PuhuriSettings
from profiles_management.reconcile import loop
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.reconcile.waiting import Watcher

if TYPE_CHECKING:
    from profiles_management.puhuri.portal_target import PuhuriTarget


@portal_command
def plan(
    ctx: typer.Context,
    given: UntrustedOptions,
    git: GitOptions,
    portal: PortalOptions,
    projects: ProjectOptions,
    options: PortalRunOptions,
    at: At = None,
    exit_code: ExitCode = False,
    yes: Agreed = False,
    output: PlanOutput = "text",
) -> int:
    """Show what `puhuri apply` would change in a portal, and change nothing."""
    session: Session = ctx.obj
    settings = options.settings()
    now = session.clock.now if at is None else partial(moment, at)
    pmr = _document(session, given, git, settings)
    with _opened(session, portal, projects.settings(settings.instance), pmr) as target:
        run = _run(target, settings, now)
        return run.show(session, output=output, exit_code=exit_code, yes=yes)


@portal_command
def apply(
    ctx: typer.Context,
    given: UntrustedOptions,
    git: GitOptions,
    portal: PortalOptions,
    projects: ProjectOptions,
    options: PortalRunOptions,
    allow_revocations: AllowRevocations = False,
    yes: Yes = False,
    dry_run: DryRun = "none",
    timeout: PortalTimeout = None,
    output: OutputOption = "text",
) -> int:
    """Reconcile a portal with the document; on a terminal, ask before access or allocations end."""
    session: Session = ctx.obj
    settings = replace(options.settings(), deadline=timeout, allow_revocations=allow_revocations)
    pmr = _document(session, given, git, settings)
    with _opened(session, portal, projects.settings(settings.instance), pmr) as target:
        run = _run(target, settings, session.clock.now)
        if dry_run != "none":
            return run.show(session, output=output, yes=yes)

        def carry_out(plan: Plan, progress: Watcher) -> Report:
            return loop.apply(plan, target, run.limits, session.clock, progress, replan=run.plan)

        return run.apply(session, carry_out, output=output, yes=yes)


def _document(
    session: Session, given: UntrustedOptions, git: GitOptions, settings: Settings
) -> ProfilesManagementRepresentation:
    """Return the document. A portal is no source of it, because the same run changes a portal.

    Untrusted documents need patterns. A portal does not record which document made a project, so
    without them a profile of theirs could take over a project that FILE no longer lists.

    Raises:
        typer.BadParameter: a portal is given as a source, or there are no patterns.
        ProfilesError: the document cannot be read or is not valid.
    """
    if any(map(is_portal, given.untrusted or ())):
        what = "a portal can be a source for clusters only. Print it with: puhuri export"
        raise typer.BadParameter(what, param_hint=OPTION)
    if given.untrusted and not given.untrusted_profiles:
        what = "projects do not record who made them, so --untrusted needs patterns, such as hpc-*."
        raise typer.BadParameter(what, param_hint=UNTRUSTED_PROFILES)
    return session.document(given, git, settings)


@contextmanager
def _opened(
    session: Session,
    portal: PortalOptions,
    settings: PuhuriSettings,
    pmr: ProfilesManagementRepresentation,
) -> "Iterator[PuhuriTarget]":
    """Yield the portal with its document.

    Raises:
        TargetError: the extra `puhuri` is not installed.
        SettingsError: nothing names the customer.
    """
    target_class = _target_class()
    with portal.client(session.clock, session.note) as client:
        target = target_class(client, pmr, settings, clock=session.clock)
        session.opened = target.description
        yield target


def _target_class() -> "type[PuhuriTarget]":
    """Import the target.

    Raises:
        TargetError: the extra `puhuri` is not installed.
    """
    try:
        from profiles_management.puhuri.portal_target import PuhuriTarget  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "nh3":
            raise
        raise TargetError(f"A plan for a portal needs nh3. {install('puhuri')}") from None
    return PuhuriTarget


def _run(target: "PuhuriTarget", settings: Settings, now: Callable[[], datetime]) -> TargetRun:
    """Return a run on a portal, which serves one token no faster with more requests at a time."""
    from profiles_management.puhuri.client.portal_connection import AT_A_TIME  # noqa: PLC0415

    limits = replace(settings.limits, writers=AT_A_TIME, ends_at_timeout=True)
    return TargetRun(
        plan=partial(loop.planned, target, now), limits=limits, confirmation=CONFIRMATION
    )
