"""Going on with changes that met a conflict, within the run in which they met it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile import conflicts
from profiles_management.reconcile.plan import Phase, Plan
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
    while jobs := [job for job in run.jobs if job.conflict and job.resumed < len(PAUSES)]:
        pause = PAUSES[min(job.resumed for job in jobs)]
        if run.sender.ends() or run.clock.monotonic() + pause > run.deadline:
            break
        run.clock.sleep(pause)
        was_tried = True
        for job in jobs:
            job.resumed += 1
        try:
            fresh = replan()
        except (TargetError, Interrupted):
            continue  # planned again after the next pause, or the run ends
        if not conflicts.is_decided_alike(run.plan, fresh):
            for job in jobs:
                job.conflict = (
                    False  # nobody has seen what the new plan decides; the next run shows it
                )
            break
        _go_on(run, jobs, fresh)
    return was_tried


def _go_on(run: "Run", jobs: Iterable["Job"], fresh: Plan) -> None:
    """Go on with jobs, and with what was not tried because of them."""
    going = [job for job in jobs if _is_ready(run, job, fresh)]
    run.refresh_barriers()
    free = {job.change.profile for job in going} - run.sender.broken.keys() - run.sender.late.keys()
    behind = [job for job in run.jobs if job.is_behind and job.change.profile in free]
    going += [job for job in behind if _is_ready(run, job, fresh)]
    for phase in Phase:
        run.advance_phase(going, phase)


def _is_ready(run: "Run", job: "Job", fresh: Plan) -> bool:
    """Make a job ready to go on with what is left of it; return False where it stays as it is."""
    met = job.writes[job.sent] if job.conflict else None
    written = job.written + job.writes[: job.sent]
    job.conflict = False
    try:
        rest = conflicts.remaining(job.change, fresh, written=written, met=met)
    except conflicts.Contradicted:
        return False
    run.sender.reopen(job)
    job.resume(rest)
    return True
