"""Races between processes that are forked from this one, which has everything loaded.

The tests start it: `python racing.py RACE ROUNDS SEED`. It prints the outcomes and the faults.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Barrier

import django

django.setup()

from cluster_races import Everything, OneNewName  # noqa: E402
from django.db import connection, connections  # noqa: E402
from invariants import faults_in_events, faults_of_everything, faults_of_state  # noqa: E402
from race_kinds import RACES, Race  # noqa: E402

from user_manager.domain.errors import UserManagerError  # noqa: E402

KILLED_FROM = 1000  # the rounds of both kinds of runs share a database
FORK = multiprocessing.get_context("fork")
MOST_STATEMENTS = 16  # a verb has fewer; a later one means: after the commit, before the answer


@dataclass(frozen=True)
class Start:
    """One round for one worker.

    Attributes:
        killed_at: the worker kills itself before this statement; None for never.
    """

    number: int
    killed_at: int | None = None


@dataclass
class Worker:
    """A process that runs one side of a race, round by round."""

    race: Race
    place: int
    barrier: Barrier
    process: ForkProcess = field(init=False)
    link: Connection = field(init=False)

    def fork(self) -> None:
        connections.close_all()  # a connection belongs to one process
        self.link, far_end = FORK.Pipe()
        self.process = FORK.Process(target=self._run, args=(far_end,), daemon=True)
        self.process.start()
        far_end.close()  # so that the end of the worker is noticed

    def _run(self, link: Connection) -> None:
        while True:
            start = link.recv()
            side = self.race.sides(start.number)[self.place]
            connection.ensure_connection()
            self.barrier.wait()
            with killed_at(start.killed_at):
                outcome = outcome_of(side)
            link.send(outcome)

    def outcome(self) -> str:
        try:
            return str(self.link.recv())
        except EOFError:
            self.process.join()
            self.fork()
            return "killed"


def outcome_of(side: Callable[[], object]) -> str:
    """Run one side. Errors of the service are outcomes; every other one is a fault."""
    try:
        side()
    except UserManagerError as error:
        return error.code
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"
    return "ok"


@contextmanager
def killed_at(number: int | None) -> Iterator[None]:
    """Kill this process before its statement with this number, or at the end of the block."""
    if number is None:
        yield
        return
    statements = iter(range(number))

    def execute(run: Callable[..., object], *arguments: object) -> object:
        if next(statements, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return run(*arguments)

    with connection.execute_wrapper(execute):
        yield
    os.kill(os.getpid(), signal.SIGKILL)


def run(race: Race, rounds: int, seed: str, *, is_killing: bool) -> dict[str, object]:
    """Run the rounds of a race and return what came of them."""
    barrier = FORK.Barrier(race.size, timeout=60)
    workers = [Worker(race, place, barrier) for place in range(race.size)]
    for worker in workers:
        worker.fork()
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    first = KILLED_FROM if is_killing else 0
    for number in range(first, first + rounds):
        race.prepare(number)
        victim = chance.randrange(race.size) if is_killing else None
        for worker in workers:
            is_victim = worker.place == victim
            worker.link.send(
                Start(number, chance.randrange(MOST_STATEMENTS) if is_victim else None)
            )
        results = [worker.outcome() for worker in workers]
        outcomes[", ".join(results)] += 1
        found = [*unexpected(results), *faults_of_state(race.accesses(number))]
        found += [] if is_killing else race.faults(number, results)
        faults += [f"round {number}, {results}: {fault}" for fault in found]
    for worker in workers:
        worker.process.kill()
    return {"outcomes": outcomes, "faults": [*faults, *faults_in_events(), *faults_of_everything()]}


def unexpected(results: list[str]) -> Iterator[str]:
    known = {"ok", "killed", "exists", "precondition", "not-found", "forbidden", "too-many"}
    yield from (f"unexpected: {result}" for result in results if result not in known)


if __name__ == "__main__":
    name, rounds_text, seed_text, kills = sys.argv[1:]
    kinds = {kind.__name__: kind for kind in (*RACES, OneNewName, Everything)}
    result = run(kinds[name](), int(rounds_text), seed_text, is_killing=kills == "kill")
    json.dump(result, sys.stdout)
