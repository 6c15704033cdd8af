"""Apply: phases, barriers, waiting, and the rest of a plan after a failure or a crash."""

import threading
from dataclasses import replace

import pytest

from engine.build import contributor, document
from engine.looking import roles_in, sent
from engine.world import World
from memory_api import Killed, always, fail_nth_write, injury
from memory_api.faults import Counted
from profiles_management import Settings, create_or_update_profiles
from profiles_management.kubeflow.cluster.cluster import Cluster
from profiles_management.reconcile.plan import Phase
from profiles_management.reconcile.report import Result


def results(report):
    return [outcome.result for outcome in report.outcomes]


def of_namespace(name):
    return lambda request: request.writes and name in (request.namespace, request.name)


def test_phases_are_in_the_order_in_which_access_moves():
    assert [phase.name for phase in Phase] == ["REVOKE", "SWITCH", "SHAPE", "GRANT"]


def test_every_profile_is_revoked_before_any_is_granted(world, profile):
    names = [f"p{index}" for index in range(8)]
    world.apply(document(*(profile(name, ann="edit") for name in names)))
    world.api.log.clear()

    world.apply(document(*(profile(name, bob="edit") for name in names)))

    methods = [one.method for one in world.api.writes]
    assert methods == ["DELETE"] * 16 + ["POST"] * 16


def test_a_grant_elsewhere_does_not_wait_for_a_revocation_that_failed(world, profile):
    world.apply(document(profile(ann="edit"), profile("data")))
    world.api.faults.append(always(injury("422"), of_namespace("ml")))

    report = world.apply(document(profile(bob="edit"), profile("data", dan="edit")))

    assert roles_in(world.api) == {"owner": "admin", "ann": "edit"}
    assert roles_in(world.api, "data") == {"owner": "admin", "dan": "edit"}
    assert results(report) == [Result.FAILED, Result.DONE, Result.NOT_TRIED]


def test_within_a_profile_nothing_is_granted_when_a_revocation_failed(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.faults.append(fail_nth_write(1, "422"))

    report = world.apply(document(profile(bob="edit")))

    assert "bob" not in roles_in(world.api)
    assert report.having(Result.NOT_TRIED)[0].why.endswith("which did not succeed")


def test_the_next_run_does_what_was_not_tried(world, profile):
    world.apply(document(profile(ann="edit")))
    world.api.faults.append(fail_nth_write(1, "422"))
    world.apply(document(profile(bob="edit")))

    world.apply(document(profile(bob="edit")))

    assert roles_in(world.api) == {"owner": "admin", "bob": "edit"}


def test_a_new_profile_and_its_namespace_come_before_what_goes_into_it(world, profile):
    world.apply(
        document(
            profile(
                ann="edit",
                fields={"limit_range": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}},
            )
        )
    )

    assert sent(world.api)[0] == "POST profiles"
    assert all(one.status in (200, 201) for one in world.api.writes)


def test_all_namespaces_are_waited_for_together(profile):
    world = World(slow=True)
    pmr = document(*(profile(f"p{index:02}", ann="edit") for index in range(20)))
    world.controller.run = _several(world.controller.run, 5)

    report = world.apply(pmr)

    looks = [one for one in world.api.log if one.resource == "namespaces"]
    assert report.exit_code == 0
    assert len(looks) <= 1 + 2 * 20 // 5 + 1


def _several(run, at_once):
    return lambda limit=None: run(at_once)


def test_more_new_profiles_than_the_controller_makes_in_time_are_no_error(profile):
    world = World(slow=True)
    pmr = document(*(profile(f"p{index:02}", ann="edit") for index in range(30)))

    first = world.apply(pmr, deadline=1)
    second = world.apply(pmr, deadline=5)

    assert first.exit_code == 4
    assert not first.failed
    assert second.exit_code == 0
    assert not world.plan(pmr).changes


def test_what_is_not_there_at_the_deadline_is_pending_and_says_for_what(profile):
    world = World(slow=True)
    world.ticks.meanwhile = lambda: None

    report = world.apply(document(profile(ann="edit")), deadline=10)

    assert report.exit_code == 4
    assert world.ticks.slept <= 10
    assert [one.what for one in report.pending] == [
        "waits for RoleBinding ml/namespaceAdmin to name owner@example.com",
        "waits for Namespace ml to be ready",
    ]


def test_a_namespace_that_the_controller_has_not_made_yet_is_pending_in_the_next_plan(profile):
    world = World(slow=True)
    world.ticks.meanwhile = lambda: None
    world.apply(document(profile()), deadline=1)

    plan = world.plan(document(profile()))

    assert not plan.changes
    assert [one.what for one in plan.pending] == [
        "waits for the profile controller to make the namespace"
    ]


