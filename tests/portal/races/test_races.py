"""What happens at the same moment on PostgreSQL, between processes of one server.

Each race has 200 rounds. Every round begins behind a barrier, and is checked at its end.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from postgresql import Postgresql

from running_server import SOURCES, command

HERE = Path(__file__).parent
DATABASE = "races"
ROUNDS = 200
RACES = [
    "TwoDeciders",
    "DecideAgainstWithdraw",
    "TwoRequests",
    "OneIdForTwo",
    "UpgradeAgainstRemoval",
    "TwoLastOwners",
    "TwoOwnersDeactivated",
    "DecideAgainstDeactivation",
    "DecideAgainstRemovalOfDeputy",
    "DecideAgainstDeactivationOfDeputy",
    "OneNewModule",
    "OneNewUser",
    "OneNewName",
]


@pytest.fixture(scope="module")
def environment(postgresql: Postgresql) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("USER_MANAGER")
    }
    variables = kept | {
        "DJANGO_SETTINGS_MODULE": "user_manager.settings",
        "PYTHONPATH": os.pathsep.join([str(SOURCES), str(HERE)]),
        "USER_MANAGER_SECRET_KEY": "a key that only tests use, and that is long enough",
        "USER_MANAGER_DATABASE_URL": postgresql.new_database(DATABASE),
    }
    command(variables, "migrate")
    return variables


def run(environment: dict[str, str], race: str, rounds: int, seed: str, mode: str) -> dict:
    arguments = [sys.executable, HERE / "racing.py", race, str(rounds), seed, mode]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("race", RACES)
def test_nothing_happens_twice_and_no_event_is_missing(race, environment, postgresql):
    result = run(environment, race, ROUNDS, race, "race")
    assert result["faults"] == []
    assert sum(result["outcomes"].values()) == ROUNDS
    assert postgresql.deadlocks(DATABASE) == 0


@pytest.mark.parametrize("race", RACES)
def test_nothing_is_half_done_when_a_server_is_killed_between_two_statements(race, environment):
    result = run(environment, race, ROUNDS // len(RACES), f"killed {race}", "kill")
    assert result["faults"] == []
    assert all("killed" in results for results in result["outcomes"])


def test_no_deadlock_and_no_fault_when_everything_happens_at_once(environment, postgresql):
    result = run(environment, "Everything", ROUNDS // 4, "mixed", "race")
    assert result["faults"] == []
    assert postgresql.deadlocks(DATABASE) == 0
