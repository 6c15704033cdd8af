"""A unit that loses leadership stops its run; the new leader continues."""

import os
from collections.abc import Callable
from pathlib import Path

import ops
import pytest
from ops.model import Model, _ModelBackend
from scenario.mocking import _MockModelBackend

from memory_api import MemoryApi
from profiles_charm import leadership


@pytest.fixture
def loses(monkeypatch: pytest.MonkeyPatch, api: MemoryApi) -> Callable[[], None]:
    """Make another unit the leader as soon as anything was written."""

    def lose() -> None:
        already = len(api.writes)
        monkeypatch.setattr(_MockModelBackend, "is_leader", lambda _: len(api.writes) == already)

    return lose


def names(api: MemoryApi) -> set[str]:
    return {binding["metadata"]["name"] for binding in api.objects("RoleBinding", "ml")}


def test_it_revokes_and_grants_nothing(world, api, document, loses):
    world.configure(pmr=document(ml=2))
    world.see()
    before = names(api)
    world.configure(pmr=document(role="view", ml=1))
    loses()

    state = world.see()

    assert not any("user1" in name for name in names(api))
    assert names(api) < before
    assert state.unit_status == ops.WaitingStatus(leadership.LOST)


def test_the_status_of_the_application_and_databags_are_left_to_the_new_leader(
    world, api, document, loses
):
    world.configure(pmr=document(ml=1))
    before = world.see().app_status
    world.relate("portal", document(data=1))
    world.configure(pmr=document())
    loses()

    state = world.publish("portal", document(data=2))

    assert state.app_status == before
    assert not state.get_relations("profiles")[0].local_app_data.get("report")
    assert api.get("Profile", None, "data") is None


def test_an_action_fails_and_says_so(world, api, document, loses):
    world.configure(pmr=document(ml=2))
    world.see()
    world.configure(pmr=document(role="view", ml=1))
    loses()

    assert leadership.LOST in world.fail("sync-now")


def test_a_leader_stays_one(world, api, document):
    world.configure(pmr=document(ml=2))

    assert world.see().unit_status == ops.ActiveStatus("1 profile, 2 contributors")


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ops.Unit:
    """A unit whose hook tool prints the content of the file `leader`."""
    tool = tmp_path / "is-leader"
    tool.write_text(f"#!/bin/sh\ncat {tmp_path}/leader\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    backend = _ModelBackend(unit_name="profiles-management/0", model_name="m", model_uuid="u")
    return Model(ops.CharmMeta(), backend).unit


def test_juju_is_asked_again_each_time(unit, tmp_path):
    (tmp_path / "leader").write_text("true")
    assert unit.is_leader()
    assert leadership.lost(unit) == ""
    (tmp_path / "leader").write_text("false")

    assert leadership.lost(unit) == leadership.LOST
    assert not unit.is_leader()


def test_a_unit_that_juju_does_not_answer_writes_nothing(unit, tmp_path):
    assert leadership.lost(unit) == leadership.UNKNOWN