def test_waiting_ends_as_soon_as_there_is_nothing_to_wait_for(profile):
    world = World(slow=True)

    world.apply(document(profile(ann="edit")))

    assert world.ticks.slept < 1


def test_a_deadline_of_nothing_looks_once_and_waits_for_nothing(world, profile):
    report = world.apply(document(profile(ann="edit")), deadline=0)

    assert report.exit_code == 0
    assert world.ticks.slept == 0


def test_a_cluster_that_cannot_be_looked_at_while_waiting_is_looked_at_again(profile):
    world = World(slow=True)
    pmr = document(profile(ann="edit"))
    look = Counted(
        2,
        lambda request: request.resource == "namespaces" and not request.writes,
        injury("422"),
        times=1,
    )
    world.api.faults.append(look)

    assert world.apply(pmr).exit_code == 0
    assert look.hits == 1


def test_every_outcome_stands_where_its_change_stands(world, profile):
    report = world.apply(document(profile(ann="edit"), profile("data", dan="view")))

    assert tuple(outcome.change for outcome in report.outcomes) == report.plan.changes
    assert report.writes == len(world.api.writes)


def test_progress_is_reported_up_to_the_last_change(world, profile):
    steps_done = []

    create_or_update_profiles(
        document(profile(ann="edit"), profile("data")),
        target=world.client,
        progress=lambda done, of: steps_done.append((done, of)),
    )

    assert steps_done == [(1, 3), (2, 3), (3, 3)]


class Seen:
    """Records the progress of a waiting run."""

    def __init__(self):
        self.looks = []

    def __call__(self, done, of):
        pass

    def waiting(self, waiting):
        self.looks.append(waiting)


def waited(world, pmr, **changed):
    """Apply while the world's controller runs; return the recorded progress."""
    seen, clock = Seen(), world.ticks.clock
    settings = replace(world.settings, **changed)
    target = Cluster(world.client, clock=clock)
    create_or_update_profiles(pmr, target=target, settings=settings, clock=clock, progress=seen)
    return seen.looks


def test_waiting_shows_how_many_profiles_are_done_how_fast_and_how_long_it_may_take(profile):
    world = World(slow=True)
    pmr = document(*(profile(f"p{index:02}", ann="edit", cpu="1") for index in range(20)))

    looks = waited(world, pmr)

    counts = [look.done for look in looks]
    assert counts == sorted(counts)
    assert {look.of for look in looks} == {20}
    assert (looks[0].done, looks[-1].done) == (0, 20)
    assert all(look.elapsed + look.left == pytest.approx(300) for look in looks)
    middle = next(look for look in looks if look.done == 10)
    assert middle.rate == pytest.approx(10 / middle.elapsed)
    assert middle.estimate == pytest.approx(middle.elapsed)


def test_a_run_with_nothing_to_wait_for_shows_no_waiting(world, profile):
    world.apply(document(profile(ann="edit")))

    assert waited(world, document(profile(ann="view"))) == []


@pytest.mark.parametrize(
    ("profiles", "given", "seconds"),
    [(1, None, 300), (80, None, 300), (81, None, 303), (300, None, 960), (300, 7, 7)],
)
def test_a_run_waits_for_as_long_as_its_new_profiles_take(profile, profiles, given, seconds):
    world = World(slow=True)
    world.ticks.meanwhile = lambda: None
    pmr = document(*(profile(f"p{index:03}") for index in range(profiles)))

    looks = waited(world, pmr, deadline=given)

    assert (looks[0].left, world.ticks.slept) == (seconds, pytest.approx(seconds, abs=2))


def test_profiles_that_are_not_made_yet_count_as_new_in_the_next_run_too(profile):
    world = World(slow=True)
    pmr = document(*(profile(f"p{index:03}") for index in range(100)))
    world.apply(pmr, deadline=0)
    world.controller.run(10)

    assert waited(world, pmr, deadline=None)[0].left == 60 + 3 * 90


def test_profiles_that_are_there_do_not_count_as_new(world, profile):
    pmr = [
        document(*(profile(f"p{index:03}", cpu=cpu) for index in range(100))) for cpu in ("1", "2")
    ]
    world.apply(pmr[0])

    assert waited(world, pmr[1], deadline=None)[0].left == 300


