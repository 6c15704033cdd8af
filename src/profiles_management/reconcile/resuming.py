"""Going on with changes that met a conflict, within the run in which they met it."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile import conflicts
from profiles_management.reconcile.plan import Plan
from profiles_management.reconcile.target_errors import TargetError

if TYPE_CHECKING:
    from profiles_management.reconcile.executor import Replan, Run
    from profiles_management.reconcile.job import Job

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before a change that met a conflict is planned again, by how often it was."""


def resume(run: "Run", replan: "Replan") -> bool:
    """Plan changes that met a conflict again until none is left, or time or attempts are used up.

    Args:
        replan: returns the document of the run, planned from fresh reads.

    Returns:
        Whether anything was tried.
    """
    was_tried = False
    while jobs := run.jobs.where(_can_be_resumed):
        pause = PAUSES[min(job.resumed for job in jobs)]
        if run.sender.ends() or run.clock.monotonic() + pause > run.deadline:
            break
        run.clock.sleep(pause)
        was_tried = True
        for job in jobs:
            job.resumed += 1
        fresh = _planned(replan)
        if fresh is not None and not _go_on_if_decided_alike(run, jobs, fresh):
            break
    return was_tried


def _can_be_resumed(job: "Job") -> bool:
    return job.conflict and job.resumed < len(PAUSES)


def _planned(replan: "Replan") -> Plan | None:
    """Return the plan from fresh reads; None where the target cannot be read at the moment."""
    try:
        return replan()
    except (TargetError, Interrupted):
        return None


def _go_on_if_decided_alike(run: "Run", jobs: "Collection[Job]", fresh: Plan) -> bool:
    """Go on with jobs, unless the target decided something else.

    Return whether it decided the same.

    Nobody has seen what the new plan decides. The next run shows it.
    """
    if conflicts.is_decided_alike(run.plan, fresh):
        _go_on(run, jobs, fresh)
        return True
    for job in jobs:
        job.conflict = False
    return False


def _go_on(run: "Run", jobs: "Collection[Job]", fresh: Plan) -> None:
    """Go on with jobs, and with what was not tried because of them."""
    going = _made_ready(run, jobs, fresh)
    run.refresh_barriers()
    free = {job.change.profile for job in going} - run.sender.broken.keys() - run.sender.late.keys()
    behind = run.jobs.where(lambda job: job.is_behind and job.change.profile in free)
    run.sender.advance_in_order([*going, *_made_ready(run, behind, fresh)])


def _made_ready(run: "Run", jobs: "Collection[Job]", fresh: Plan) -> "list[Job]":
    """Make jobs ready to go on with what is left of them, and return those that can."""
    return [job for job in jobs if _is_ready(run, job, fresh)]


def _is_ready(run: "Run", job: "Job", fresh: Plan) -> bool:
    """Make a job ready to go on with what is left of it; return False where it stays as it is."""
    met = job.writes[job.sent : job.sent + 1] if job.conflict else ()
    written = job.written + job.writes[: job.sent]
    job.conflict = False
    try:
        rest = conflicts.remaining(job.change, fresh, written=written, met=met)
    except conflicts.Contradicted:
        return False
    run.sender.reopen(job)
    job.resume(rest)
    return True
