"""The command is ended by a signal during an apply on a real cluster: it finishes and reports."""

import json
import signal
from functools import partial

import pytest

from integration.cluster.waiting import wait_for
from integration.command import start_apply, written

PEOPLE = 60


@pytest.fixture
def started(cluster, name, tmp_path, profile, engine):
    """Start an apply that grants access to sixty people, with one writer."""
    engine.settle(profile())
    people = profile(**{f"p{number:02}": "edit" for number in range(PEOPLE)})
    document = written(tmp_path / "pmr.json", [people])
    options = ("--output", "json", "--writers", "1")
    return partial(start_apply, document, *options, kubeconfig=cluster.kubeconfig, instance=name)


def test_sigterm_leaves_whole_pairs_and_the_next_run_gives_the_rest(started, server, name):
    def contributors(kind):
        objects = server.objects(kind, name)
        return {
            one["metadata"]["name"]
            for one in objects
            if one["metadata"]["name"].startswith("user-")
        }

    with started() as process:
        wait_for("a contributor", lambda: len(contributors("RoleBinding")) > 2)
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
