"""Sending the writes of changes: several changes at once, each in the order of its writes."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.job import Job, Jobs
from profiles_management.reconcile.plan import Condition, Phase
from profiles_management.reconcile.report import Result
from profiles_management.reconcile.run_limits import RunLimits
from profiles_management.reconcile.target import WriteTarget
from profiles_management.reconcile.target_errors import TargetError, WriteError, write_error

NOTHING_MET: frozenset[Condition] = frozenset()


class Sender:
    """Sends the writes of jobs to a target.

    Attributes:
        broken: by profile in which something failed, why its later changes are not tried.
        late: by profile in which a revocation is late, why its grants wait.
        through: how many jobs are at their end.
        stop_reason: why this process may not write any more, '' while it may.
        is_stopped: whether the target stopped answering, or a worker was ended by an exception.
    """

    def __init__(
        self,
        target: WriteTarget,
        clock: Clock,
        *,
        deadline: float,
        limits: RunLimits,
        show: Callable[[int], None],
    ) -> None:
        """Send nothing yet.

        Args:
            deadline: the reading of the monotonic clock after which no write is tried again.
            limits: how many changes are sent at once, and whether none is begun after the deadline.
            show: called with `through` whenever it grows, from any thread.
        """
        self.target = target
        self.clock = clock
        self.deadline = deadline
        self.writers = limits.writers
        self.broken: dict[str, str] = {}
        self.late: dict[str, str] = {}
        self.through = 0
        self.stop_reason = ""
        self.is_stopped = False
        self._ends_at_deadline = limits.ends_at_timeout
        self._show = show
        self._barred: dict[str, str] = {}
        self._unanswered = 0
        self._lock = threading.Lock()

    def ends(self) -> bool:
        """Return whether nothing more is begun."""
        is_barred = self.is_stopped or bool(self.stop_reason)
        return is_barred or self.is_out_of_time or self.clock.ending()

    @property
    def is_out_of_time(self) -> bool:
        """Whether nothing more is begun because the deadline has passed."""
        return self._ends_at_deadline and self.clock.monotonic() > self.deadline

    def advance(self, jobs: Iterable[Job], met: frozenset[Condition] = NOTHING_MET) -> None:
        """Advance jobs, `writers` at once, each until it ends or has to wait.

        A failure bars its profile from the next call, not from this one: a revocation that fails
        is no reason to leave out the next.

        Args:
            met: the conditions that hold.
        """
        due = list(jobs)
        if not due:
            return
        self._barred = dict(self.broken)
        self._ask_for_stop(due)
        queue, writers = iter(due), min(self.writers, len(due))
        with ThreadPoolExecutor(writers) as pool:
            try:
                for worker in [pool.submit(self._work, queue, met) for _ in range(writers)]:
                    worker.result()
            except BaseException:  # Ctrl-C too: no worker takes another job; the error goes on
                self.is_stopped = True
                raise

    def advance_in_order(self, jobs: Collection[Job]) -> None:
        """Advance jobs phase by phase: each phase begins when the one before it is through."""
        for phase in Phase:
            self.advance(job for job in jobs if job.change.phase is phase)

    def refresh_barriers(self, jobs: Jobs) -> None:
        """Find out again in which profiles a change failed or is late."""
        self.broken = {job.change.profile: job.came_first for job in jobs.broken}
        self.late = {job.change.profile: job.waits_for_end for job in jobs.late}

    def reopen(self, job: Job) -> None:
        """Count a job as not at its end, before it is resumed."""
        self.through -= job.result is not None

    def _ask_for_stop(self, due: Iterable[Job]) -> None:
        """Ask whether this process may still write, before anything but a revocation is sent."""
        is_asked = any(job.change.phase is not Phase.REVOKE and job.has_writes_left for job in due)
        if is_asked and not self.stop_reason:
            self.stop_reason = self.clock.stop_reason()

    def _work(self, queue: Iterator[Job], met: frozenset[Condition]) -> None:
        """Advance jobs until none is left.

        What ends one worker ends the others too, each after the job that it has.
        """
        try:
            while not self.ends():
                with self._lock:
                    job = next(queue, None)
                if job is None:
                    return
                self._advance(job, met)
        except BaseException:  # a bug in one job too stops the other workers; the error goes on
            self.is_stopped = True
            raise

    def _advance(self, job: Job, met: frozenset[Condition]) -> None:
        """Send what can be sent of a job.

        It stops where it has to wait, or where something fails.
        """
        job.begin()
        if self._is_put_off(job):
            return
        try:
            self._send(job, met)
        except TargetError as error:
            self._failed(job, write_error(error))
            return
        job.settle(met)
        if job.waits_for is None:
            self._end(job, Result.DONE)

    def _is_put_off(self, job: Job) -> bool:
        """Return whether a job is not tried because of other changes of its profile."""
        profile = job.change.profile
        if profile in self._barred:
            job.nameless = "an earlier change did not succeed"
            self._end(job, Result.NOT_TRIED, self._barred[profile])
            return True
        # another thread may remove nothing from `late`, it only adds
        if job.change.gives and profile in self.late:
            job.hold(self.late[profile])
            return True
        return False

    def _send(self, job: Job, met: frozenset[Condition]) -> None:
        """Send the writes of a job up to the first that waits for something."""
        for write in job.writes[job.sent :]:
            if write.after is not None and write.after not in met:
                return
            self.target.send(write, deadline=self.deadline)
            job.sent += 1
            self._unanswered = 0

    def _failed(self, job: Job, error: WriteError) -> None:
        """Record a failure. A revocation that met a conflict is late: it is tried again."""
        change = job.change
        job.error, job.nameless = error, error.nameless
        # the target itself repeats a revocation
        job.conflict = error.conflict and change.phase is not Phase.REVOKE
        if error.conflict and change.takes:
            job.late, job.why = True, str(error)
            self.late[change.profile] = job.waits_for_end
            return
        self._end(job, Result.PENDING if error.conflict else Result.FAILED, str(error))
        if job.is_broken:
            self.broken[change.profile] = job.came_first
        self._stop_where_nothing_answers(error)

    def _stop_where_nothing_answers(self, error: WriteError) -> None:
        """Stop after as many writes in a row without an answer as there are writers."""
        with self._lock:
            self._unanswered += error.unanswered
        if self._unanswered >= self.writers:
            self.is_stopped = True

    def _end(self, job: Job, result: Result, why: str = "") -> None:
        job.result, job.why = result, why
        with self._lock:
            self.through += 1
            self._show(self.through)