@pytest.mark.parametrize("writers", [1, 2, 16])
def test_writes_are_bounded_and_any_number_of_writers_ends_alike(profile, writers):
    world = World(Settings(allow_revocations=True, writers=writers))
    pmr = document(*(profile(f"p{index}", ann="edit", bob="view") for index in range(5)))

    world.apply(pmr)

    assert not world.plan(pmr).changes


def test_no_more_writes_than_writers_are_under_way_at_once(profile):
    world = World(Settings(writers=3))
    busy, most, lock = 0, 0, threading.Lock()
    meet = threading.Barrier(3)

    def fault(request, act):
        nonlocal busy, most
        if not request.writes:
            return act()
        with lock:
            busy += 1
            most = max(most, busy)
        meet.wait(timeout=10)  # all three get here, or the test fails
        with lock:
            busy -= 1
        return act()

    world.api.faults.append(fault)
    world.apply(document(*(profile(f"p{index}") for index in range(9))))

    assert most == 3


@pytest.mark.parametrize("error", [Killed("dead"), KeyboardInterrupt()])
def test_what_ends_one_worker_ends_the_others_and_nothing_else_is_sent(profile, error):
    world = World()
    people = [contributor(f"p{index}") for index in range(200)]
    world.apply(document(profile()))
    world.api.log.clear()

    def fault(request, act):
        if request.writes and len(world.api.writes) > 20:
            raise error
        return act()

    world.api.faults.append(fault)
    with pytest.raises(type(error)):
        world.apply(document(profile(contributors=people)))

    assert len(world.api.writes) < 100


@pytest.mark.parametrize("index", range(1, 12))
@pytest.mark.parametrize("when", ["kill_before", "kill_after"])
def test_a_run_that_died_at_any_write_is_finished_by_the_next(profile, index, when):
    world = World()
    world.apply(document(profile(ann="edit", bob="edit", cpu="1"), profile("old", ann="edit")))
    pmr = document(
        profile(owner="new", bob="view", cid="edit", cpu="2"), profile("young", cid="edit")
    )
    world.api.faults.append(fail_nth_write(index, when))
    with pytest.raises(Killed):
        world.apply(pmr)
    world.api.faults.clear()

    report = world.apply(pmr)

    assert report.exit_code == 0
    assert not world.plan(pmr).changes


def test_the_same_document_and_cluster_make_the_same_plan(world, profile):
    world.apply(document(profile(ann="edit", bob="view"), profile("data", dan="edit")))
    pmr = document(profile(bob="edit", cid="view"), profile("data", owner="new"))

    assert world.plan(pmr) == world.plan(pmr)


def test_the_order_of_a_document_does_not_matter(world, profile):
    world.apply(document(profile(), profile("data")))
    one, other = profile(ann="edit", bob="view"), profile("data", dan="edit")
    swapped = profile(bob="view", ann="edit")

    assert world.plan(document(one, other)).changes == world.plan(document(other, swapped)).changes


def test_a_plan_that_was_shown_is_the_plan_that_is_made(world, profile):
    world.apply(document(profile(ann="edit")))
    shown = world.plan(document(profile(bob="edit")))

    made = world.apply(document(profile(bob="edit"))).plan

    assert made == shown


# one profile a phase, so one change follows another
STEPS = ("leaves", "switches", "grows", "joins")


def one_change_a_phase(world, profile, failing):
    """Apply a change of each phase, of which those of `failing` get no answer."""
    world.apply(
        document(
            profile("leaves", ann="edit"),
            profile("switches", ann="edit"),
            *map(profile, ("grows", "joins")),
        )
    )
    for name in failing:
        world.api.faults.append(always(injury("503"), of_namespace(name)))
    wanted = document(
        profile("leaves"),
        profile("switches", ann="view"),
        profile("grows", cpu="1"),
        profile("joins", ann="edit"),
    )
    report = world.apply(wanted, writers=2)
    return {outcome.change.profile: outcome for outcome in report.outcomes}


def test_a_cluster_that_answers_in_between_has_not_stopped_answering(world, profile):
    outcomes = one_change_a_phase(world, profile, failing=("leaves", "grows"))

    assert [outcomes[name].result for name in STEPS] == [
        Result.FAILED,
        Result.DONE,
        Result.FAILED,
        Result.DONE,
    ]


def test_a_cluster_that_leaves_as_many_writes_unanswered_as_there_are_writers_is_left_alone(
    world, profile
):
    outcomes = one_change_a_phase(world, profile, failing=("leaves", "switches"))

    assert [outcomes[name].result for name in STEPS] == [
        Result.FAILED,
        Result.FAILED,
        *[Result.NOT_TRIED] * 2,
    ]
    assert outcomes["joins"].why == "the cluster stopped answering"
