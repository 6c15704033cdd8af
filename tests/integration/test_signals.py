"""The command is asked to end in the middle of an apply, on a real cluster: it finishes a pair and reports."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from integration.cluster.waiting import wait_for

PEOPLE = 60
SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def started(cluster, name, tmp_path, profile, engine):
    """Start an apply that gives sixty people access, with one writer; the profile is there already."""
    engine.settle(profile())
    people = profile(**{f"p{number:02}": "edit" for number in range(PEOPLE)})
    document = tmp_path / "pmr.json"
    document.write_text(
        json.dumps({"profiles": [people.model_dump(mode="json", exclude_none=True, by_alias=True)]})
    )

    def start():
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("PROFILES_MANAGEMENT_")
        }
        return subprocess.Popen(  # noqa: S603 - our own command
            [
                *(
                    sys.executable,
                    "-m",
                    "profiles_management",
                    "apply",
                    str(document),
                    "--output",
                    "json",
                ),
                *("--kubeconfig", str(cluster.kubeconfig), "--instance", name, "--writers", "1"),
            ],
            env={**kept, "PYTHONPATH": str(SOURCE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def test_sigterm_leaves_whole_pairs_and_the_next_run_gives_the_rest(started, server, name):
    def contributors(kind):
        objects = server.objects(kind, name)
        return {
            one["metadata"]["name"]
            for one in objects
            if one["metadata"]["name"].startswith("user-")
        }

    with started() as process:
        wait_for("a contributor", lambda: len(contributors("RoleBinding")) > 2, seconds=60)
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=60)

    results = [change["result"] for change in json.loads(out)["changes"]]
    assert process.returncode == 143, said
    assert 2 < results.count("done") < PEOPLE
    assert results.count("done") + results.count("not_tried") == PEOPLE
    assert contributors("RoleBinding") == contributors("AuthorizationPolicy")
    assert len(contributors("RoleBinding")) == results.count("done")

    with started() as process:
        process.communicate(timeout=120)

    assert process.returncode == 0
    assert len(contributors("RoleBinding")) == len(contributors("AuthorizationPolicy")) == PEOPLE
