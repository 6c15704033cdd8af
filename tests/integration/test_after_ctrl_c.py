"""Ctrl-C at any moment of an apply on a real cluster: the next run finishes."""

import signal
from functools import partial

import pytest

from integration.cluster.waiting import wait_for
from integration.command import start_apply, written


@pytest.fixture
def started(cluster, name, tmp_path, profile):
    """Start an apply of new profiles with contributors and quotas."""
    labels = {"labels": {"example.com/team": "a"}}
    profiles = [
        profile(f"-{index}", cpu="1", more=labels, ann="edit", bob="view") for index in range(4)
    ]
    document = written(tmp_path / "pmr.json", profiles)
    return partial(start_apply, document, kubeconfig=cluster.kubeconfig, instance=name)


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
        out, errors = process.communicate(timeout=120)

    assert process.returncode == 0, out + errors


def _is_of(one, name):
    metadata = one["metadata"]
    return metadata.get("namespace", metadata["name"]).startswith(name)
