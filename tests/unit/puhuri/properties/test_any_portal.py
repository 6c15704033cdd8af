"""Any document, any portal, any generation: a run ends where the document wants it, or says why."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles_management.reconcile.target_errors import TargetError
from puhuri.properties import portals
from puhuri.properties.portals import Time, documents, incidents
from puhuri.runs import run
from puhuri_server.sample import sample_world
from puhuri_server.server import Fault, serving
from puhuri_server.world import Version

NAMES_DOUBLES = {"doubled-grant", "stuck-role", "doubled-project", "doubled-allocation"}
ROLES = {"view": "PROJECT.MEMBER", "edit": "PROJECT.ADMIN", "admin": "PROJECT.MANAGER"}


@pytest.fixture(scope="module", params=list(Version), ids=str)
def portal(request):
    with serving(sample_world(request.param)) as portal:
        yield portal


def begin(portal):
    """Give the server a new world with its own time."""
    time = Time()
    portal.reset(portals.new_world(portal.world.version, time))
    return time


def given_by(pmr):
    """Return the roles that a document gives, as `portals.access` does."""
    roles = set()
    for profile in pmr.in_order():
        project = f"test/{profile.name}"
        roles.add((project, profile.owner.name, "PROJECT.MANAGER"))
        roles |= {(project, one.name, ROLES[one.role.value]) for one in profile.contributors}
    return roles


def watch(portal, allowed):
    """Note every role that somebody has although it is not allowed, at each request."""
    wrong = []

    def look(_number, _sent):
        wrong.extend(portals.access(portal.world) - allowed)

    portal.fault = look
    return wrong


def is_settled(report):
    """Return whether nothing is left to do, or every change that is left says why it failed."""
    return all(outcome.why for outcome in report.outcomes)


@given(old=documents(), new=documents(), happened=incidents())
def test_a_run_ends_where_the_document_wants_it(portal, old, new, happened):
    time = begin(portal)
    world = portal.world
    theirs = portals.foreign(world)
    run(portal, old, time)
    for incident in happened:
        portals.happen(world, incident)
    doubled = portals.doubled(world)
    wrong = watch(portal, portals.access(world) | given_by(new))

    run(portal, new, time)
    for order in [order for order in world.orders if order.is_open]:
        world.execute(order)
    run(portal, new, time)
    last = run(portal, new, time)

    assert is_settled(last), [outcome for outcome in last.outcomes if not outcome.why]
    assert wrong == []
    assert set(portals.doubled(world)) <= set(doubled)
    assert portals.foreign(world) == theirs


@given(old=documents(), new=documents())
def test_the_way_makes_no_difference(portal, old, new):
    time = begin(portal)
    run(portal, new, time)
    straight = portals.access(portal.world)

    time = begin(portal)
    run(portal, old, time)
    run(portal, new, time)

    assert portals.access(portal.world) == straight


@given(old=documents(), new=documents(), share=st.floats(0, 1), acted=st.booleans())
def test_a_run_that_is_cut_anywhere_is_finished_by_the_next(portal, old, new, share, acted):
    time = begin(portal)
    run(portal, old, time)
    portal.requests.clear()
    run(portal, new, time)
    straight = portals.access(portal.world)
    cut = int(share * len(portal.requests))

    time = begin(portal)
    run(portal, old, time)
    portal.requests.clear()
    portal.fault = dies_at(cut, acted=acted)
    with suppress(TargetError):  # it could not even be read
        run(portal, new, time)
    portal.fault = no_fault
    run(portal, new, time)
    last = run(portal, new, time)

    assert is_settled(last)
    assert portals.access(portal.world) == straight
    assert nothing_is_doubled(portal.world)


@given(
    new=documents(),
    faults=st.dictionaries(st.integers(0, 40), st.sampled_from(Fault), max_size=6),
)
def test_no_answer_that_is_lost_makes_anything_twice(portal, new, faults):
    time = begin(portal)
    run(portal, new, time)
    straight = portals.access(portal.world)

    time = begin(portal)
    portal.fault = lambda number, _sent: faults.get(number)
    with suppress(TargetError):
        run(portal, new, time)
    portal.fault = no_fault
    run(portal, new, time)
    last = run(portal, new, time)

    assert is_settled(last)
    assert portals.access(portal.world) == straight
    assert nothing_is_doubled(portal.world)


@given(old=documents(), new=documents(), moment=st.integers(0, 12))
def test_two_runs_at_once_leave_nothing_twice_that_a_third_does_not_name(portal, old, new, moment):
    time = begin(portal)
    run(portal, old, time)

    def other_run(count):
        if count == moment:
            run(portal, new, time)

    run(portal, new, time, before_write=other_run)
    run(portal, new, time)
    last = run(portal, new, time)

    codes = {problem.code for problem in (*last.plan.refused, *last.plan.warnings)}
    assert is_settled(last)
    assert nothing_is_doubled(portal.world) or codes & NAMES_DOUBLES


def nothing_is_doubled(world):
    """Return whether each profile has one project, and each project each role and name once."""
    marks = [project.backend_id for project in portals.ours(world)]
    names = [(one.project.uuid, one.name) for one in world.resources]
    repeated = [items for items in (marks, names) if len(items) > len(set(items))]
    return not repeated and not portals.doubled(world)


def dies_at(cut, *, acted):
    """Return what makes a server go away at a request: before it acted, or before it answered."""

    def fault(number, _sent):
        if number == cut and acted:
            return Fault.UNANSWERED
        return Fault.LOST if number >= cut else None

    return fault


def no_fault(_number, _sent):
    return None
