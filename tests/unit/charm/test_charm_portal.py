"""A portal as a second target of the charm: each of its states, and what it must not hold up."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ops import ActiveStatus, BlockedStatus, WaitingStatus, testing
from portal_world import QUANTUM, SINCE, as_target, away, back, document, roles

from puhuri_server.sample import ALLOCATOR_TOKEN, PROVIDER_TOKEN, sample_world
from puhuri_server.server import serving

ROOT = Path(__file__).parents[3]


def test_the_document_is_applied_to_the_cluster_and_to_the_portal(world, api, portal):
    as_target(world, portal, QUANTUM)

    state = world.see("config_changed")

    assert state.unit_status == ActiveStatus("1 profile, 1 contributor; portal: 1 project")
    assert api.get("Profile", None, "quantum")
    assert roles(portal, "quantum") == {"a": "PROJECT.MANAGER", "b": "PROJECT.ADMIN"}


def test_an_installation_without_a_name_gets_one_and_takes_its_profiles_over(world, api, portal):
    world.configure(pmr=QUANTUM)
    world.see()
    as_target(world, portal, QUANTUM, take_over="default")

    state = world.see("config_changed")

    assert state.unit_status == ActiveStatus("1 profile, 1 contributor; portal: 1 project")
    labels = api.get("Profile", None, "quantum")["metadata"]["labels"]
    assert "lab" in labels.values()


def test_a_new_revision_of_the_secret_is_used_at_once(world, portal):
    as_target(world, portal, QUANTUM, puhuri_token=testing.Secret({"token": "f" * 40}))
    assert isinstance(world.see().unit_status, BlockedStatus)
    (secret,) = world.state.secrets
    renewed = replace(secret, latest_content={"token": ALLOCATOR_TOKEN})
    world.state = replace(world.state, secrets={renewed})

    world.state = world.context.run(world.context.on.secret_changed(renewed), world.state)

    assert isinstance(world.state.unit_status, ActiveStatus)


def test_without_the_option_a_portal_is_not_asked(world, portal):
    as_target(world, portal, QUANTUM, puhuri_mode="off")

    assert world.see().unit_status == ActiveStatus("1 profile, 1 contributor")
    assert portal.requests == []


def test_a_run_that_changes_nothing_writes_nothing_and_logs_nothing(world, portal):
    as_target(world, portal, QUANTUM)
    world.see()
    portal.requests.clear()
    world.context.juju_log.clear()

    world.see()

    assert {sent.method for sent in portal.requests} == {"GET"}
    assert [line for line in world.logged if line.startswith("INFO")] == []


def test_changes_in_the_portal_are_one_line_of_the_log(world, portal):
    as_target(world, portal, QUANTUM)

    world.see()

    lines = [line for line in world.logged if line.startswith("INFO")]
    assert lines[1:] == ["INFO portal: 3 changes, 3 writes, 0 failed, 0 pending"]


# what a portal says


def test_a_portal_that_is_away_is_waited_for_and_does_not_hold_up_the_cluster(world, api, portal):
    away(portal)
    as_target(world, portal, QUANTUM)

    status = world.see("config_changed").unit_status

    assert status == WaitingStatus(
        f"portal: The portal did not list the customers: it answered with status 500{SINCE}"
    )
    assert api.get("Profile", None, "quantum")


def test_the_next_event_goes_on_when_the_portal_is_back(world, portal):
    away(portal)
    as_target(world, portal, QUANTUM)
    world.see("config_changed")
    back(portal)

    state = world.see()

    assert state.unit_status == ActiveStatus("1 profile, 1 contributor; portal: 1 project")
    assert roles(portal, "quantum")


def test_a_rate_slows_the_requests_down(world, portal):
    as_target(world, portal, QUANTUM, puhuri_rate=2.0)

    world.see()

    assert world.ticks.slept >= (len(portal.requests) - 1) / 2


def test_what_does_not_fit_into_the_deadline_is_pending_and_later_events_finish_it(world, portal):
    def slow(number, sent):
        if sent.method == "POST":
            world.ticks.slept += 0.5

    portal.fault = slow
    people = {"bo": "edit", "cleo": "view", "eve": "view"}
    as_target(world, portal, document(quantum=people, web=people), deadline=3)

    messages = [world.see().unit_status.message for _ in range(4)]

    assert messages[0].startswith("2 profiles, 6 contributors; portal: 2 projects, ")
    assert messages[0].endswith(" pending")
    assert messages[-1] == "2 profiles, 6 contributors; portal: 2 projects"
    assert len(roles(portal, "web")) == len(roles(portal, "quantum")) == 4


def test_a_host_that_does_not_answer_is_waited_for(world, portal):
    with serving(sample_world()) as gone:
        pass
    as_target(world, gone, QUANTUM)

    status = world.see().unit_status

    assert isinstance(status, WaitingStatus)
    assert status.message.startswith("portal: The portal did not list the customers: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"token": "f" * 40},
            "The portal does not accept the token. Get a new token from the portal",
        ),
        ({"token": "two words"}, "puhuri-token: the token is empty, or has blanks or characters"),
        ({"user": "robot", "token": "a"}, "puhuri-token needs token, and no other key"),
        ({"token": PROVIDER_TOKEN}, "The portal has no customer with the name National"),
    ],
)
def test_a_token_that_is_not_accepted_is_named_without_its_content(
    world, api, portal, content, said
):
    as_target(world, portal, QUANTUM, puhuri_token=testing.Secret(content))

    status = world.see("config_changed").unit_status

    assert isinstance(status, BlockedStatus)
    assert status.message.startswith(f"portal: {said}")
    assert not any(text in status.message for text in content.values() if len(text) > 1)
    assert api.get("Profile", None, "quantum")


def test_a_secret_that_is_not_granted_is_named(world, portal):
    as_target(world, portal, QUANTUM, puhuri_token="secret:cccccccccccccccccccg")

    assert world.see().unit_status == BlockedStatus(
        f"portal: puhuri-token cannot be read; grant the secret{SINCE}"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"puhuri_token": ""}, "puhuri-token is missing. Set it to a secret with the key token"),
        (
            {"puhuri_url": ""},
            "option puhuri-url is empty. Set it, or set puhuri-mode=off",
        ),
        (
            {"puhuri_url": "http://puhuri.example.org"},
            "The URL of the portal begins with http://, which is for this machine only",
        ),
        (
            {"puhuri_customer": ""},
            "option puhuri-customer is missing: name it in the document (puhuri.customer) or here",
        ),
        ({"puhuri_rate": 0.05}, "option puhuri-rate is 0.05. Give 0, or a number of requests"),
        (
            {"puhuri_customer": "Nobody"},
            "The portal has no customer with the name Nobody for this token",
        ),
        (
            {"puhuri_customer": "0" * 32},
            f"The portal has no customer with the uuid {'0' * 32} for this token",
        ),
        (
            {"instance": ""},
            "option instance is missing or 'default': give each installation a name of its own",
        ),
        (
            {"puhuri_roles": "owner=PROJECT.MANAGER"},
            "option puhuri-roles is not valid: ",
        ),
        (
            {"puhuri_roles": "view=PROJECT.ADMIN"},
            "option puhuri-roles is not valid: edit and view are the same role in a project",
        ),
    ],
)
def test_an_option_that_is_missing_or_wrong_is_named_and_the_cluster_is_reconciled(
    world, api, portal, options, said
):
    as_target(world, portal, QUANTUM, **options)

    status = world.see("config_changed").unit_status

    assert isinstance(status, BlockedStatus)
    assert status.message.startswith(f"portal: {said}")
    assert status.message.endswith(SINCE)
    assert api.get("Profile", None, "quantum")


# what it costs

EVENT = """
import sys
from ops import testing
from charm import ProfilesManagementCharm
from memory_api import MemoryApi
from profiles_charm import connection

connection.connect = lambda: connection.Connection(MemoryApi().client)
context = testing.Context(ProfilesManagementCharm)
state = testing.State(leader=True, config={"pmr": sys.argv[1], "puhuri-mode": sys.argv[2]})
context.run(context.on.update_status(), state)
loaded = [name for name in sys.modules if f"{name}.".startswith(("profiles_management.puhuri.", "nh3."))]
print(len(loaded))
"""


@pytest.mark.parametrize(("mode", "is_loaded"), [("off", False), ("target", True)])
def test_what_talks_to_a_portal_is_loaded_only_with_the_option(mode, is_loaded):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(  # noqa: S603 - our own Python
        [sys.executable, "-c", EVENT, "profiles: []", mode],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert (int(done.stdout) > 0) == is_loaded
