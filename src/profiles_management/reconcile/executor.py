"""Carrying out a plan, phase by phase; what waits for others comes last.

It decides nothing that the plan did not.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from profiles_management.pmr.problems import Interrupted, Problem
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.job import Job, Jobs
from profiles_management.reconcile.plan import Condition, Plan, Replan
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.sender import Sender
from profiles_management.reconcile.target import WriteTarget
from profiles_management.reconcile.target_errors import TargetError
from profiles_management.reconcile.waiting import Progress, Waiting, Watcher

# seconds: the controller often makes a profile ready at once
_FIRST_LOOK, _LONGEST_LOOK = 0.1, 2.0
_INTERRUPTED = "interrupted"
_OUT_OF_TIME = "the run took too long; the next run continues"


def execute(
    plan: Plan,
    target: WriteTarget,
    limits: RunLimits,
    clock: Clock,
    progress: Progress | None = None,
    *,
    replan: Replan | None = None,
) -> Report:
    """Carry out a plan.

    The phases are barriers: a grant is sent when every revocation was answered or given up. What
    waits for somebody else delays nothing; it is looked at again until the deadline. After a
    failure, no later change of the same profile is tried; other profiles go on. Once
    `clock.ending` holds, changes in flight are finished and no other is begun. `clock.stop_reason`
    is asked before anything but a revocation is sent: where another process took over, this one
    must not give what that one has taken away.

    A change that takes access away and meets a conflict at each attempt is late: it is tried
    again before anything is granted, and at the end of the run. Until it is done, nobody of its
    profile is given anything; other changes go on.

    Any other change that meets a conflict is planned again from fresh reads, a few times until the
    deadline. It goes on where the new plan still makes it, and is done where nothing is left of it;
    where somebody else changed what it is about, it stays pending. See `conflicts`.

    Args:
        limits: how long the run may take, and how many changes are sent at once.
        progress: called with the number of changes that are at their end and of all of them, from
            any thread. A Watcher is also shown, at each look at what others do, how many profiles
            are done.
        replan: None leaves every conflict to the next run.

    Raises:
        Interrupted: the clock was ending before the first write.
    """
    if clock.ending():
        raise Interrupted
    return Run(plan, target, limits, clock, progress or _quiet, replan).report()


def _quiet(done: int, of: int) -> None:
    pass


class Run:
    """One run of a plan.

    Attributes:
        jobs: one for each change of the plan, in its order.
        sender: sends their writes.
        waiting: what the plan called pending and still is.
        begun, deadline: readings of the monotonic clock.
    """

    def __init__(
        self,
        plan: Plan,
        target: WriteTarget,
        limits: RunLimits,
        clock: Clock,
        progress: Progress,
        replan: Replan | None,
    ) -> None:
        self.plan = plan
        self.target = target
        self.clock = clock
        self.progress = progress
        self.replan = replan
        self.begun = clock.monotonic()
        self.deadline = self.begun + limits.timeout(plan.new)
        self.jobs = Jobs(plan.changes)
        self.waiting = list(plan.pending)
        self.sender = Sender(
            target,
            clock,
            deadline=self.deadline,
            limits=limits,
            show=lambda through: progress(through, len(self.jobs)),
        )

    def report(self) -> Report:
        """Carry out the plan, and return what became of it."""
        self.sender.advance_in_order(self.jobs.before_grants)
        self._retry_late()
        self.sender.advance_in_order(self.jobs.grants)
        self._resume_conflicts()
        self._wait()
        while self._resume_conflicts():
            self._wait()
        self._retry_late()
        return self._reported()

    def _retry_late(self) -> None:
        """Try what is late once more, then what waits for it, unless the time is up."""
        if self.clock.monotonic() > self.deadline:
            return
        self.sender.late = {}
        self.sender.advance(self.jobs.late)
        self.sender.advance_in_order(self.jobs.held)

    def _resume_conflicts(self) -> bool:
        """Go on with what met a conflict, where it still holds.

        Return whether anything was tried.
        """
        if self.replan is None or not self.jobs.conflicting:
            return False
        from profiles_management.reconcile import resuming  # noqa: PLC0415 - few runs meet a conflict

        return resuming.Resumption(self.plan, self.jobs, self.sender, self.replan).resume()

    # waiting

    def _wait(self) -> None:
        """Look at all conditions again and again until all hold or the time is up."""
        pause, of = _FIRST_LOOK, len(self._awaited_profiles())
        while not self.sender.ends() and (left := self._unmet()):
            has_moved = self._look(left)
            self._show_waiting(of)
            if has_moved:
                pause = _FIRST_LOOK
                continue
            if self.clock.monotonic() + pause > self.deadline:
                return
            self.clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_LOOK)

    def _look(self, conditions: frozenset[Condition]) -> bool:
        """Go on with what waited for conditions that hold now; return whether anything moved."""
        met, broken = self._met(conditions), self.sender.broken
        open_jobs = self.jobs.open
        ready = [job for job in open_jobs if job.waits_for in met or job.change.profile in broken]
        self.sender.advance(ready, met)
        self.waiting = [pending for pending in self.waiting if pending.condition not in met]
        return bool(met or ready)

    def _met(self, conditions: frozenset[Condition]) -> frozenset[Condition]:
        """Return the conditions that hold; none where the target cannot be read at the moment."""
        try:
            return self.target.met(conditions)
        except (TargetError, Interrupted):
            return frozenset()

    def _show_waiting(self, of: int) -> None:
        if not isinstance(self.progress, Watcher):
            return
        now = self.clock.monotonic()
        done = of - len(self._awaited_profiles())
        self.progress.waiting(Waiting(done, of, now - self.begun, max(0.0, self.deadline - now)))

    def _awaited(self) -> Iterator[tuple[str, Condition]]:
        """Yield what something still waits for, with the profile that waits."""
        for job in self.jobs.open:
            if job.waits_for is not None:
                yield job.change.profile, job.waits_for
        for pending in self.waiting:
            if pending.condition is not None:
                yield pending.profile, pending.condition

    def _awaited_profiles(self) -> set[str]:
        return {profile for profile, _ in self._awaited()}

    def _unmet(self) -> frozenset[Condition]:
        return frozenset(condition for _, condition in self._awaited())

    # reporting

    def _reported(self) -> Report:
        outcomes = tuple(self._outcome(job) for job in self.jobs)
        is_interrupted = self.clock.ending() and self.jobs.has_unfinished
        plan = replace(self.plan, warnings=(*self.plan.warnings, *self._overdue()))
        waiting = tuple(self.waiting)
        return Report(plan, outcomes, waiting, is_interrupted, self.sender.stop_reason)

    def _overdue(self) -> Collection[Problem]:
        """Return what the target says about conditions that nobody fulfilled in the whole run."""
        left = self._unmet()
        if not left or self.sender.ends():
            return ()
        waited = self.clock.monotonic() - self.begun
        return self.target.overdue(frozenset(_conditions(self.plan)), left, waited)

    def _outcome(self, job: Job) -> Outcome:
        if job.standing is not None:
            return job.outcome(job.standing, job.why, job.nameless)
        if why := self._why_not_tried(job):
            return job.outcome(Result.NOT_TRIED, why, why)
        if self.sender.is_out_of_time and not self.clock.ending():
            return job.outcome(Result.PENDING, _OUT_OF_TIME, _OUT_OF_TIME)
        if job.waits_for is None or self._is_cut_off(job):
            return job.outcome(Result.NOT_TRIED, _INTERRUPTED, _INTERRUPTED)
        nameless = f"waits for the {job.waits_for.target.kind}"
        return job.outcome(Result.PENDING, f"waits for {job.waits_for}", nameless)

    def _is_cut_off(self, job: Job) -> bool:
        """Return whether the program was asked to end before the first write of a job."""
        return self.clock.ending() and not job.sent

    def _why_not_tried(self, job: Job) -> str:
        """Return why nothing could be written any more; '' where it could."""
        if self.sender.stop_reason and job.has_writes_left:
            return self.sender.stop_reason
        if self.sender.is_stopped:
            return f"the {self.target.description.label.lower()} stopped answering"
        return ""


def _conditions(plan: Plan) -> Iterator[Condition]:
    """Yield what each change waits for at its end, and what was pending before the run."""
    for change in plan.changes:
        yield from change.settled
    for pending in plan.pending:
        if pending.condition is not None:
            yield pending.condition
