"""Going on with changes that met a conflict, within the run in which they met it."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from profiles_management.pmr.problems import ClusterError, Interrupted
from profiles_management.reconcile import conflicts
from profiles_management.reconcile.plan import Phase, Plan

if TYPE_CHECKING:
    from profiles_management.kubeflow.apply import Run
    from profiles_management.kubeflow.job import Job

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before a change that met a conflict is planned again, by how often it was."""


def settle(run: "Run", replan: Callable[[], Plan]) -> bool:
    """Plan changes that met a conflict again until none is left, or time or attempts are used up.

    Args:
        replan: returns the document of the run, planned from fresh reads.

    Returns:
        Whether anything was tried.
    """
    tried = False
    while jobs := [job for job in run.jobs if job.conflict and job.resumed < len(PAUSES)]:
        pause = PAUSES[min(job.resumed for job in jobs)]
        if run.ends() or run.clock.monotonic() + pause > run.deadline:
            break
        run.clock.sleep(pause)
        tried = True
        for job in jobs:
            job.resumed += 1
        try:
            fresh = replan()
        except (ClusterError, Interrupted):
            continue  # looked at again after the next pause, or the run ends
        if not conflicts.is_decided_alike(run.plan, fresh):
            for job in jobs:
                job.conflict = False  # the next run shows which gateways it writes
            break
        _go_on(run, jobs, fresh)
    return tried


def _go_on(run: "Run", jobs: Iterable["Job"], fresh: Plan) -> None:
    """Go on with jobs, and with what was not tried because of them."""
    going = [job for job in jobs if _is_ready(run, job, fresh)]
    run.look_for_trouble()
    free = {job.change.profile for job in going} - run.broken.keys() - run.late.keys()
    going += [
        job
        for job in run.jobs
        if job.is_behind and job.change.profile in free and _is_ready(run, job, fresh)
    ]
    for phase in Phase:
        run.advance(job for job in going if job.change.phase is phase)


def _is_ready(run: "Run", job: "Job", fresh: Plan) -> bool:
    """Make a job ready to go on with what is left of it; return False where it stays as it is."""
    met = job.writes[job.sent] if job.conflict else None
    job.conflict = False
    try:
        rest = conflicts.remaining(
            job.change, fresh, written=job.written + job.writes[: job.sent], met=met
        )
    except conflicts.Contradicted:
        return False
    run.through -= job.result is not None
    job.resume(rest)
    return True
