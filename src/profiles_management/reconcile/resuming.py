"""Going on with changes that met a conflict, within the run in which they met it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from profiles_management.pmr.problems import Interrupted
from profiles_management.reconcile import conflicts
from profiles_management.reconcile.job import Job, Jobs
from profiles_management.reconcile.plan import Plan, Replan
from profiles_management.reconcile.sender import Sender
from profiles_management.reconcile.target_errors import TargetError

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before a change that met a conflict is planned again, by how often it was."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """The changes of a run that met a conflict, and how they are planned again.

    Attributes:
        plan: the plan of the run, made before the conflicts.
        jobs: all changes of that plan.
    """

    plan: Plan
    jobs: Jobs
    sender: Sender
    replan: Replan

    def resume(self) -> bool:
        """Plan changes again until none is left, or time or attempts are used up.

        Returns:
            Whether anything was tried.
        """
        was_tried = False
        for jobs in self._rounds():
            was_tried = True
            fresh = self._planned()
            if fresh is None:
                continue
            if not conflicts.is_decided_alike(self.plan, fresh):
                _leave_to_next_run(jobs)
                break
            self._go_on(jobs, fresh)
        return was_tried

    def _rounds(self) -> Iterator[list[Job]]:
        """Yield, after each pause, the jobs that met a conflict and have attempts left."""
        while jobs := self.jobs.where(_can_be_resumed):
            if not self._pause(min(job.resumed for job in jobs)):
                return
            for job in jobs:
                job.resumed += 1
            yield jobs

    def _pause(self, resumed: int) -> bool:
        """Wait as long as before that attempt; return False at once where no time is left."""
        pause, clock = PAUSES[resumed], self.sender.clock
        if self.sender.ends() or clock.monotonic() + pause > self.sender.deadline:
            return False
        clock.sleep(pause)
        return True

    def _planned(self) -> Plan | None:
        """Return the plan from fresh reads; None where the target cannot be read at the moment."""
        try:
            return self.replan()
        except (TargetError, Interrupted):
            return None

    def _go_on(self, jobs: Collection[Job], fresh: Plan) -> None:
        """Go on with jobs, and with what was not tried because of them."""
        going = self._made_ready(jobs, fresh)
        self.sender.refresh_barriers(self.jobs)
        barred = self.sender.broken.keys() | self.sender.late.keys()
        free = {job.change.profile for job in going} - barred
        behind = self.jobs.where(lambda job: job.is_behind and job.change.profile in free)
        self.sender.advance_in_order([*going, *self._made_ready(behind, fresh)])

    def _made_ready(self, jobs: Collection[Job], fresh: Plan) -> list[Job]:
        """Make jobs ready to go on with what is left of them, and return those that can."""
        return [job for job in jobs if self._is_ready(job, fresh)]

    def _is_ready(self, job: Job, fresh: Plan) -> bool:
        """Make a job ready to go on; return False where it stays as it is."""
        refused, written = job.refused, job.all_written
        job.conflict = False
        try:
            rest = conflicts.remaining(job.change, fresh, written=written, met=refused)
        except conflicts.Contradicted:
            return False
        self.sender.reopen(job)
        job.resume(rest)
        return True


def _can_be_resumed(job: Job) -> bool:
    return job.conflict and job.resumed < len(PAUSES)


def _leave_to_next_run(jobs: Collection[Job]) -> None:
    """Give jobs up for this run: the target decided something that nobody has seen yet."""
    for job in jobs:
        job.conflict = False
