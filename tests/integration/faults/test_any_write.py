"""After a fault at any write the next run finishes, and nobody had access without permission."""

from integration.faults.conftest import CHANCE, KINDS
from memory_api import fail_nth_write
from scenarios.documents import KUBEFLOW


def test_whichever_write_goes_wrong_the_next_run_finishes(
    lab, goal, ledger, chance, scenario, kind
):
    wanted, found = goal(scenario), []

    for index in range(1, wanted.writes + 1):
        chosen = chance.choice(KINDS) if kind == CHANCE else kind
        with lab.trial(scenario) as trial:
            struck = trial.strike(index, chosen)
            problems = [*trial.finish(), *trial.problems(wanted)]
            ledger.again += trial.runs > 1
            found += [f"{chosen} at write {index}, {trial.struck}: {one}" for one in problems]
        assert struck, f"there was no write {index}"

    ledger.note("writes", str(scenario), kind, wanted.writes, found)
    assert found == []


def test_a_run_waits_as_long_as_the_server_asks(lab):
    with lab.trial(KUBEFLOW[1]) as trial:
        fault = fail_nth_write(1, "429")

        report = trial.apply(fault)

        refused, again = [one for one in trial.proxy.log if one.request.writes][:2]
        assert (report.exit_code, refused.request.status) == (0, 429)
        assert again.request.path == refused.request.path
        assert again.at - refused.at >= 1.0


def test_a_killed_command_sends_nothing_any_more_and_has_done_what_it_had_sent(lab):
    with lab.trial(KUBEFLOW[1]) as trial:
        trial.strike(2, "kill_after")

        assert [one.acted for one in trial.proxy.writes] == [True, True]
        assert trial.exit_code == -9
