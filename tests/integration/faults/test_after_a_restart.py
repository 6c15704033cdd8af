"""The API server is killed and restarted during a run: this run or the next one finishes."""

import threading
from concurrent.futures import ThreadPoolExecutor

from integration.cluster.waiting import wait_for
from memory_api.faults import Reset
from scenarios.documents import PLAIN, Scenario


class Killing:
    """Kills the API server before or after it handles the n-th request that matches `concerns`."""

    def __init__(self, plane, n, concerns, *, acted=False):
        self._plane, self._left, self._concerns, self._acted = plane, n, concerns, acted
        self._lock = threading.Lock()
        self.injured = None

    def __call__(self, request, act):
        with self._lock:
            self._left -= self._concerns(request)
            due = self._left == 0 and self.injured is None
            if due and self._acted:
                act()
            if due:
                self._plane.kill_api_server()
                self.injured = request
        if due:
            raise Reset("the API server died")
        return act()


def restarted_during(trial, plane, killing, **settings):
    """Apply while the API server restarts; return the report, or None if reading failed."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(trial.apply, killing, **settings)
        wait_for("its end", lambda: killing.injured or running.done())
        plane.start_api_server()  # in the test's own thread, which lives on
        return running.result()


def test_at_any_write_the_run_or_the_next_one_finishes(
    lab, goal, ledger, plane, recorder, chance, scenario
):
    wanted = goal(scenario)
    index, acted = chance.randint(1, wanted.writes), chance.choice([True, False])
    with lab.trial(scenario) as trial:
        killing = Killing(plane, index, lambda request: request.writes, acted=acted)

        restarted_during(trial, plane, killing)
        trial.struck = killing.injured

        found = [*trial.finish(), *trial.problems(wanted), *recorder.missed()]
        found = [f"write {index}, {acted=}: {one}" for one in found]
        ledger.again += trial.runs > 1
        ledger.note("others", "the server is killed at a write", str(scenario), 1, found)
    assert found == []


def test_in_the_middle_of_a_list_the_run_or_the_next_one_reads_it_whole(lab, ledger, plane):
    with lab.trial(Scenario("pages", PLAIN, PLAIN)) as trial:
        killing = Killing(plane, 1, lambda request: "continue" in request.query)

        report = restarted_during(trial, plane, killing, page_size=1)

        assert killing.injured
        assert report is None or report.outcomes == ()
        assert trial.apply(page_size=1).outcomes == ()
        ledger.note("others", "the server is killed in the middle of a list", "", 1)
