"""The commands: each parses, calls the library and prints. Each returns its exit code."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from profiles_management import (
    apply_plan,
    delete_stale_profiles,
    list_stale_profiles,
    plan_deletion,
    plan_profiles,
)
from profiles_management.cli import formats
from profiles_management.cli.document_options import GitOptions
from profiles_management.cli.options import (
    Agreed,
    AllowRevocations,
    At,
    DryRun,
    ExitCode,
    LocalFile,
    OutputOption,
    PlanOutput,
    TargetOptions,
    Timeout,
    ValidateOutput,
    Yes,
    moment,
)
from profiles_management.cli.program import command
from profiles_management.cli.prompting import READING, Declined, agree_to_deletion
from profiles_management.cli.session import Session
from profiles_management.cli.setting_options import (
    ApplyOptions,
    DeleteStaleOptions,
    ListStaleOptions,
    RuleOptions,
    ValidateOptions,
)
from profiles_management.cli.source_options import SourceOptions
from profiles_management.cli.target_run import TargetRun, reported, stopped
from profiles_management.kubeflow import stale_listing
from profiles_management.kubeflow.planning.confirmation import CONFIRMATION
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.targets import Target
from profiles_management.pmr import schema as schemas
from profiles_management.pmr.classes import ProfilesManagementRepresentation
from profiles_management.pmr.convert import MARK
from profiles_management.pmr.problems import DocumentError
from profiles_management.pmr.warnings import document_warnings
from profiles_management.reconcile.describe import plan_data
from profiles_management.reconcile.lines import line
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.report import Report
from profiles_management.reconcile.text import plan_lines
from profiles_management.reconcile.waiting import Watcher
from profiles_management.reconcile.warning_lines import listed_warnings


@command
def validate(
    ctx: typer.Context,
    given: SourceOptions,
    git: GitOptions,
    rules: ValidateOptions,
    output: ValidateOutput = "text",
) -> int:
    """Check a document without a cluster."""
    session: Session = ctx.obj
    session.names = given.all_names
    pmr = session.document(given, git, rules.settings(), every=True)
    origins = pmr.origins
    pmr.warnings = (*document_warnings(pmr), *origins.refused)
    if origins.conflicts:
        raise DocumentError(list(origins.conflicts.values()), pmr.warnings)
    if output in formats.PROBLEMS:
        session.problems((), pmr.warnings, output)
        return 0
    lines, data = stale_listing.validated(
        pmr, session.documents, now=session.clock.now(), files=len(session.names)
    )
    session.show(output, lines, data | session.document_data)
    return 0


@command
def convert(ctx: typer.Context, file: LocalFile, rules: RuleOptions) -> int:
    """Convert a document of github-profiles-automator, with a comment at each change.

    There is no --untrusted, because each document is converted on its own.
    """
    session: Session = ctx.obj
    conversion = session.converted(file, rules.settings().rules)
    session.terminal.document(conversion.text)
    for name in conversion.left_out:
        session.note(f"left out: {name}. A comment in the document has the reason.")
    if conversion.changes:
        changes = "1 change" if conversion.changes == 1 else f"{conversion.changes:,} changes"
        session.note(f'{changes}, each below a comment that begins with "{MARK.strip()}".')
    return 0


@command
def plan(
    ctx: typer.Context,
    given: SourceOptions,
    git: GitOptions,
    target: TargetOptions,
    options: ApplyOptions,
    at: At = None,
    exit_code: ExitCode = False,
    yes: Agreed = False,
    output: PlanOutput = "text",
) -> int:
    """Show what `apply` would change, and change nothing."""
    session: Session = ctx.obj
    settings = options.settings()
    now = None if at is None else moment(at)
    pmr = session.document(given, git, settings)
    run = _run(session, pmr, session.target(target, plan_only=True), settings, now)
    return run.show(session, output=output, exit_code=exit_code, yes=yes)


command(plan, name="diff", text="Same as `plan`.")


@command
def apply(
    ctx: typer.Context,
    given: SourceOptions,
    git: GitOptions,
    target: TargetOptions,
    options: ApplyOptions,
    allow_revocations: AllowRevocations = False,
    allow_gateway_change: Annotated[
        bool,
        typer.Option(
            "--allow-gateway-change",
            help="Allow this run to change the gateways in existing policies.",
        ),
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = "none",
    timeout: Timeout = None,
    output: OutputOption = "text",
) -> int:
    """Reconcile the cluster or folder with the document; on a terminal, ask before access ends."""
    session: Session = ctx.obj
    settings = replace(
        options.settings(),
        deadline=timeout,
        allow_revocations=allow_revocations,
        allow_gateway_change=allow_gateway_change,
    )
    pmr = session.document(given, git, settings)
    where = session.target(target)
    run = _run(session, pmr, where, settings)
    if dry_run != "none":
        return run.show(session, output=output, yes=yes)
    if target.directory is not None and settings.events != "off":
        session.note("--events has no effect with --directory: a folder has no Kubernetes Events.")

    def carry_out(plan: Plan, progress: Watcher) -> Report:
        return apply_plan(
            plan,
            pmr=pmr,
            target=where,
            settings=settings,
            clock=session.clock,
            progress=progress,
        )

    return run.apply(session, carry_out, output=output, yes=yes)


def _run(
    session: Session,
    pmr: ProfilesManagementRepresentation,
    target: Target,
    settings: Settings,
    now: datetime | None = None,
) -> TargetRun:
    """Return a run on a cluster or a folder.

    Args:
        now: the moment for which to plan; None for the moment at which the target was read.
    """
    made = partial(
        plan_profiles, pmr, target=target, settings=settings, now=now, clock=session.clock
    )
    return TargetRun(plan=made, limits=settings.limits, confirmation=CONFIRMATION)


@command
def list_stale(
    ctx: typer.Context,
    given: SourceOptions,
    git: GitOptions,
    target: TargetOptions,
    options: ListStaleOptions,
    output: OutputOption = "text",
) -> int:
    """List stale profiles: those that the document no longer defines."""
    session: Session = ctx.obj
    settings = options.settings()
    pmr = session.document(given, git, settings)
    where = session.target(target, existing=True, plan_only=True)
    with session.terminal.waiting(READING):
        stale = list_stale_profiles(pmr, target=where, settings=settings)
    session.show(output, *stale_listing.stale(stale), listing=True)
    return 0


@command
def delete_stale(
    ctx: typer.Context,
    given: SourceOptions,
    git: GitOptions,
    target: TargetOptions,
    options: DeleteStaleOptions,
    keep_data: Annotated[
        bool,
        typer.Option(
            "--keep-data", help="Keep the namespaces with their data; only revoke access."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete without asking.")] = False,
    timeout: Timeout = None,
    output: OutputOption = "text",
) -> int:
    """Show stale profiles, ask, and delete them with their data."""
    session: Session = ctx.obj
    settings = replace(options.settings(), deadline=timeout)
    pmr = session.document(given, git, settings, every=True)
    where = session.target(target, existing=True)
    with session.terminal.waiting(READING):
        planned = plan_deletion(pmr, target=where, settings=settings, keep_data=keep_data)
    if planned.refused:
        session.show(output, plan_lines(planned), plan_data(planned))
        return 1
    if not (planned or planned.pending):
        lines = [line("Nothing to delete: no profile is stale.")]
        session.show(output, [*lines, *listed_warnings(planned.warnings)], plan_data(planned))
        return 0
    try:
        if planned and not yes:
            agree_to_deletion(session, planned, keep_data=keep_data)
    except Declined as error:
        return stopped(session, output, error)
    with session.changing("Deleting") as progress:
        report = delete_stale_profiles(
            pmr,
            target=where,
            settings=settings,
            keep_data=keep_data,
            only={*planned.stale, *(waiting.profile for waiting in planned.pending)},
            clock=session.clock,
            progress=progress,
        )
    return reported(session, output, report)


@command
def schema(ctx: typer.Context) -> int:
    """Print the JSON Schema of documents, for editors."""
    session: Session = ctx.obj
    session.terminal.data(schemas.schema(), "json")
    return 0
