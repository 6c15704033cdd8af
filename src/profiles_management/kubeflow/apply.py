"""Running a plan: phase by phase, what waits for others last. It decides nothing that the plan has not decided."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from profiles_management.kubeflow.job import Job
from profiles_management.kubeflow.settings import Settings
from profiles_management.kubeflow.target import Target, WriteError
from profiles_management.pmr.problems import ClusterError, Interrupted, Problem
from profiles_management.reconcile.clock import Clock
from profiles_management.reconcile.plan import Condition, Phase, Plan, State
from profiles_management.reconcile.report import Outcome, Report, Result
from profiles_management.reconcile.waiting import Waiting, Watcher

_FIRST_LOOK, _LONGEST_LOOK = 0.1, 2.0
# seconds: the profile controller makes a profile ready in a few, also when it was just started
_SILENT_FOR = 60.0
_SILENT, _INTERRUPTED = "the cluster stopped answering", "interrupted"

Progress = Callable[[int, int], None]


def apply(
    plan: Plan,
    target: Target,
    settings: Settings,
    clock: Clock,
    progress: Progress | None = None,
    *,
    replan: Callable[[], Plan] | None = None,
) -> Report:
    """Carry a plan out.

    The phases are barriers: a grant is sent when every revocation was answered or given up. What
    waits for somebody else holds nothing up; it is looked at again until `settings.deadline`. A
    profile in which something failed sits out what comes later, the others go on. Once
    `clock.ending` holds, changes in flight are finished and no other is begun. `clock.stop_reason`
    is asked before anything but a revocation is sent: where another process took over, this one
    must not give what that one has taken away.

    A change that takes access away and meets somebody who was quicker each time is late: it is
    tried again before anything is granted, and at the end of the run. Until it is done, nobody of
    its profile is given anything; whatever takes away or gives nothing goes on.

    A change that meets a conflict is planned again from fresh reads, a few times until the
    deadline. It goes on where the new plan still makes it, and is done where nothing is left of it;
    where somebody else changed what it is about, it stays pending. See `conflicts`.

    Args:
        progress: called with the number of changes that are through and of all of them, from any
            thread. A Watcher is also shown, at each look at what others do, how many profiles are
            done.
        replan: returns the same document planned from fresh reads; None leaves every conflict to
            the next run.

    Raises:
        Interrupted: the clock was ending before the first write.
    """
    if clock.ending():
        raise Interrupted
    return Run(plan, target, settings, clock, progress or _quiet, replan).report()


def _quiet(done: int, of: int) -> None:
    pass


class Run:
    """One run of a plan.

    Attributes:
        broken: by profile in which something failed, what waits says about it.
        late: by profile in which a revocation is late, what waits says about it.
    """

    def __init__(
        self,
        plan: Plan,
        target: Target,
        settings: Settings,
        clock: Clock,
        progress: Progress,
        replan: Callable[[], Plan] | None,
    ) -> None:
        self.plan = plan
        self.replan = replan
        self.target = target
        self.settings = settings
        self.clock = clock
        self.progress = progress
        self.stop_reason = ""
        self.begun = clock.monotonic()
        self.deadline = self.begun + settings.deadline_for(plan.new)
        self.jobs = [Job(change, change.writes, change.settled) for change in plan.changes]
        self.waiting = list(plan.pending)
        self.broken: dict[str, str] = {}
        self.barred: dict[str, str] = {}
        self.late: dict[str, str] = {}
        self.unanswered = 0
        self.through = 0
        self.stopped = threading.Event()
        self.lock = threading.Lock()

    def report(self) -> Report:
        """Carry the plan out, and return what became of it."""
        for phase in Phase:
            if phase is Phase.GRANT:
                self._late_again()
            # nothing, once it was stopped
            self.advance(job for job in self.jobs if job.change.phase is phase)
        self._settle_conflicts()
        self._wait()
        while self._settle_conflicts():
            self._wait()
        self._late_again()
        outcomes = tuple(self._outcome(job) for job in self.jobs)
        interrupted = self.clock.ending() and any(job.result is None for job in self.jobs)
        plan = replace(self.plan, warnings=(*self.plan.warnings, *self._silence()))
        return Report(plan, outcomes, tuple(self.waiting), interrupted, self.stop_reason)

    def ends(self) -> bool:
        """Return whether nothing more is begun."""
        return self.stopped.is_set() or bool(self.stop_reason) or self.clock.ending()

    def look_for_trouble(self) -> None:
        """Find out again in which profiles something failed or is late."""
        self.broken = {job.change.profile: job.came_first for job in self.jobs if job.is_broken}
        self.late = {job.change.profile: job.waits_for_end for job in self.jobs if job.late}

    # sending

    def advance(self, jobs: Iterable[Job], met: frozenset[Condition] = frozenset()) -> None:
        """Advance jobs, `settings.writers` at once, each as far as it goes.

        What fails on the way bars its profile from the next call, not from this one: a revocation
        that fails is no reason to leave out the next.
        """
        self.barred = dict(self.broken)
        due = list(jobs)
        if any(job.change.phase is not Phase.REVOKE and job.sent < len(job.writes) for job in due):
            self.stop_reason = self.stop_reason or self.clock.stop_reason()
        queue, writers = iter(due), min(self.settings.writers, len(due))
        with ThreadPoolExecutor(writers or 1) as pool:
            try:
                for worker in [pool.submit(self._work, queue, met) for _ in range(writers)]:
                    worker.result()
            except BaseException:  # Ctrl-C above all: no worker takes another job
                self.stopped.set()
                raise

    def _work(self, queue: Iterator[Job], met: frozenset[Condition]) -> None:
        """Advance jobs until none is left; what ends one worker ends the others too, each after its own job."""
        try:
            while not self.ends():
                with self.lock:
                    job = next(queue, None)
                if job is None:
                    return
                self._advance(job, met)
        except BaseException:
            self.stopped.set()
            raise

    def _advance(self, job: Job, met: frozenset[Condition]) -> None:
        """Send what can be sent of a job; it stops where it has to wait, or where something fails."""
        job.late = job.held = job.conflict = False
        if why := self.barred.get(job.change.profile):
            job.nameless = "an earlier change did not succeed"
            self._end(job, Result.NOT_TRIED, why)
            return
        if job.change.gives and (why := self.late.get(job.change.profile)):
            job.held, job.why, job.nameless = True, why, "an earlier revocation is pending"
            return
        try:
            while job.sent < len(job.writes):
                if job.waits_for is not None and job.waits_for not in met:
                    return
                self.target.send(job.writes[job.sent], deadline=self.deadline)
                job.sent += 1
                self.unanswered = 0
        except WriteError as error:
            self._failed(job, error)
            return
        while job.waits_for in met:
            job.settled += 1
        if job.waits_for is None:
            self._end(job, Result.DONE)

    def _failed(self, job: Job, error: WriteError) -> None:
        """A cluster that stopped answering is left alone after as many failures as there are writers."""
        change, job.nameless = job.change, error.nameless
        # which is repeated by `revoking`
        job.conflict = error.conflict and change.phase is not Phase.REVOKE
        if error.conflict and change.takes:
            job.late, job.why = True, str(error)
            self.late[change.profile] = job.waits_for_end
            return
        self._end(job, Result.PENDING if error.conflict else Result.FAILED, str(error))
        if job.is_broken:
            self.broken[change.profile] = job.came_first
        with self.lock:
            self.unanswered += error.unanswered
        if self.unanswered >= self.settings.writers:
            self.stopped.set()

    def _end(self, job: Job, result: Result, why: str = "") -> None:
        job.result, job.why = result, why
        with self.lock:
            self.through += 1
            self.progress(self.through, len(self.jobs))

    def _late_again(self) -> None:
        """Try what is late once more, then what waits for it; no more once the time is up."""
        if self.clock.monotonic() > self.deadline:
            return
        self.late = {}
        self.advance(job for job in self.jobs if job.late)
        for phase in Phase:
            self.advance(job for job in self.jobs if job.held and job.change.phase is phase)

    def _settle_conflicts(self) -> bool:
        """Go on with what met a conflict as far as it still holds; return whether there was anything to try."""
        if self.replan is None or not any(job.conflict for job in self.jobs):
            return False
        from profiles_management.kubeflow import resuming  # noqa: PLC0415 - few runs meet a conflict

        return resuming.settle(self, self.replan)

    # waiting

    def _wait(self) -> None:
        """Look again, for everything at once, until nothing waits or the time is up."""
        look, of = _FIRST_LOOK, len(self._waited_for())
        while not self.ends() and (late := self._late()):
            met = self._met(late)
            ready = [
                job
                for job in self._open()
                if job.waits_for in met or job.change.profile in self.broken
            ]
            if met or ready:
                self.advance(ready, met)
                self.waiting = [one for one in self.waiting if one.condition not in met]
            self._show(of)
            if met or ready:
                look = _FIRST_LOOK
            elif self.clock.monotonic() + look > self.deadline:
                return
            else:
                self.clock.sleep(look)
                look = min(2 * look, _LONGEST_LOOK)

    def _show(self, of: int) -> None:
        if isinstance(self.progress, Watcher):
            now = self.clock.monotonic()
            done = of - len(self._waited_for())
            self.progress.waiting(
                Waiting(done, of, now - self.begun, max(0.0, self.deadline - now))
            )

    def _waited_for(self) -> set[str]:
        jobs = {job.change.profile for job in self._open() if job.waits_for is not None}
        return jobs | {pending.profile for pending in self.waiting if pending.condition is not None}

    def _open(self) -> list[Job]:
        """Return what is under way; what is late, or waits for that, has its own time."""
        return [job for job in self.jobs if job.result is None and not job.late and not job.held]

    def _late(self) -> frozenset[Condition]:
        """Everything that something still waits for."""
        conditions = {job.waits_for for job in self._open()} | {
            one.condition for one in self.waiting
        }
        return frozenset(one for one in conditions if one is not None)

    def _met(self, conditions: frozenset[Condition]) -> frozenset[Condition]:
        try:
            return self.target.met(conditions)
        except (ClusterError, Interrupted):
            return frozenset()  # looked at again until the deadline, or until the run ends

    def _silence(self) -> Iterator[Problem]:
        """Yield a warning where the profile controller made nothing of what waits for it."""
        waited, left = self.clock.monotonic() - self.begun, self._late()
        conditions = {condition for change in self.plan.changes for condition in change.settled}
        conditions |= {
            pending.condition for pending in self.plan.pending if pending.condition is not None
        }
        owners = {condition for condition in conditions if condition.state is State.BOUND}
        if owners and owners <= left and waited >= _SILENT_FOR and not self.ends():
            from profiles_management.kubeflow.planning import silent_controller  # noqa: PLC0415 - few runs need it

            yield silent_controller.problem(len(owners), waited)

    def _outcome(self, job: Job) -> Outcome:
        if job.result is not None:
            return Outcome(job.change, job.result, job.why, job.writes_done, job.nameless)
        if job.late or job.held:
            return Outcome(
                job.change,
                Result.PENDING if job.late else Result.NOT_TRIED,
                job.why,
                job.writes_done,
                job.nameless,
            )
        if self.stop_reason and job.sent < len(job.writes):
            return Outcome(
                job.change, Result.NOT_TRIED, self.stop_reason, job.writes_done, self.stop_reason
            )
        if self.stopped.is_set():
            return Outcome(job.change, Result.NOT_TRIED, _SILENT, job.writes_done, _SILENT)
        if self.clock.ending() and not job.sent:
            return Outcome(job.change, Result.NOT_TRIED, _INTERRUPTED, nameless=_INTERRUPTED)
        waits = f"waits for the {job.waits_for.target.kind}" if job.waits_for is not None else ""
        return Outcome(
            job.change, Result.PENDING, f"waits for {job.waits_for}", job.writes_done, waits
        )
