"""Ctrl-C at any moment of an apply, on a real cluster: the next run finishes in one go."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from integration.cluster.waiting import wait_for

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture
def started(cluster, name, tmp_path, profile):
    """Start an apply of new profiles with contributors and quotas."""
    profiles = [
        profile(
            f"-{index}", cpu="1", more={"labels": {"example.com/team": "a"}}, ann="edit", bob="view"
        )
        for index in range(4)
    ]
    document = tmp_path / "pmr.json"
    document.write_text(
        json.dumps(
            {
                "profiles": [
                    one.model_dump(mode="json", exclude_none=True, by_alias=True)
                    for one in profiles
                ]
            }
        )
    )

    def start():
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("PROFILES_MANAGEMENT_")
        }
        return subprocess.Popen(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "profiles_management", "apply", str(document)),
                *("--kubeconfig", str(cluster.kubeconfig), "--instance", name),
            ],
            env={**kept, "PYTHONPATH": str(SOURCE)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


@pytest.mark.parametrize("kind", ["Profile", "Namespace", "AuthorizationPolicy"])
def test_after_ctrl_c_the_next_run_finishes_in_one_go(started, server, name, kind):
    with started() as process:
        wait_for(
            f"the first {kind}", lambda: any(_is_of(one, name) for one in server.objects(kind))
        )
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    with started() as process:
        out, _ = process.communicate(timeout=120)

    assert process.returncode == 0, out


def _is_of(one, name):
    metadata = one["metadata"]
    return metadata.get("namespace", metadata["name"]).startswith(name)
