"""Requests that are sent again: which, how often, until when, and how fast."""

import socket
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from profiles_management.puhuri.client.client import Client
from profiles_management.puhuri.client.credentials import Token
from profiles_management.puhuri.client.errors import PuhuriAway, PuhuriError
from puhuri.server.generations import generations
from puhuri_server.sample import ALLOCATOR_TOKEN, cuid
from puhuri_server.server import Fault
from puhuri_server.world import Version

pytestmark = generations(Version.A, Version.B)
UNKNOWN = "0" * 32
ATTEMPTS = 6


@pytest.fixture
def tries(portal):
    """Return the times at which requests came, once the portal was asked which it is."""
    portal.forget()
    times = []

    def fail(*faults):
        left = [*faults]

        def fault(_number, _sent):
            times.append(portal.time.elapsed)
            return left.pop(0) if len(left) > 1 else left[0]

        portal.portal.fault = fault
        return times

    return fail


FAULTS = pytest.mark.parametrize("fault", [*Fault])


@FAULTS
def test_reading_is_tried_again_until_it_works(portal, tries, fault):
    times = tries(fault, fault, None)
    assert portal.allocator.users.me().username == "allocator"
    assert len(times) == 3


@FAULTS
def test_reading_is_tried_a_number_of_times(portal, tries, fault):
    times = tries(fault)
    with pytest.raises(PuhuriAway, match="did not show the user") as error:
        portal.allocator.users.me()
    assert len(times) == ATTEMPTS
    assert not error.value.unanswered  # nothing can have been done


def test_waits_grow_and_differ(portal, tries):
    waits = []
    for _ in range(8):
        times = tries(Fault.ERROR)
        times.clear()
        with pytest.raises(PuhuriAway):
            portal.allocator.users.me()
        waits.append([later - earlier for earlier, later in pairwise(times)])
    assert all(0 <= wait <= 10 for run in waits for wait in run)
    assert len({round(run[-1], 6) for run in waits}) > 1  # jitter
    assert max(run[-1] for run in waits) > max(run[0] for run in waits)


