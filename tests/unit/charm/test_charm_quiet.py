"""The lines of juju-log: few, because each is a process, and never a document."""

import logging

import pytest
from ops import testing

from charm import ProfilesManagementCharm
from memory_api import MemoryApi
from profiles_charm import connection

MANY = {f"team-{number}": 5 for number in range(20)}


@pytest.fixture
def ours(caplog: pytest.LogCaptureFixture):
    """The log without the lines of ops about events."""

    def build(world):
        return [
            line
            for line in world.logged
            if line.startswith(("INFO", "WARNING", "ERROR", "CRITICAL"))
        ]

    return build


def test_a_run_that_changes_something_is_one_line(world, document, ours):
    world.configure(pmr=document(**MANY))

    world.see()

    assert ours(world) == ["INFO 120 changes, 220 writes, 0 failed, 0 pending"]


def test_a_run_that_changes_nothing_is_silent(world, document, ours):
    world.configure(pmr=document(**MANY))
    world.see()
    world.context.juju_log.clear()

    world.see()

    assert ours(world) == []


def test_the_number_of_lines_does_not_grow_with_requests(world, document):
    world.configure(pmr=document(ml=1))
    world.see()
    few = len(world.context.juju_log)
    world.context.juju_log.clear()
    world.configure(pmr=document(**MANY))

    world.see()

    assert len(world.api.writes) > 200
    assert len(world.context.juju_log) == few <= 5


def test_debug_messages_are_not_logged_after_the_charm_is_created(world):
    logging.getLogger().setLevel(logging.DEBUG)

    world.see()

    assert [line for line in world.logged if "Emitting" in line] == []
    assert logging.getLogger().level == logging.INFO


@pytest.mark.parametrize(
    "name", ["httpx2", "httpcore2", "httpx", "httpcore", "dulwich", "paramiko"]
)
def test_http_speaks_of_warnings_only(name, world):
    logging.getLogger(name).setLevel(logging.DEBUG)

    world.see()

    assert logging.getLogger(name).level == logging.WARNING


def test_no_name_of_a_person_is_logged(world, document):
    world.configure(pmr=document(ml=3))

    world.see()

    assert not [line for line in world.logged if "@" in line]


def test_the_client_is_made_once_and_only_when_it_is_needed(monkeypatch, document):
    made = []

    def make():
        made.append(MemoryApi().client())
        return made[-1]

    monkeypatch.setattr(connection, "connect", lambda: connection.Connection(make))
    context = testing.Context(ProfilesManagementCharm)

    with context(context.on.update_status(), testing.State(leader=True)) as manager:
        assert made == []
        first, second = manager.charm._connection.client, manager.charm._connection.client
    assert first is second
    assert len(made) == 1
