"""The relations that the charm requests from Juju."""

import dataclasses

import ops
import pytest
from ops import testing
from scenario.mocking import _MockModelBackend

from profiles_charm.endpoints import Endpoints

META = {
    "name": "endpoints",
    "requires": {
        "mesh": {"interface": "service_mesh"},
        "collector": {"interface": "otlp"},
    },
}


class Ours(ops.CharmBase):
    """Reads both endpoints at each update-status, and records results and requests."""

    def __init__(self, framework):
        super().__init__(framework)
        self.endpoints = Endpoints(self, "mesh", "collector")
        self.seen = {}
        framework.observe(self.on.update_status, self._look)

    def _look(self, _):
        self.seen = {name: len(self.endpoints.relations(name)) for name in ("mesh", "collector")}


@pytest.fixture
def asked(monkeypatch):
    """The endpoints that were requested from Juju."""
    asked = []
    relation_ids = _MockModelBackend.relation_ids

    def recorded(self, name):
        asked.append(name)
        return relation_ids(self, name)

    monkeypatch.setattr(_MockModelBackend, "relation_ids", recorded)
    return asked


def look(state, event=None):
    """Run an event, then an update-status; return the recorded results and the state."""
    context = testing.Context(Ours, meta=META)
    if event is not None:
        state = context.run(event(context), state)
    with context(context.on.update_status(), state) as manager:
        after = manager.run()
        return manager.charm.seen, after


def test_juju_is_asked_once_about_an_endpoint_without_relations(asked):
    seen, state = look(testing.State())
    assert seen == {"mesh": 0, "collector": 0}
    assert sorted(asked) == ["collector", "mesh"]

    asked.clear()
    seen, _ = look(state)
    assert seen == {"mesh": 0, "collector": 0}
    assert asked == []


def test_a_relation_that_is_made_later_is_seen(asked):
    _, state = look(testing.State())
    relation = testing.Relation("collector")
    state = dataclasses.replace(state, relations={relation})

    seen, _ = look(state, lambda context: context.on.relation_created(relation))

    assert seen == {"mesh": 0, "collector": 1}


def test_a_relation_that_is_there_is_asked_for_each_time(asked):
    relation = testing.Relation("mesh")
    _, state = look(testing.State(relations={relation}))
    asked.clear()

    seen, _ = look(state)

    assert seen["mesh"] == 1
    assert asked == ["mesh"]


def test_a_pod_that_lost_its_storage_asks(asked):
    _, state = look(testing.State())
    relation = testing.Relation("mesh")

    seen, _ = look(dataclasses.replace(state, stored_states=set(), relations={relation}))

    assert seen["mesh"] == 1
