"""Any document, any portal, any generation: a run ends where the document wants it, or says why."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from profiles_management.reconcile.target_errors import TargetError
from puhuri.properties import portals
from puhuri.properties.portal_differences import odd_outcomes, unnamed, wanted_access
from puhuri.properties.portal_tasks import tasks, termination
from puhuri.properties.portals import FREE, PREFIX, Time, incidents
from puhuri.runs import run
from puhuri_server.sample import sample_world
from puhuri_server.server import Fault, serving
from puhuri_server.world import Version

NAMES_DOUBLES = {"doubled-grant", "stuck-role", "doubled-project", "doubled-allocation"}


@pytest.fixture(scope="module", params=list(Version), ids=str)
def portal(request):
    with serving(sample_world(request.param)) as portal:
        yield portal


def begin(portal):
    """Give the server a new world with its own time."""
    time = Time()
    portal.reset(portals.new_world(portal.world.version, time))
    return time


def watch(portal, allowed):
    """Note every role that somebody has although it is not allowed, at each request."""
    wrong = []

    def look(_number, _sent):
        wrong.extend(portals.access(portal.world) - allowed)

    portal.fault = look
    return wrong


def adopted_access(world, pmr):
    """Return the roles that the adopted project of nobody has at first, as `portals.access`."""
    (grants,) = (project.grants for project in world.projects if project.uuid == FREE)
    return {
        (f"{PREFIX}{profile.name}", grant.user.username, grant.role)
        for profile in pmr.profiles.values()
        if profile.puhuri and profile.puhuri.adopt == FREE
        for grant in grants
    }


def carry_out(world):
    """Do what every open order asks for."""
    for order in [order for order in world.orders if order.is_open]:
        world.execute(order)


def finish(portal, task, time):
    """Apply the new document until nothing is left, and return the last report."""
    for _ in range(3):  # an open order, a termination, and a deletion
        run(portal, task.new, time, **task.settings)
        carry_out(portal.world)
    return run(portal, task.new, time, **task.settings)


def check_settled(world, task, report):
    """Check that the portal is what the new document wants, but for what the report names."""
    assert odd_outcomes(world, report) == []
    assert unnamed(world, task, report) == []


@example(task=termination(), happened=[("an order is carried out", 0, 0, 0)])
@given(task=tasks(), happened=incidents())
def test_a_run_ends_where_the_document_wants_it(portal, task, happened):
    time = begin(portal)
    world = portal.world
    adoptable = adopted_access(world, task.new)
    theirs = portals.foreign(world, adopts=task.adopts)
    run(portal, task.old, time, **task.settings)
    for incident in happened:
        portals.happen(world, incident)
    doubled = portals.doubled(world)
    before = portals.access(world) | adoptable
    wrong = watch(portal, before | wanted_access(world, task.new))

    last = finish(portal, task, time)

    check_settled(world, task, last)
    assert wrong == []
    assert set(portals.doubled(world)) <= set(doubled)
    assert portals.foreign(world, adopts=task.adopts) == theirs


@given(task=tasks())
def test_the_way_makes_no_difference(portal, task):
    time = begin(portal)
    straight = finish(portal, task, time)
    access = portals.access(portal.world)

    time = begin(portal)
    run(portal, task.old, time, **task.settings)
    last = finish(portal, task, time)

    check_settled(portal.world, task, last)
    refused = [*straight.plan.refused, *last.plan.refused]
    apart = {f"{PREFIX}{problem.where.profile}" for problem in refused}
    differences = access ^ portals.access(portal.world)
    assert [role for role in differences if role[0] not in apart] == []


@given(task=tasks(), share=st.floats(0, 1), acted=st.booleans())
def test_a_run_that_is_cut_anywhere_is_finished_by_the_next(portal, task, share, acted):
    time = begin(portal)
    run(portal, task.old, time, **task.settings)
    portal.requests.clear()
    run(portal, task.new, time, **task.settings)
    cut = int(share * len(portal.requests))

    time = begin(portal)
    run(portal, task.old, time, **task.settings)
    portal.requests.clear()
    portal.fault = dies_at(cut, acted=acted)
    with suppress(TargetError):  # it could not even be read
        run(portal, task.new, time, **task.settings)
    portal.fault = no_fault
    last = finish(portal, task, time)

    check_settled(portal.world, task, last)
    assert nothing_is_doubled(portal.world)


@given(
    task=tasks(),
    faults=st.dictionaries(st.integers(0, 40), st.sampled_from(Fault), max_size=6),
)
def test_no_answer_that_is_lost_makes_anything_twice(portal, task, faults):
    time = begin(portal)
    portal.fault = lambda number, _sent: faults.get(number)
    with suppress(TargetError):
        run(portal, task.new, time, **task.settings)
    portal.fault = no_fault
    last = finish(portal, task, time)

    check_settled(portal.world, task, last)
    assert nothing_is_doubled(portal.world)


@given(task=tasks(), moment=st.integers(0, 12))
def test_two_runs_at_once_leave_nothing_twice_that_a_third_does_not_name(portal, task, moment):
    time = begin(portal)
    run(portal, task.old, time, **task.settings)

    def other_run(count):
        if count == moment:
            run(portal, task.new, time, **task.settings)

    run(portal, task.new, time, before_write=other_run, **task.settings)
    last = finish(portal, task, time)

    codes = {problem.code for problem in (*last.plan.refused, *last.plan.warnings)}
    check_settled(portal.world, task, last)
    assert nothing_is_doubled(portal.world) or codes & NAMES_DOUBLES


def nothing_is_doubled(world):
    """Return whether each profile has one project, and each project each role and name once."""
    marks = [project.backend_id for project in portals.ours(world)]
    names = [
        (resource.project.uuid, resource.name)
        for resource in world.resources
        if resource.state != "Terminated"
    ]
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