@pytest.mark.parametrize(
    ("header", "least"),
    [
        ("7", 7),
        ("600", 60),  # a portal may ask for a minute
        ("9" * 40, 0),
        ("-5", 0),
        ("soon", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("", 0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_portal_says_when_to_come_again(portal, tries, status, header, least):
    times = tries(portal.reply(status, {"detail": "Later."}, Retry_After=header), None)
    client = portal.allocator.before(portal.time.elapsed + 1000)
    assert client.users.me().username == "allocator"
    (wait,) = (later - earlier for earlier, later in pairwise(times))
    assert least <= wait <= max(least, 10)


def test_nothing_is_sent_after_the_deadline(portal, tries):
    deadline = portal.time.elapsed + 3
    times = tries(portal.reply(429, None, Retry_After="2"))
    with pytest.raises(PuhuriAway, match="too many requests"):
        portal.allocator.before(deadline).users.me()
    assert 1 < len(times) < ATTEMPTS
    assert max(times) <= deadline


def test_a_client_without_a_deadline_tries_for_a_minute(portal, tries):
    times = tries(portal.reply(429, None, Retry_After="25"))
    with pytest.raises(PuhuriAway):
        portal.allocator.users.me()
    assert len(times) == 3


def test_a_client_with_a_deadline_is_the_same_client(portal):
    limited = portal.allocator.before(100)
    assert limited.connection is portal.allocator.connection
    assert (limited.deadline, portal.allocator.deadline) == (100, 60)
    portal.allocator.generation  # noqa: B018 - it is asked once
    portal.portal.requests.clear()
    assert limited.generation is portal.allocator.generation
    assert portal.portal.requests == []


def test_a_program_that_is_asked_to_end_sends_nothing_again(portal):
    clock = replace(portal.time.clock, ending=lambda: True)
    portal.portal.fault = lambda _number, _sent: Fault.ERROR
    with (
        Client(portal.portal.url, Token(ALLOCATOR_TOKEN), clock=clock) as client,
        pytest.raises(PuhuriAway),
    ):
        client.users.me()
    assert len(portal.portal.requests) == 1


def test_a_refusal_is_not_tried_again(portal, tries):
    for status in (400, 404, 405, 409, 415):
        times = tries(portal.reply(status, {"detail": "No."}))
        times.clear()
        with pytest.raises(Exception, match=r"No\."):
            portal.allocator.users.me()
        assert len(times) == 1


# which writes are sent again: those that do no harm twice, and those that were not carried out

REPEATABLE = {
    "change a project": lambda use: use.allocator.projects.update(UNKNOWN, name="x"),
    "look up a CUID": lambda use: use.allocator.users.by_cuid(cuid("ada")),
}
ONCE = {
    "create a project": lambda use: use.allocator.projects.create(customer=UNKNOWN, name="x"),
    "delete a project": lambda use: use.allocator.projects.delete(UNKNOWN),
    "order": lambda use: use.allocator.orders.create(UNKNOWN, {}),
    "approve": lambda use: use.allocator.orders.approve_by_consumer(UNKNOWN),
    "reject": lambda use: use.allocator.orders.reject_by_consumer(UNKNOWN),
    "add a member": lambda use: use.allocator.members.add(UNKNOWN, UNKNOWN, "PROJECT.MEMBER"),
}


def only_writes(portal, *faults):
    """Let writes fail, and return their number so far."""
    left = [*faults]
    seen = []

    def fault(_number, sent):
        if sent.method == "GET":
            return None
        seen.append(sent)
        return left.pop(0) if len(left) > 1 else left[0]

    portal.portal.fault = fault
    return seen


@pytest.mark.parametrize("name", REPEATABLE)
@FAULTS
def test_what_does_no_harm_twice_is_sent_again(portal, name, fault):
    portal.forget()
    seen = only_writes(portal, fault)
    with pytest.raises(PuhuriAway) as error:
        REPEATABLE[name](portal)
    assert len(seen) == ATTEMPTS
    assert error.value.unanswered == (fault is not Fault.BUSY)


@pytest.mark.parametrize("name", ONCE)
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.UNANSWERED, Fault.ERROR, Fault.ERROR_AFTER])
def test_what_may_have_been_carried_out_is_sent_once(portal, name, fault):
    portal.forget()
    seen = only_writes(portal, fault)
    with suppress(PuhuriError):  # there is nothing of these uuids
        ONCE[name](portal)
    assert len(seen) == 1


@pytest.mark.parametrize("name", ONCE)
def test_what_a_busy_portal_did_not_take_is_sent_again(portal, name):
    portal.forget()
    seen = only_writes(portal, Fault.BUSY)
    with pytest.raises(PuhuriAway) as error:
        ONCE[name](portal)
    assert not error.value.unanswered
    assert len(seen) == ATTEMPTS


# connections that fail


@pytest.fixture
def closed_port():
    """Return a port at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_portal_that_is_not_there_is_an_error_and_nothing_was_done(portal, closed_port):
    with Client(
        f"http://127.0.0.1:{closed_port}", Token(ALLOCATOR_TOKEN), clock=portal.time.clock
    ) as client:
        for call in (
            client.users.me,
            lambda: client.projects.create(customer=UNKNOWN, name="x", backend_id="x"),
        ):
            with pytest.raises(PuhuriAway) as error:
                call()
            assert not error.value.unanswered
            assert "Connection refused" in str(error.value)


def test_a_portal_that_never_answers_is_an_error(portal):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Client(
            f"http://127.0.0.1:{server.getsockname()[1]}",
            Token(ALLOCATOR_TOKEN),
            clock=portal.time.clock,
            timeout=0.05,
        ) as client,
    ):
        with pytest.raises(PuhuriAway, match="did not answer in time"):
            client.before(0).users.me()
        with pytest.raises(PuhuriAway, match="did not answer in time") as error:
            client.before(0).projects.create(customer=UNKNOWN, name="x")
        assert error.value.unanswered


# a limit of our own


def test_requests_keep_to_a_rate(portal):
    with Client(
        portal.portal.url, Token(ALLOCATOR_TOKEN), clock=portal.time.clock, rate=2
    ) as client:
        for _ in range(5):
            client.users.me()
    assert portal.time.elapsed == pytest.approx(2)


def test_there_is_no_limit_unless_it_is_asked_for(portal):
    for _ in range(5):
        portal.allocator.users.me()
    assert portal.time.elapsed == 0
